/**
 * A chip is a literal: its registers, conversions and identity as facts from the datasheet. What is done with them is
 * here, once: identify, configure, read, and refuse what cannot be true.
 */
import { DeviceError } from '../errors.ts';
import { hex, type I2cDevice, type RegisterAccess } from './bus.ts';
import type { Scale } from './scale.ts';

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
 * registers (test/hardware); against registers recorded from a real part.
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

export interface Register {
  readonly address: number;
  readonly bytes: 1 | 2;
  readonly order: 'le' | 'be';
  /** PMBus page; selected by the PAGE command before the access. */
  readonly page?: number;
}
export const byte = (address: number): Register => ({ address, bytes: 1, order: 'be' });
/** A 16-bit register, high byte first, as most sensors have it. */
export const word = (address: number): Register => ({ address, bytes: 2, order: 'be' });

/** What differs from one place of a board to another. */
export interface ChipParameters {
  /** Current-sense resistor, Ohm. */
  readonly shunt?: number;
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
  /** A register that says which scale holds now (range bit, VOUT_MODE). */
  readonly mode?: Register;
  /** The conversion; undefined for a mode that the chip does not have. */
  readonly scale: Scale | ((parameters: ChipParameters, mode: number) => Scale | undefined);
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
  readonly text: string;
}

export interface SensorChipSpec extends Described {
  readonly kind: 'sensor';
  readonly channels: Readonly<Record<string, ChannelSpec>>;
  /** All must hold. At least one entry must rule out an answer of nothing but ones. */
  readonly identity: readonly Identity[];
  /**
   * Bits to be set, in this order, by read, modify, write. A register may come twice (stop, change, start); the last
   * entry is what must hold afterwards.
   */
  readonly settings?: readonly Setting[];
  /** Parameters without which the chip cannot be read. */
  readonly needs?: readonly 'shunt'[];
  /** Register contents after power-on, where they are not zero. */
  readonly powerOn?: readonly { readonly register: Register; readonly value: number }[];
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

export type ChipSpec = SensorChipSpec | EepromChipSpec | MuxChipSpec;

export const defineChip = (facts: Omit<SensorChipSpec, 'kind'>): SensorChipSpec => ({
  kind: 'sensor',
  ...facts,
});
export const defineEeprom = (facts: Omit<EepromChipSpec, 'kind'>): EepromChipSpec => ({
  kind: 'eeprom',
  ...facts,
});
export const defineMux = (facts: Omit<MuxChipSpec, 'kind'>): MuxChipSpec => ({ kind: 'mux', ...facts });

/** The scale of a channel in its present mode; undefined where the chip has no such mode. */
export function scaleOf(channel: ChannelSpec, parameters: ChipParameters, mode: number): Scale | undefined {
  return typeof channel.scale === 'function' ? channel.scale(parameters, mode) : channel.scale;
}

/** All bits of a register. */
export const allOnes = (register: Register) => (register.bytes === 1 ? 0xff : 0xffff);

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
  /** The fault flags that the chip raises now, in words; empty for a chip without a status register. */
  status(): Promise<readonly string[]>;
}

/** @throws DeviceError `unsupported` when a parameter that the chip needs is missing. */
export function openChip(
  spec: SensorChipSpec,
  device: I2cDevice,
  parameters: ChipParameters = {},
): SensorChip {
  const [chip] = spec.compatible;
  const where = device.name;
  const access = parameters.pec ? device.withPec() : device;
  const wrongData = (message: string) => new DeviceError('wrong-data', where, `${chip} ${message}`);

  const settings = spec.settings ?? [];
  const lasting = settings.filter(
    ({ register }, index) =>
      !settings.slice(index + 1).some((later) => sameRegister(later.register, register)),
  );

  for (const name of spec.needs ?? []) {
    if (parameters[name] === undefined) {
      throw new DeviceError('unsupported', where, `${chip} needs the parameter "${name}"`);
    }
  }

  async function identify(registers: RegisterAccess): Promise<void> {
    for (const identity of spec.identity) {
      const found = await readIdentity(registers, identity);
      if (found.matches) continue;
      if (found.onlyOnes) throw wrongData(`answers nothing but ones at ${found.place}`);
      const message = `is not ${/^[aeiou]/i.test(chip) ? 'an' : 'a'} ${chip}: ${found.place} is ${found.text}`;
      throw new DeviceError('wrong-device', where, message);
    }
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
    const mode = channel.mode ? await readRegister(registers, channel.mode) : 0;
    const code = await readRegister(registers, channel.register);
    const impossible = (code & (channel.zeros ?? 0)) !== 0;
    if (impossible || code === 0 || code === allOnes(channel.register)) await verify(registers);
    if (impossible) throw wrongData(`gives ${hex(code)} for ${name}, which it cannot`);
    for (const { mask, text } of channel.faults ?? []) {
      if (code & mask) throw wrongData(`has no value for ${name}: ${text}`);
    }
    const scale = scaleOf(channel, parameters, mode);
    if (!scale) throw wrongData(`has no scale for ${name} while its mode is ${hex(mode)}`);
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
    status: () =>
      access.run(async (registers) => {
        const raised: string[] = [];
        for (const { register, flags } of spec.status ?? []) {
          const content = await readRegister(registers, register);
          if (content === allOnes(register)) await identify(registers);
          raised.push(...flags.filter(({ mask }) => content & mask).map(({ text }) => text));
        }
        return raised;
      }),
  };
}

const sameRegister = (one: Register, other: Register) =>
  one.address === other.address && one.page === other.page;

async function selectPage(registers: RegisterAccess, page: number | undefined): Promise<void> {
  if (page !== undefined) await registers.writeByte(pageCommand, page);
}

async function readRegister(registers: RegisterAccess, register: Register): Promise<number> {
  await selectPage(registers, register.page);
  return register.bytes === 1
    ? registers.readByte(register.address)
    : registers.readWord(register.address, register.order);
}

async function writeRegister(registers: RegisterAccess, register: Register, value: number): Promise<void> {
  await selectPage(registers, register.page);
  if (register.bytes === 1) await registers.writeByte(register.address, value);
  else await registers.writeWord(register.address, value, register.order);
}

async function readIdentity(registers: RegisterAccess, identity: Identity) {
  if ('block' in identity) {
    await selectPage(registers, identity.page);
    const text = String.fromCharCode(...(await registers.readBlock(identity.block)));
    return {
      place: `block ${hex(identity.block)}`,
      text: JSON.stringify(text),
      onlyOnes: false,
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
