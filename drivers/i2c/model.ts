/**
 * Chips for the twin: register contents behind the same literals that the drivers use, filled through the inverse of
 * their conversions. A model answers what `I2cTransport.transfer` carries for its address.
 */
import { DeviceError } from '../errors.ts';
import { crc8, wordBytes, wordOf } from './bus.ts';
import {
  allOnes,
  type ChannelSpec,
  type ChipParameters,
  type EepromChipSpec,
  type MuxChipSpec,
  pageCommand,
  type Register,
  type SensorChipSpec,
  scaleOf,
} from './chip.ts';
import { controlByte } from './mux.ts';

/** @throws DeviceError `no-answer` where the real part would not acknowledge. */
export interface ChipModel {
  transfer(write: Uint8Array, readLength: number): Uint8Array;
  /** Puts a physical value into the channel's register; the chip saturates at the ends of its range. */
  set(channel: string, value: number): void;
  /** Raises (or clears) a fault bit: one of the channel's `faults`, or of the status flags, by its text. */
  setFault(text: string, on: boolean): void;
  /** Power-on state: settings lost. Measured values stay. */
  reset(): void;
}

/** A chip in its power-on state, all channels at 0; `address` is for its packet error codes. */
export function modelChip(spec: SensorChipSpec, parameters: ChipParameters, address: number): ChipModel {
  const [chip] = spec.compatible;
  const registers = registersOf(spec);
  const paged = [...registers.values()].some((register) => register.page !== undefined);
  const measured = new Set(Object.values(spec.channels).map((channel) => keyOf(channel.register)));
  /** Bits that say what chip it is; they cannot be written. */
  const fixed = new Map(
    spec.identity.flatMap((identity) =>
      'block' in identity
        ? []
        : [[keyOf(identity.register), identity.mask ?? allOnes(identity.register)] as const],
    ),
  );
  const contents = new Map<string, number>();
  /** Register that must be non-zero before this one shows anything. */
  const calibrations = new Map(
    Object.values(spec.channels).flatMap(({ register, calibration }) =>
      calibration ? [[keyOf(register), keyOf(calibration)] as const] : [],
    ),
  );
  let page = 0;
  let pointer = 0;

  const blocks = new Map(
    spec.identity.flatMap((identity) =>
      'block' in identity ? [[identity.block, identity.text] as const] : [],
    ),
  );
  const find = (command: number): Register | undefined =>
    (paged ? registers.get(`${page}:${command}`) : undefined) ?? registers.get(`:${command}`);
  const noAnswer = (message: string) => new DeviceError('no-answer', chip, message);

  function reset(): void {
    page = 0;
    pointer = 0;
    for (const key of registers.keys()) if (!measured.has(key)) contents.set(key, 0);
    for (const { register, value } of spec.powerOn ?? []) contents.set(keyOf(register), value);
    for (const identity of spec.identity) {
      if ('block' in identity) continue;
      const key = keyOf(identity.register);
      const kept = (contents.get(key) ?? 0) & ~(identity.mask ?? allOnes(identity.register));
      contents.set(key, kept | identity.value);
    }
  }

  function store(data: Uint8Array): void {
    const register = find(pointer);
    const width = paged && pointer === pageCommand ? 1 : (register?.bytes ?? data.length);
    if (parameters.pec && data.length > width) {
      const body = data.subarray(0, width);
      if (crc8([address << 1, pointer, ...body]) !== data[width])
        throw noAnswer('refuses a wrong packet error code');
    }
    if (paged && pointer === pageCommand) page = data[0] ?? 0;
    else if (register && data.length >= width && !measured.has(keyOf(register))) {
      const key = keyOf(register);
      const written = register.bytes === 1 ? (data[0] ?? 0) : wordOf(data, register.order);
      const kept = fixed.get(key) ?? 0;
      contents.set(key, (written & ~kept) | ((contents.get(key) ?? 0) & kept));
    }
  }

  function load(): Uint8Array {
    const block = blocks.get(pointer);
    if (block !== undefined) return Uint8Array.of(block.length, ...Buffer.from(block, 'latin1'));
    if (paged && pointer === pageCommand) return Uint8Array.of(page);
    const register = find(pointer);
    if (!register) return new Uint8Array();
    const calibration = calibrations.get(keyOf(register));
    const hidden = calibration !== undefined && !contents.get(calibration);
    const content = hidden ? 0 : (contents.get(keyOf(register)) ?? 0);
    return register.bytes === 1 ? Uint8Array.of(content) : wordBytes(content, register.order);
  }

  const channelOf = (name: string): ChannelSpec => {
    const channel = Object.hasOwn(spec.channels, name) ? spec.channels[name] : undefined;
    if (!channel) throw new RangeError(`${chip} has no channel "${name}"`);
    return channel;
  };
  const modeOf = (channel: ChannelSpec) => (channel.mode && contents.get(keyOf(channel.mode))) ?? 0;

  function set(name: string, value: number): void {
    const channel = channelOf(name);
    const scale = scaleOf(channel, parameters, modeOf(channel));
    if (!scale) throw new RangeError(`${chip} has no scale for "${name}" in its present mode`);
    contents.set(keyOf(channel.register), scale.encode(value));
  }

  function setFault(text: string, on: boolean): void {
    const raise = (register: Register, mask: number) => {
      const content = contents.get(keyOf(register)) ?? 0;
      contents.set(keyOf(register), on ? content | mask : content & ~mask);
    };
    for (const channel of Object.values(spec.channels)) {
      for (const fault of channel.faults ?? []) if (fault.text === text) raise(channel.register, fault.mask);
    }
    for (const { register, flags } of spec.status ?? []) {
      for (const flag of flags) if (flag.text === text) raise(register, flag.mask);
    }
  }

  reset();
  for (const [name, channel] of Object.entries(spec.channels)) {
    if (scaleOf(channel, parameters, modeOf(channel))) set(name, 0);
  }

  return {
    transfer(write, readLength) {
      if (write.length > 0) {
        pointer = write[0] ?? 0;
        if (write.length > 1) store(write.subarray(1));
      }
      // Nobody drives the bus beyond the end of a register: it reads as ones.
      const answer = new Uint8Array(readLength).fill(0xff);
      if (readLength === 0) return answer;
      const data = load();
      answer.set(data.subarray(0, readLength));
      if (parameters.pec && data.length > 0 && readLength > data.length) {
        answer[data.length] = crc8([address << 1, pointer, (address << 1) | 1, ...data]);
      }
      return answer;
    },
    set,
    setFault,
    reset,
  };
}

const keyOf = (register: Register) => `${register.page ?? ''}:${register.address}`;

/** Every register that the literal speaks of. */
function registersOf(spec: SensorChipSpec): Map<string, Register> {
  const all: Register[] = [];
  for (const { register, mode, calibration } of Object.values(spec.channels)) {
    all.push(register);
    if (mode) all.push(mode);
    if (calibration) all.push(calibration);
  }
  for (const identity of spec.identity) if (!('block' in identity)) all.push(identity.register);
  for (const { register } of [...(spec.settings ?? []), ...(spec.powerOn ?? [])]) all.push(register);
  for (const { register } of spec.status ?? []) all.push(register);
  return new Map(all.map((register) => [keyOf(register), register]));
}

export interface EepromModel {
  /** Device addresses it answers at, from its own on: one, or one for each 256 bytes. */
  readonly addresses: number;
  /** The memory; may be read and changed at will. */
  readonly image: Uint8Array;
  /** Write-protect pin. */
  writeProtected: boolean;
  /** `block` counts from the EEPROM's own device address. @throws DeviceError `no-answer` during a write cycle */
  transfer(write: Uint8Array, readLength: number, block?: number): Uint8Array;
}

/** An EEPROM that holds `image`, blank beyond its end; longer images are refused with a RangeError. */
export function modelEeprom(spec: EepromChipSpec, image: Uint8Array): EepromModel {
  if (image.length > spec.size) {
    throw new RangeError(`${spec.compatible[0]} holds ${spec.size} bytes, not ${image.length}`);
  }
  const memory = new Uint8Array(spec.size).fill(0xff);
  memory.set(image);
  const blockSize = Math.min(spec.size, 256 ** spec.addressBytes);
  let pointer = 0;
  /** Addressings that find it in its write cycle. */
  let busy = 0;

  const model: EepromModel = {
    addresses: spec.size / blockSize,
    image: memory,
    writeProtected: false,
    transfer(write, readLength, block = 0) {
      if (busy > 0) {
        busy--;
        throw new DeviceError('no-answer', spec.compatible[0], 'is in its write cycle');
      }
      if (write.length >= spec.addressBytes) {
        const offset = spec.addressBytes === 1 ? (write[0] ?? 0) : wordOf(write, 'be');
        pointer = (block * blockSize + offset) % spec.size;
        const data = write.subarray(spec.addressBytes);
        if (data.length > 0) {
          // The address counts within the page only: what does not fit starts over at its beginning.
          const start = pointer - (pointer % spec.page);
          data.forEach((value, index) => {
            if (!model.writeProtected) memory[start + ((pointer + index) % spec.page)] = value;
          });
          if (!model.writeProtected) busy = 2;
        }
      }
      const answer = Uint8Array.from(
        { length: readLength },
        (_, index) => memory[(pointer + index) % spec.size] ?? 0,
      );
      pointer = (pointer + readLength) % spec.size;
      return answer;
    },
  };
  return model;
}

export interface MuxModel {
  /** Channels that are open now. */
  readonly selected: readonly number[];
  transfer(write: Uint8Array, readLength: number): Uint8Array;
  /** Power-on state: no channel open. */
  reset(): void;
}

export function modelMux(spec: MuxChipSpec): MuxModel {
  let control = 0;
  return {
    get selected() {
      const all = Array.from({ length: spec.channels }, (_, channel) => channel);
      if (spec.control === 'bit') return all.filter((channel) => control & (1 << channel));
      return all.filter((channel) => control === controlByte(spec, channel));
    },
    transfer(write, readLength) {
      control = write.at(-1) ?? control;
      return new Uint8Array(readLength).fill(control);
    },
    reset() {
      control = 0;
    },
  };
}
