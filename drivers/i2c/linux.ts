/**
 * The I2C buses of a Linux machine that know only SMBus, through the optional package i2c-bus; messages.ts has the others.
 *
 * A transfer is given to the kernel as the SMBus call that puts the same bytes on the wire; what SMBus cannot express goes
 * as a plain write and a plain read.
 */
import { getSystemErrorName } from 'node:util';
import type { PromisifiedBus } from 'i2c-bus';
import { DeviceError, type DeviceErrorKind } from '../errors.ts';
import { deviceName } from './bus.ts';
import type { I2cTransport } from './transport.ts';

/** What is used of an open bus of i2c-bus. */
export type Adapter = Pick<
  PromisifiedBus,
  | 'close'
  | 'i2cRead'
  | 'i2cWrite'
  | 'readByte'
  | 'readWord'
  | 'readI2cBlock'
  | 'receiveByte'
  | 'sendByte'
  | 'writeByte'
  | 'writeWord'
  | 'writeI2cBlock'
>;

/** Longest block of SMBus and of the kernel's I2C block calls, in bytes. */
const blockLength = 32;

/**
 * Bus `bus` of this machine. Nothing is opened before the first transfer, and i2c-bus opens `/dev/i2c-N` anew for
 * every address, so a bus that appears later is found.
 */
export function linuxI2c(bus: number, open: (bus: number) => Promise<Adapter> = openAdapter): I2cTransport {
  const name = `i2c-${bus}`;
  let adapter: Promise<Adapter> | undefined;
  return {
    name,
    async transfer(address, write, readLength) {
      adapter ??= open(bus);
      try {
        return await exchange(await adapter, address, Buffer.from(write), readLength);
      } catch (error) {
        throw deviceError(error, name, address);
      }
    },
    async close() {
      const opened = await adapter?.catch(() => undefined);
      adapter = undefined;
      await opened?.close();
    },
  };
}

async function openAdapter(bus: number): Promise<Adapter> {
  const load = async () => {
    try {
      return await import('i2c-bus');
    } catch (cause) {
      const message =
        'the package i2c-bus is not installed on this machine; I2C needs Linux and `npm install i2c-bus`';
      throw new DeviceError('unsupported', `i2c-${bus}`, message, { cause });
    }
  };
  return (await load()).openPromisified(bus);
}

async function exchange(
  adapter: Adapter,
  address: number,
  write: Buffer,
  length: number,
): Promise<Uint8Array> {
  const [first = 0, second = 0, third = 0] = write;
  if (length === 0) {
    const { length: written } = write;
    if (written === 0) await adapter.receiveByte(address);
    else if (written === 1) await adapter.sendByte(address, first);
    else if (written === 2) await adapter.writeByte(address, first, second);
    else if (written === 3) await adapter.writeWord(address, first, (third << 8) | second);
    else if (written <= blockLength + 1) {
      await adapter.writeI2cBlock(address, first, written - 1, write.subarray(1));
    } else await adapter.i2cWrite(address, written, write);
    return new Uint8Array();
  }

  if (write.length === 0 && length === 1) return Uint8Array.of(await adapter.receiveByte(address));
  if (write.length === 1 && length === 1) return Uint8Array.of(await adapter.readByte(address, first));
  if (write.length === 1 && length === 2) {
    const word = await adapter.readWord(address, first);
    return Uint8Array.of(word & 0xff, word >> 8);
  }
  const buffer = Buffer.alloc(length);
  if (write.length === 1 && length <= blockLength) {
    const { bytesRead } = await adapter.readI2cBlock(address, first, length, buffer);
    return new Uint8Array(buffer.subarray(0, bytesRead));
  }
  if (write.length > 0) await adapter.i2cWrite(address, write.length, write);
  const { bytesRead } = await adapter.i2cRead(address, length, buffer);
  return new Uint8Array(buffer.subarray(0, bytesRead));
}

/** Linux Documentation/i2c/fault-codes.rst, and what adapters really give. */
const kinds: Readonly<Record<string, readonly [DeviceErrorKind, string]>> = {
  ENOENT: ['no-bus', 'there is no such bus; is its driver loaded?'],
  ENXIO: ['no-answer', 'no answer'],
  EREMOTEIO: ['no-answer', 'no answer'],
  ENODEV: ['no-answer', 'no answer'],
  // The vaguest of all; most adapters that give it mean a missing acknowledge.
  EIO: ['no-answer', 'no answer'],
  EBUSY: ['held', 'a driver of the kernel or another process owns it'],
  ETIMEDOUT: ['stuck', 'the bus is stuck: the transfer timed out'],
  EAGAIN: ['stuck', 'the bus is stuck: arbitration was lost'],
  EBADMSG: ['wrong-data', 'bad packet error code'],
  EPROTO: ['wrong-data', 'the answer breaks the SMBus protocol'],
  ENOTSUP: ['unsupported', 'the adapter cannot do this kind of transfer'],
  EOPNOTSUPP: ['unsupported', 'the adapter cannot do this kind of transfer'],
  EACCES: ['unsupported', 'this user may not open the bus'],
  EPERM: ['unsupported', 'this user may not open the bus'],
};

/** What a call of the kernel that failed means; anything else is left as it is. */
export function deviceError(error: unknown, bus: string, address: number): unknown {
  if (error instanceof DeviceError || !(error instanceof Error)) return error;
  const { code = errnoName(error), syscall } = error as NodeJS.ErrnoException;
  const onOpen = syscall === 'open';
  const [kind, text] = onOpen && (code === 'ENODEV' || code === 'ENXIO') ? noBus : (kinds[code] ?? unknown);
  const where = onOpen ? bus : deviceName(bus, address);
  return new DeviceError(kind, where, `${text} (${code})`, { cause: error });
}

const noBus = ['no-bus', 'there is no such bus; is its driver loaded?'] as const;
const unknown = ['no-answer', 'the transfer failed'] as const;

function errnoName(error: Error): string {
  const { errno } = error as NodeJS.ErrnoException;
  return errno ? getSystemErrorName(-Math.abs(errno)) : error.message;
}
