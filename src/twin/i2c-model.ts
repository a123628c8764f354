/**
 * Chips for the twin: register contents behind the same literals that the drivers use, filled through the inverse of
 * their conversions. A model answers what `I2cTransport.transfer` carries for its address.
 */
import { DeviceError } from '../../drivers/errors.ts';
import { crc8, wordOf } from '../../drivers/i2c/bus.ts';
import {
  type ChannelSpec,
  type ChipParameters,
  type EepromChipSpec,
  type Flag,
  type GpioChipSpec,
  isRaised,
  type LedChipSpec,
  type MuxChipSpec,
  modesOf,
  pointerOf,
  type SensorChipSpec,
  scaleOf,
  settingsOf,
  usesPec,
} from '../../drivers/i2c/chip.ts';
import { controlByte } from '../../drivers/i2c/mux.ts';
import {
  allOnes,
  bytesOf,
  checkByte,
  numberOf,
  pageCommand,
  type Register,
} from '../../drivers/i2c/register.ts';

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
  const { pageRegister = pageCommand, pointerBytes = 1 } = spec;
  const pec = usesPec(spec, parameters);
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
  /** The last message that decides what is found where. */
  let request: string | undefined;

  const blocks = new Map(
    spec.identity.flatMap((identity) =>
      'block' in identity ? [[identity.block, identity.text] as const] : [],
    ),
  );
  /** What is found where a register, or its low half, is named. */
  const places = new Map<string, { readonly register: Register; readonly low: boolean }[]>();
  for (const register of registers.values()) {
    const at = (where: number, low: boolean) => {
      const key = placeOf(register.page, register.request?.bytes.join(), where);
      places.set(key, [...(places.get(key) ?? []), { register, low }]);
    };
    at(register.address, false);
    if (register.written !== undefined) at(register.written, false);
    if (register.low !== undefined) at(register.low, true);
  }
  const requests = new Set([...registers.values()].flatMap(({ request }) => request?.bytes.join() ?? []));
  const find = (command: number) =>
    [
      placeOf(page, request, command),
      placeOf(page, undefined, command),
      placeOf(undefined, request, command),
      placeOf(undefined, undefined, command),
    ]
      .map((place) => places.get(place))
      .find((found) => found !== undefined) ?? [];
  const noAnswer = (message: string) => new DeviceError('no-answer', chip, message);

  function reset(): void {
    page = 0;
    pointer = 0;
    for (const key of registers.keys()) if (!measured.has(key)) contents.set(key, 0);
    for (const { register, flags } of spec.status ?? []) {
      for (const flag of flags) setBits(register, flag, false);
    }
    for (const { register, value } of spec.powerOn ?? []) contents.set(keyOf(register), value);
    for (const identity of spec.identity) {
      if ('block' in identity) continue;
      const key = keyOf(identity.register);
      const kept = (contents.get(key) ?? 0) & ~(identity.mask ?? allOnes(identity.register));
      contents.set(key, kept | identity.value);
    }
  }

  function store(data: Uint8Array): void {
    const register = find(pointer)[0]?.register;
    const width = paged && pointer === pageRegister ? 1 : (register?.bytes ?? data.length);
    if (pec && data.length > width) {
      const body = data.subarray(0, width);
      if (crc8([address << 1, ...pointerOf(spec, pointer), ...body]) !== data[width])
        throw noAnswer('refuses a wrong packet error code');
    }
    if (paged && pointer === pageRegister) page = data[0] ?? 0;
    else if (register && data.length >= width && !measured.has(keyOf(register))) {
      const key = keyOf(register);
      const written = numberOf(data.subarray(0, width), register.order);
      const kept = fixed.get(key) ?? 0;
      contents.set(key, (written & ~kept) | ((contents.get(key) ?? 0) & kept));
    }
  }

  function contentOf(register: Register): number {
    const calibration = calibrations.get(keyOf(register));
    const hidden = calibration !== undefined && !contents.get(calibration);
    return hidden ? 0 : (contents.get(keyOf(register)) ?? 0);
  }

  function load(): Uint8Array {
    const block = blocks.get(pointer);
    if (block !== undefined) return Uint8Array.of(block.length, ...Buffer.from(block, 'latin1'));
    if (paged && pointer === pageRegister) return Uint8Array.of(page);
    const found = find(pointer);
    const [first] = found;
    if (!first) return new Uint8Array();
    const content = contentOf(first.register);
    if (first.low) return Uint8Array.of(content & 0xff);
    if (first.register.low !== undefined) return Uint8Array.of(content >> 8);
    const whole = new Uint8Array(first.register.within?.of ?? first.register.bytes);
    for (const { register } of found) {
      const at = register.within?.at ?? 0;
      const bytes = bytesOf(contentOf(register), register);
      whole.set(bytes, at);
      if (register.checked) whole[at + bytes.length] = checkByte(bytes);
    }
    return whole;
  }

  const channelOf = (name: string): ChannelSpec => {
    const channel = Object.hasOwn(spec.channels, name) ? spec.channels[name] : undefined;
    if (!channel) throw new RangeError(`${chip} has no channel "${name}"`);
    return channel;
  };
  const presentScale = (channel: ChannelSpec) =>
    scaleOf(channel, parameters, ...modesOf(channel).map((mode) => contents.get(keyOf(mode)) ?? 0));

  function set(name: string, value: number): void {
    const channel = channelOf(name);
    const scale = presentScale(channel);
    if (!scale) throw new RangeError(`${chip} has no scale for "${name}" in its present mode`);
    contents.set(keyOf(channel.register), scale.encode(value));
  }

  function setBits(register: Register, flag: Flag, on: boolean): void {
    const { mask, value = mask } = flag;
    const content = contents.get(keyOf(register)) ?? 0;
    const rest = content & ~mask;
    if (on) contents.set(keyOf(register), rest | value);
    else if (isRaised(flag, content)) contents.set(keyOf(register), rest | (~value & mask));
  }

  function setFault(text: string, on: boolean): void {
    for (const channel of Object.values(spec.channels)) {
      for (const fault of channel.faults ?? [])
        if (fault.text === text) setBits(fault.register ?? channel.register, fault, on);
    }
    for (const { register, flags } of spec.status ?? []) {
      for (const flag of flags) if (flag.text === text) setBits(register, flag, on);
    }
  }

  reset();
  for (const [name, channel] of Object.entries(spec.channels)) {
    if (presentScale(channel)) set(name, 0);
  }

  return {
    transfer(write, readLength) {
      const message = (pec ? write.subarray(0, -1) : write).join();
      if (requests.has(message)) request = message;
      else if (write.length >= pointerBytes) {
        pointer = numberOf(write.subarray(0, pointerBytes), 'be');
        if (write.length > pointerBytes) store(write.subarray(pointerBytes));
      }
      // Nobody drives the bus beyond the end of a register: it reads as ones.
      const answer = new Uint8Array(readLength).fill(0xff);
      if (readLength === 0) return answer;
      const data = load();
      answer.set(data.subarray(0, readLength));
      if (pec && data.length > 0 && readLength > data.length) {
        answer[data.length] = crc8([address << 1, ...write, (address << 1) | 1, ...data]);
      }
      return answer;
    },
    set,
    setFault,
    reset,
  };
}

const placeOf = (page: number | undefined, request: string | undefined, address: number) =>
  `${page ?? ''}:${request ?? ''}:${address}`;
const keyOf = ({ page, address, request, within }: Register) =>
  `${placeOf(page, request?.bytes.join(), address)}:${within?.at ?? ''}`;

/** Every register that the literal speaks of. */
function registersOf(spec: SensorChipSpec): Map<string, Register> {
  const all: Register[] = [];
  for (const channel of Object.values(spec.channels)) {
    all.push(channel.register, ...modesOf(channel));
    if (channel.calibration) all.push(channel.calibration);
    for (const { register } of channel.faults ?? []) if (register) all.push(register);
  }
  for (const identity of spec.identity) if (!('block' in identity)) all.push(identity.register);
  for (const { register } of [...settingsOf(spec), ...(spec.powerOn ?? [])]) all.push(register);
  for (const { register } of spec.status ?? []) all.push(register);
  for (const { when } of spec.errata ?? []) all.push(when.register);
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

export interface PortModel {
  /** Level of a line as it is at the pin: what an output drives, or what is put on an input. */
  level(line: number): boolean;
  /** Puts a level on a line from outside; what drives it wins. */
  put(line: number, level: boolean): void;
  transfer(write: Uint8Array, readLength: number): Uint8Array;
  /** Power-on state: all lines are inputs. */
  reset(): void;
}

/** A port expander; nothing drives its lines from outside at first, so they are high. */
export function modelPorts({ lines, registers }: GpioChipSpec): PortModel {
  const count = Math.ceil(lines / 8);
  const outside = new Uint8Array(count).fill(0xff);
  const output = new Uint8Array(count).fill(0xff);
  const configuration = new Uint8Array(count).fill(0xff);
  let pointer = 0;
  const levels = (port: number) => {
    const inputs = configuration[port] ?? 0xff;
    const driven = registers ? (output[port] ?? 0) : (output[port] ?? 0) & (outside[port] ?? 0);
    return registers ? ((outside[port] ?? 0) & inputs) | (driven & ~inputs) : driven;
  };
  const bankOf = (base: number | undefined) =>
    base !== undefined && pointer >= base && pointer < base + count ? pointer - base : undefined;
  return {
    level: (line) => (levels(line >> 3) & (1 << (line & 7))) !== 0,
    put(line, level) {
      const mask = 1 << (line & 7);
      const port = line >> 3;
      outside[port] = level ? (outside[port] ?? 0) | mask : (outside[port] ?? 0) & ~mask;
    },
    transfer(write, readLength) {
      if (!registers) {
        output.set(write.subarray(0, count));
        return Uint8Array.from({ length: readLength }, (_, port) => levels(port % count));
      }
      const [named, value] = write;
      if (named !== undefined) pointer = named;
      if (value !== undefined) {
        const [out, config] = [bankOf(registers.output), bankOf(registers.configuration)];
        if (out !== undefined) output[out] = value;
        if (config !== undefined) configuration[config] = value;
      }
      const input = bankOf(registers.input);
      const out = bankOf(registers.output);
      const config = bankOf(registers.configuration);
      const content =
        input !== undefined
          ? levels(input)
          : out !== undefined
            ? (output[out] ?? 0)
            : config !== undefined
              ? (configuration[config] ?? 0)
              : 0;
      return new Uint8Array(readLength).fill(content);
    },
    reset() {
      output.fill(0xff);
      configuration.fill(0xff);
    },
  };
}

export interface LedModel {
  /** What a light shows, as its two bits say. */
  shows(led: number): 'on' | 'off' | 'blink0' | 'blink1';
  transfer(write: Uint8Array, readLength: number): Uint8Array;
  /** Power-on state: all dark. */
  reset(): void;
}

/** An LED driver: input registers, two rates, selectors of four lights each. */
export function modelLeds({ leds }: LedChipSpec): LedModel {
  const inputs = Math.ceil(leds / 8);
  const selectors = inputs + 4;
  const registers = new Uint8Array(selectors + Math.ceil(leds / 4));
  let pointer = 0;
  const model: LedModel = {
    shows: (led) =>
      (['on', 'off', 'blink0', 'blink1'] as const)[
        ((registers[selectors + (led >> 2)] ?? 0) >> (2 * (led & 3))) & 3
      ] ?? 'off',
    transfer(write, readLength) {
      const [named, value] = write;
      if (named !== undefined) pointer = named;
      if (value !== undefined && pointer >= inputs && pointer < registers.length) registers[pointer] = value;
      return new Uint8Array(readLength).fill(registers[pointer] ?? 0xff);
    },
    reset() {
      registers.fill(0);
      for (const rate of [0, 1]) registers[inputs + 2 * rate + 1] = 0x80;
      registers.fill(0x55, selectors);
    },
  };
  model.reset();
  return model;
}
