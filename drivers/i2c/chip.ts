/**
 * A chip is a literal: its registers, conversions and identity as facts from the datasheet. What is done with them is
 * here, once: identify, configure, read, and refuse what cannot be true.
 */
import { DeviceError } from '../errors.ts';
import { hex, type I2cDevice, type RegisterAccess } from './bus.ts';
import type { Scale } from './scale.ts';

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Kinds of measured quantity, with the unit that readings are in. */
export type Quantity =
  | 'Temperature' // Cel
  | 'Voltage' // V
  | 'Current' // A
  | 'Power' // W
  | 'EnergyJoules' // J
  | 'Frequency' // Hz
  | 'Rotational' // {rev}/min
  | 'Percent' // %
  | 'Humidity' // %
  | 'Pressure'; // kPa

/**
 * How far the facts of a literal have been checked, the least first: not yet; against the source of the part's Linux
 * driver; against the datasheet; by holding what is read here beside what the running Linux driver makes of the same
 * registers (test/lanes/hardware); against registers recorded from a real part.
 */
export const qualities = [
  'unchecked',
  'driver-checked',
  'datasheet-checked',
  'kernel-checked',
  'hardware-recorded',
] as const;
export type Quality = (typeof qualities)[number];

/** The Linux driver of a part. */
export interface KernelDriver {
  /** Module, as in /sys/bus/i2c/drivers. */
  readonly driver: string;
  /** What the part is called in `new_device`; the first name of `compatible` when left out. */
  readonly id?: string;
}

interface Described {
  /** Names a descriptor may use; the first is the chip's own. */
  readonly compatible: readonly [string, ...string[]];
  /** Document and table or section the facts are from. */
  readonly datasheet: string;
  readonly quality: Quality;
  /** Left out where Linux has none. */
  readonly kernel?: KernelDriver;
}

/** Bytes to be written, and how many milliseconds the chip then needs. */
export interface Request {
  readonly bytes: readonly number[];
  readonly wait?: number;
}

export interface Register {
  readonly address: number;
  /** Width, at most 6. */
  readonly bytes: number;
  readonly order: 'le' | 'be';
  /** Page, or bank; selected by the PAGE command, or what the chip has in its place, before the access. */
  readonly page?: number;
  /** Where the low byte of two has an address of its own that does not follow the high one's. */
  readonly low?: number;
  /** Lies `at` bytes into an answer of `of` bytes, which can only be had whole (a block and its count). */
  readonly within?: { readonly at: number; readonly of: number };
  /** Naming the register starts a conversion of so many milliseconds, after which it is read without naming it again. */
  readonly conversion?: number;
  /** A message that decides what will be found in the register (an input to convert, an address elsewhere). */
  readonly request?: Request;
}
export const byte = (address: number, page?: number): Register => ({
  address,
  bytes: 1,
  order: 'be',
  ...(page === undefined ? {} : { page }),
});
/** A 16-bit register, high byte first, as most sensors have it. */
export const word = (address: number): Register => ({ address, bytes: 2, order: 'be' });
/** A 16-bit value in two registers of a byte each. */
export const split = (high: number, low: number, page?: number): Register => ({
  ...byte(high, page),
  bytes: 2,
  low,
});

/** What differs from one place of a board to another. */
export interface ChipParameters {
  /** Current-sense resistor, Ohm. */
  readonly shunt?: number;
  /** Reference of a converter, V; the chip's own when left out. */
  readonly reference?: number;
  /** Tachometer pulses of a fan in one revolution; 2 when left out. */
  readonly pulses?: number;
  /** SMBus packet error checking. */
  readonly pec?: boolean;
}

/**
 * Where the Linux driver shows a channel: an hwmon attribute (`temp1_input`), the hwmon input with this text in its
 * `_label` (PMBus drivers number what they find, but label it), or an IIO channel (`in_temp`).
 */
export type KernelPlace = string | { readonly label: string } | { readonly iio: string };

export interface ChannelSpec {
  readonly quantity: Quantity;
  /** By quantity and order when left out (see kernel.ts); null where the Linux driver does not show it. */
  readonly hwmon?: KernelPlace | null;
  readonly register: Register;
  /** What says which scale holds now: a range bit, VOUT_MODE, coefficients of calibration. */
  readonly mode?: Register | readonly Register[];
  /** The conversion, by the contents of the registers of `mode`; undefined for a mode that the chip does not have. */
  readonly scale: Scale | ((parameters: ChipParameters, ...modes: number[]) => Scale | undefined);
  /** Bits that always read as zero. */
  readonly zeros?: number;
  /** Bits of the register that, when set, say why there is no value. */
  readonly faults?: readonly Flag[];
  /** Reads as zero until this register has been configured. */
  readonly calibration?: Register;
}

/** What only this chip answers: bits of a register, or how the text of an SMBus block begins. */
export type Identity =
  | { readonly register: Register; readonly value: number; readonly mask?: number }
  | { readonly block: number; readonly text: string; readonly page?: number };

/** Bits that readings rely on. */
export interface Setting {
  readonly register: Register;
  readonly mask: number;
  readonly value: number;
}

/** A fault bit and what it says. */
export interface Flag {
  readonly mask: number;
  /** What these bits are then; any of them when left out. */
  readonly value?: number;
  readonly text: string;
}

export interface SensorChipSpec extends Described {
  readonly kind: 'sensor';
  readonly channels: Readonly<Record<string, ChannelSpec>>;
  /**
   * All must hold. At least one entry must rule out an answer of nothing but ones. A chip with no register but what it
   * measures has none: then no channel's code of only ones is believed.
   */
  readonly identity: readonly Identity[];
  /**
   * Bits to be set, in this order, by read, modify, write. A bit may come twice (stop, change, start); the last entry
   * is what must hold afterwards. A function where they depend on the channels that a board uses.
   */
  readonly settings?: readonly Setting[] | ((used: ReadonlySet<string>) => readonly Setting[]);
  /** Parameters without which the chip cannot be read. */
  readonly needs?: readonly ('shunt' | 'reference')[];
  /** Register that selects the `page` of others; the PAGE command of PMBus when left out. */
  readonly pageRegister?: number;
  /** Bytes that name a register; 1 when left out. */
  readonly pointerBytes?: 2;
  /** Always sends packet error codes, so they are checked unless a board says otherwise. */
  readonly pec?: true;
  /** Register contents after power-on, where they are not zero. */
  readonly powerOn?: readonly { readonly register: Register; readonly value: number }[];
  /**
   * Message after which the chip takes the power behind it away and gives it back by itself, and after how many
   * milliseconds about.
   */
  readonly powerCycle?: { readonly bytes: readonly [number, ...number[]]; readonly off: number };
  /** Registers of fault bits. */
  readonly status?: readonly { readonly register: Register; readonly flags: readonly Flag[] }[];
}

export interface EepromChipSpec extends Described {
  readonly kind: 'eeprom';
  /** Bytes. */
  readonly size: number;
  /** Bytes that one write cycle can take. */
  readonly page: number;
  /** Bytes of the memory address; with 1, parts above 256 bytes answer at one device address for each 256 bytes. */
  readonly addressBytes: 1 | 2;
  /** Longest write cycle, ms. */
  readonly writeTime: number;
}

export interface MuxChipSpec extends Described {
  readonly kind: 'mux';
  readonly channels: number;
  /** Control register: one bit for each channel, or the channel's number with an enable bit. */
  readonly control: 'bit' | { readonly enable: number };
}

export interface GpioChipSpec extends Described {
  readonly kind: 'gpio';
  readonly lines: number;
  /**
   * Registers of the first eight lines, those of the next eight each one further on; a one in `configuration` is an
   * input. A chip without registers has only the levels: a one is an input with a weak pull-up.
   */
  readonly registers?: { readonly input: number; readonly output: number; readonly configuration: number };
}

export interface LedChipSpec extends Described {
  readonly kind: 'led';
  readonly leds: number;
  /** Counts of a blink period in a second. */
  readonly blinkClock: number;
}

export type ChipSpec = SensorChipSpec | EepromChipSpec | MuxChipSpec | GpioChipSpec | LedChipSpec;

export const defineChip = (facts: Omit<SensorChipSpec, 'kind'>): SensorChipSpec => ({
  kind: 'sensor',
  ...facts,
});
/**
 * A chip whose facts are put together when somebody asks for more than its names: a board has few of all chips, and
 * start-up is dear on a controller.
 */
export function lateChip(
  compatible: SensorChipSpec['compatible'],
  make: () => Omit<SensorChipSpec, 'kind' | 'compatible'>,
): SensorChipSpec {
  let made: SensorChipSpec | undefined;
  const whole = (): SensorChipSpec => {
    made ??= { kind: 'sensor', compatible, ...make() };
    return made;
  };
  const early = { kind: 'sensor', compatible } as SensorChipSpec;
  return new Proxy(early, {
    get: (target, key) => Reflect.get(key === 'kind' || key === 'compatible' ? target : whole(), key),
    has: (_target, key) => key in whole(),
    ownKeys: () => Reflect.ownKeys(whole()),
    getOwnPropertyDescriptor: (_target, key) => ({
      ...Reflect.getOwnPropertyDescriptor(whole(), key),
      configurable: true,
    }),
  });
}
export const defineEeprom = (facts: Omit<EepromChipSpec, 'kind'>): EepromChipSpec => ({
  kind: 'eeprom',
  ...facts,
});
export const defineGpio = (facts: Omit<GpioChipSpec, 'kind'>): GpioChipSpec => ({ kind: 'gpio', ...facts });
export const defineLeds = (facts: Omit<LedChipSpec, 'kind'>): LedChipSpec => ({ kind: 'led', ...facts });
export const defineMux = (facts: Omit<MuxChipSpec, 'kind'>): MuxChipSpec => ({ kind: 'mux', ...facts });

/** The registers that decide about a channel's scale. */
export const modesOf = ({ mode = [] }: ChannelSpec): readonly Register[] =>
  'address' in mode ? [mode] : mode;

/** The scale of a channel in its present mode; undefined where the chip has no such mode. */
export function scaleOf(
  channel: ChannelSpec,
  parameters: ChipParameters,
  ...modes: number[]
): Scale | undefined {
  return typeof channel.scale === 'function' ? channel.scale(parameters, ...modes) : channel.scale;
}

/** The settings of a chip of which these channels are used; of all when left out. */
export function settingsOf(
  { settings = [], channels }: SensorChipSpec,
  used: Iterable<string> = Object.keys(channels),
): readonly Setting[] {
  return typeof settings === 'function' ? settings(new Set(used)) : settings;
}

/** All bits of a register. */
export const allOnes = (register: Register) => 2 ** (8 * register.bytes) - 1;

export const usesPec = (spec: SensorChipSpec, { pec }: ChipParameters): boolean => pec ?? spec.pec ?? false;

/** Whether a flag's bits say so. */
export const isRaised = ({ mask, value }: Flag, content: number): boolean =>
  value === undefined ? (content & mask) !== 0 : (content & mask) === value;

/** The PMBus command that selects a page (PMBus 1.2 part II, 11.10). */
export const pageCommand = 0x00;

/** A sensor chip at its place. Every method fails with a DeviceError. */
export interface SensorChip {
  readonly spec: SensorChipSpec;
  readonly device: I2cDevice;
  /** @throws DeviceError `no-answer`, `wrong-device` for another chip, `wrong-data` for a bus that answers only ones. */
  identify(): Promise<void>;
  /** Sets what readings rely on (resolution, calibration, conversion on). */
  configure(): Promise<void>;
  /** The channel's value in the unit of its quantity. @throws DeviceError `wrong-data` for what cannot be true. */
  read(channel: string): Promise<number>;
  /** Has it cycle the power behind it, this controller's perhaps. @throws DeviceError `unsupported` when it cannot */
  powerCycle(): Promise<void>;
  /** The fault flags that the chip raises now, in words; empty for a chip without a status register. */
  status(): Promise<readonly string[]>;
}

/**
 * `used` are the channels that will be read; all when left out.
 * @throws DeviceError `unsupported` when a parameter that the chip needs is missing.
 */
export function openChip(
  spec: SensorChipSpec,
  device: I2cDevice,
  parameters: ChipParameters = {},
  used?: Iterable<string>,
): SensorChip {
  const [chip] = spec.compatible;
  const where = device.name;
  const access = usesPec(spec, parameters) ? device.withPec() : device;
  const { readRegister, writeRegister, readIdentity } = layoutOf(spec);
  const wrongData = (message: string) => new DeviceError('wrong-data', where, `${chip} ${message}`);

  const settings = settingsOf(spec, used);
  const lasting = lastingSettings(settings);

  for (const name of spec.needs ?? []) {
    if (parameters[name] === undefined) {
      throw new DeviceError('unsupported', where, `${chip} needs the parameter "${name}"`);
    }
  }

  async function identify(registers: RegisterAccess): Promise<void> {
    if (spec.identity.length === 0) return ruleOutOnes(registers);
    for (const identity of spec.identity) {
      const found = await readIdentity(registers, identity, usesPec(spec, parameters));
      if (found.matches) continue;
      if (found.onlyOnes) throw wrongData(`answers nothing but ones at ${found.place}`);
      const message = `is not ${/^[aeiou]/i.test(chip) ? 'an' : 'a'} ${chip}: ${found.place} is ${found.text}`;
      throw new DeviceError('wrong-device', where, message);
    }
  }

  /** A chip without an identity has at least to answer, and not everywhere with only ones. */
  async function ruleOutOnes(registers: RegisterAccess): Promise<void> {
    for (const { register } of Object.values(spec.channels)) {
      if ((await readRegister(registers, register)) !== allOnes(register)) return;
    }
    throw wrongData('answers nothing but ones');
  }

  async function configure(registers: RegisterAccess): Promise<void> {
    if (await isConfigured(registers)) return;
    for (const { register, mask, value } of settings) {
      const before = await readRegister(registers, register);
      const after = (before & ~mask) | value;
      if (after !== before) await writeRegister(registers, register, after);
    }
    if (await isConfigured(registers)) return;
    throw wrongData('does not keep its settings');
  }

  async function isConfigured(registers: RegisterAccess): Promise<boolean> {
    for (const { register, mask, value } of lasting) {
      if (((await readRegister(registers, register)) & mask) !== value) return false;
    }
    return true;
  }

  /**
   * A reset chip and a floating bus give nothing but zeros or ones. Before such a code is believed the chip must show
   * who it is and that it still has its settings.
   */
  async function verify(registers: RegisterAccess): Promise<void> {
    await identify(registers);
    if (await isConfigured(registers)) return;
    await configure(registers);
    throw wrongData('had lost its settings, as after a reset; they have been set again');
  }

  async function read(registers: RegisterAccess, name: string, channel: ChannelSpec): Promise<number> {
    const modes: number[] = [];
    for (const register of modesOf(channel)) modes.push(await readRegister(registers, register));
    const code = await readRegister(registers, channel.register);
    const impossible = (code & (channel.zeros ?? 0)) !== 0;
    if (impossible || code === 0 || code === allOnes(channel.register)) await verify(registers);
    if (impossible) throw wrongData(`gives ${hex(code)} for ${name}, which it cannot`);
    if (spec.identity.length === 0 && code === allOnes(channel.register)) {
      throw wrongData(`answers nothing but ones for ${name}`);
    }
    for (const fault of channel.faults ?? []) {
      if (isRaised(fault, code)) throw wrongData(`has no value for ${name}: ${fault.text}`);
    }
    const scale = scaleOf(channel, parameters, ...modes);
    if (!scale) throw wrongData(`has no scale for ${name} while its mode is ${modes.map(hex).join(' ')}`);
    const value = scale.decode(code);
    if (value >= scale.min && value <= scale.max) return value;
    throw wrongData(`gives ${hex(code)} for ${name}, outside ${scale.min} to ${scale.max}`);
  }

  return {
    spec,
    device,
    identify: () => access.run(identify),
    configure: () => access.run(configure),
    async read(name) {
      const channel = Object.hasOwn(spec.channels, name) ? spec.channels[name] : undefined;
      if (channel) return access.run((registers) => read(registers, name, channel));
      const known = Object.keys(spec.channels).join(', ');
      throw new DeviceError('unsupported', where, `${chip} has no channel "${name}", only ${known}`);
    },
    async powerCycle() {
      if (spec.powerCycle === undefined)
        throw new DeviceError('unsupported', where, `${chip} cannot cycle the power behind it`);
      const [first, ...rest] = spec.powerCycle.bytes;
      await access.write(first, Uint8Array.from(rest));
    },
    status: () =>
      access.run(async (registers) => {
        const raised: string[] = [];
        for (const { register, flags } of spec.status ?? []) {
          const content = await readRegister(registers, register);
          if (content === allOnes(register)) await identify(registers);
          raised.push(...flags.filter((flag) => isRaised(flag, content)).map(({ text }) => text));
        }
        return raised;
      }),
  };
}

/** What must hold after all settings, one entry for each register. */
function lastingSettings(settings: readonly Setting[]): readonly Setting[] {
  const found: Setting[] = [];
  for (const next of settings) {
    const index = found.findIndex(({ register }) => sameRegister(register, next.register));
    const before = found[index];
    if (!before) found.push(next);
    else {
      const value = (before.value & ~next.mask) | next.value;
      found[index] = { register: next.register, mask: before.mask | next.mask, value };
    }
  }
  return found;
}

const sameRegister = (one: Register, other: Register) =>
  one.address === other.address && one.page === other.page && one.within?.at === other.within?.at;

/** Big- or little-endian bytes as a number; up to 48 bits, so not with bit operators. */
export const numberOf = (bytes: Uint8Array, order: Register['order']): number =>
  (order === 'be' ? bytes : bytes.toReversed()).reduce((value, next) => value * 256 + next, 0);

export function bytesOf(value: number, { bytes, order }: Register): Uint8Array {
  const found = Uint8Array.from({ length: bytes }, (_, index) => Math.floor(value / 256 ** index) % 256);
  return order === 'be' ? found.toReversed() : found;
}

/** What is written to name a register. */
export const pointerOf = ({ pointerBytes }: SensorChipSpec, address: number): Uint8Array =>
  pointerBytes === 2 ? Uint8Array.of(address >> 8, address & 0xff) : Uint8Array.of(address);

/** Access to the registers of a chip in the way it lays them out. */
function layoutOf(spec: SensorChipSpec) {
  const { pageRegister = pageCommand } = spec;
  const nothing = new Uint8Array();

  async function selectPage(registers: RegisterAccess, page: number | undefined): Promise<void> {
    if (page !== undefined) await registers.writeByte(pageRegister, page);
  }

  async function readRegister(registers: RegisterAccess, register: Register): Promise<number> {
    await selectPage(registers, register.page);
    const { address, bytes, order, low, conversion, request } = register;
    const { at, of } = register.within ?? { at: 0, of: bytes };
    const pointer = pointerOf(spec, address);
    if (request) {
      await registers.write(Uint8Array.from(request.bytes), nothing);
      if (request.wait) await sleep(request.wait);
    }
    if (low !== undefined) return readSplit(registers, address, low);
    if (conversion !== undefined) {
      await registers.write(pointer, nothing);
      await sleep(conversion);
    }
    const whole = await registers.read(conversion === undefined ? pointer : nothing, of);
    return numberOf(whole.subarray(at, at + bytes), order);
  }

  async function writeRegister(registers: RegisterAccess, register: Register, value: number): Promise<void> {
    await selectPage(registers, register.page);
    await registers.write(pointerOf(spec, register.address), bytesOf(value, register));
  }

  async function readIdentity(registers: RegisterAccess, identity: Identity, isChecked: boolean) {
    if ('block' in identity) {
      await selectPage(registers, identity.page);
      // In one transfer, of the count and of as much as must match; only with its check byte a block is read whole.
      const bytes = isChecked
        ? await registers.readBlock(identity.block)
        : await registers.read(identity.block, identity.text.length + 1);
      const text = String.fromCharCode(...(isChecked ? bytes : bytes.subarray(1)));
      return {
        place: `block ${hex(identity.block)}`,
        text: JSON.stringify(text),
        onlyOnes: bytes.every((each) => each === 0xff),
        matches: text.startsWith(identity.text),
      };
    }
    const content = await readRegister(registers, identity.register);
    return {
      place: `register ${hex(identity.register.address)}`,
      text: hex(content),
      onlyOnes: content === allOnes(identity.register),
      matches: (content & (identity.mask ?? allOnes(identity.register))) === identity.value,
    };
  }

  return { readRegister, writeRegister, readIdentity };
}

/** The chip may measure between the two reads: the high byte is read again, and the low one where it has changed. */
async function readSplit(registers: RegisterAccess, high: number, low: number): Promise<number> {
  const before = await registers.readByte(high);
  const below = await registers.readByte(low);
  const after = await registers.readByte(high);
  return after * 256 + (after === before ? below : await registers.readByte(low));
}
