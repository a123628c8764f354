/**
 * An I2C bus as drivers use it: one queue, a time limit for each transfer, and typed failures.
 *
 * A transfer that does not end in time makes the bus `stuck`: the hung call cannot be taken back, so until it returns
 * every job fails at once instead of piling up behind it. When it returns the bus is in use again.
 */
import { DeviceError } from '../errors.ts';
import type { I2cTransport } from './transport.ts';

/** One addressed exchange, as `I2cTransport.transfer`: writes, then reads after a repeated start. */
export type Transfer = (address: number, write: Uint8Array, readLength: number) => Promise<Uint8Array>;

export type ByteOrder = 'le' | 'be';

/** A bus that drivers use: a root bus, or one channel of a mux. Jobs run one at a time, in order. */
export interface I2cBus {
  /** For messages, e.g. `i2c-6`. */
  readonly name: string;
  /** `stuck`: the last transfer did not end in time; `missing`: there is no such bus. Recovers without intervention. */
  readonly state: 'ok' | 'stuck' | 'missing';
  /** How often a device access is repeated after a NACK or a bad PEC. */
  readonly retries: number;
  /**
   * Runs `job` with the bus to itself; what it transfers cannot interleave with another job. Transfers of a job are
   * not repeated. A job must not wait for another job of the same root bus.
   *
   * @throws DeviceError `stuck` at once while a hung call is pending, or whatever the job throws.
   */
  run<T>(job: (transfer: Transfer) => Promise<T>): Promise<T>;
  device(address: number): I2cDevice;
}

/** Register access of one device. A NACK and a bad PEC are retried, a stuck bus is not. @throws DeviceError */
export interface RegisterAccess {
  /** Reads `length` bytes at a register, or at an address pointer of several bytes. */
  read(pointer: number | Uint8Array, length: number): Promise<Uint8Array>;
  readByte(register: number): Promise<number>;
  /** An unsigned 16-bit register. */
  readWord(register: number, order: ByteOrder): Promise<number>;
  /** SMBus block read: the device states the number of bytes. */
  readBlock(register: number): Promise<Uint8Array>;
  write(pointer: number | Uint8Array, bytes: Uint8Array): Promise<void>;
  writeByte(register: number, value: number): Promise<void>;
  writeWord(register: number, value: number, order: ByteOrder): Promise<void>;
}

/** A device on a bus; each access is a job of its own unless `run` joins several. */
export interface I2cDevice extends RegisterAccess {
  readonly bus: I2cBus;
  readonly address: number;
  /** For messages, e.g. `i2c-6 0x4e`. */
  readonly name: string;
  /** Several accesses with nothing between them, such as PAGE and READ_VOUT of PMBus. */
  run<T>(job: (registers: RegisterAccess) => Promise<T>): Promise<T>;
  /** The same device with SMBus packet error checking on every access. */
  withPec(): I2cDevice;
}

/**
 * A root bus over a transport. `timeout` is the longest transfer in milliseconds (100), `retries` how often a device
 * access is repeated after a NACK or a bad PEC (2).
 */
export function createI2cBus(
  transport: I2cTransport,
  options: { readonly timeout?: number; readonly retries?: number } = {},
): I2cBus {
  const { timeout = 100, retries = 2 } = options;
  let state: I2cBus['state'] = 'ok';
  let hung = false;
  let last: Promise<unknown> = Promise.resolve();

  const stuck = () =>
    new DeviceError('stuck', transport.name, `the bus is stuck: a transfer did not end within ${timeout} ms`);

  const transfer: Transfer = async (address, write, readLength) => {
    if (hung) throw stuck();
    const call = transport.transfer(address, write, readLength);
    const heal = () => {
      hung = false;
      state = 'ok';
    };
    let settled = false;
    let timer: NodeJS.Timeout | undefined;
    const overdue = new Promise<never>((_resolve, reject) => {
      // A busy event loop runs timers before I/O results: one more turn lets an answer that has arrived win.
      const expire = () =>
        setImmediate(() => {
          if (settled) return;
          hung = true;
          state = 'stuck';
          reject(stuck());
          call.then(heal, heal);
        });
      timer = setTimeout(expire, timeout);
    });
    try {
      const answer = await Promise.race([call, overdue]);
      state = 'ok';
      if (answer.length !== readLength) {
        const message = `${readLength} bytes were requested and ${answer.length} arrived`;
        throw new DeviceError('wrong-data', deviceName(transport.name, address), message);
      }
      return answer;
    } catch (error) {
      if (!hung) state = stateAfter(error);
      throw error;
    } finally {
      settled = true;
      clearTimeout(timer);
    }
  };

  const bus: I2cBus = {
    name: transport.name,
    retries,
    get state() {
      return state;
    },
    run(job) {
      const result = last.then(() => {
        if (hung) throw stuck();
        return job(transfer);
      });
      last = result.catch(() => undefined);
      return result;
    },
    device: (address) => i2cDevice(bus, address),
  };
  return bus;
}

function stateAfter(error: unknown): I2cBus['state'] {
  if (!(error instanceof DeviceError)) return 'ok';
  return error.kind === 'no-bus' ? 'missing' : error.kind === 'stuck' ? 'stuck' : 'ok';
}

/** `i2c-6 0x4e`. */
export function deviceName(bus: string, address: number): string {
  return `${bus} ${hex(address)}`;
}

/** `0x0f`: at least two digits. */
export function hex(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`;
}

/** A device of any bus; buses implement `I2cBus.device` with it. */
export function i2cDevice(bus: I2cBus, address: number, pec = false): I2cDevice {
  const eachItsOwnJob: Transfer = (...exchange) => bus.run((transfer) => transfer(...exchange));
  return {
    ...registerAccess(bus, address, pec, eachItsOwnJob),
    bus,
    address,
    name: deviceName(bus.name, address),
    run: (job) => bus.run((transfer) => job(registerAccess(bus, address, pec, transfer))),
    withPec: () => i2cDevice(bus, address, true),
  };
}

function registerAccess(bus: I2cBus, address: number, pec: boolean, transfer: Transfer): RegisterAccess {
  const where = deviceName(bus.name, address);

  async function retried<T>(access: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await access();
      } catch (error) {
        const passing =
          error instanceof DeviceError && (error.kind === 'no-answer' || error.kind === 'wrong-data');
        if (!passing || attempt >= bus.retries) throw error;
      }
    }
  }

  const readOnce = async (pointer: Uint8Array, length: number) => {
    const answer = await transfer(address, pointer, pec ? length + 1 : length);
    const data = answer.subarray(0, length);
    if (pec) {
      const expected = crc8([address << 1, ...pointer, (address << 1) | 1, ...data]);
      if (answer[length] !== expected) {
        const message = `bad packet error code ${hex(answer[length] ?? 0)}, ${hex(expected)} was right`;
        throw new DeviceError('wrong-data', where, message);
      }
    }
    return data;
  };
  const read: RegisterAccess['read'] = (pointer, length) =>
    retried(() => readOnce(pointerBytes(pointer), length));
  const write: RegisterAccess['write'] = async (pointer, bytes) => {
    const message = [...pointerBytes(pointer), ...bytes];
    if (pec) message.push(crc8([address << 1, ...message]));
    await retried(() => transfer(address, Uint8Array.from(message), 0));
  };

  return {
    read,
    write,
    readByte: async (register) => (await read(register, 1))[0] ?? 0,
    readWord: async (register, order) => wordOf(await read(register, 2), order),
    async readBlock(register) {
      // The count comes without its check byte here; the second read covers it.
      const [count = 0] = await retried(() => transfer(address, pointerBytes(register), 1));
      if (count > 32) {
        throw new DeviceError(
          'wrong-data',
          where,
          `block ${hex(register)} claims ${count} bytes; 32 is the most`,
        );
      }
      return (await read(register, count + 1)).subarray(1);
    },
    writeByte: (register, value) => write(register, Uint8Array.of(value)),
    writeWord: (register, value, order) => write(register, wordBytes(value, order)),
  };
}

const pointerBytes = (pointer: number | Uint8Array) =>
  typeof pointer === 'number' ? Uint8Array.of(pointer) : pointer;

export function wordOf(bytes: Uint8Array, order: ByteOrder): number {
  const [first = 0, second = 0] = bytes;
  return order === 'be' ? (first << 8) | second : (second << 8) | first;
}

export function wordBytes(value: number, order: ByteOrder): Uint8Array {
  const [low, high] = [value & 0xff, (value >> 8) & 0xff];
  return order === 'be' ? Uint8Array.of(high, low) : Uint8Array.of(low, high);
}

/** SMBus packet error code: CRC-8 with polynomial x^8 + x^2 + x + 1 (SMBus 3.1, 6.4.1.3). */
export function crc8(bytes: Iterable<number>): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? ((crc << 1) ^ 0x07) & 0xff : crc << 1;
  }
  return crc;
}
