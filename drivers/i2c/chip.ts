/**
 * The vocabulary of chip literals: registers, conversions and identity as facts from the datasheet. `sensor-chip.ts` reads a
 * chip by its literal, `src/twin/i2c-model.ts` simulates it.
 */
import type { Quantity } from '../quantity.ts';
import type { Quality } from './quality.ts';
import { pageCommand, type Register } from './register.ts';
import type { Scale } from './scale.ts';

/** The Linux driver of a part. */
export interface KernelDriver {
  /** Module, as in /sys/bus/i2c/drivers. */
  readonly driver: string;
  /** Name of the part in `new_device`; the first name of `compatible` when left out. */
  readonly id?: string;
}

interface Described {
  /** Names for descriptors; the first is the chip's own. */
  readonly compatible: readonly [string, ...string[]];
  /** Document and table or section the facts are from. */
  readonly datasheet: string;
  readonly quality: Quality;
  /** Left out where Linux has none. */
  readonly kernel?: KernelDriver;
}

/** Facts that depend on the board, not on the chip. */
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
  /** Registers that select the scale: a range bit, VOUT_MODE, calibration coefficients. */
  readonly mode?: Register | readonly Register[];
  /** The conversion, by the contents of the registers of `mode`; undefined for a mode that the chip does not have. */
  readonly scale: Scale | ((parameters: ChipParameters, ...modes: number[]) => Scale | undefined);
  /** Bits that always read as zero. */
  readonly zeros?: number;
  /** Bits that mark the value as invalid, with the reason. */
  readonly faults?: readonly ChannelFault[];
  /** Reads as zero until this register has been configured. */
  readonly calibration?: Register;
}

/** An answer that only this chip gives: bits of a register, or the beginning of an SMBus block. */
export type Identity =
  | { readonly register: Register; readonly value: number; readonly mask?: number }
  | { readonly block: number; readonly text: string; readonly page?: number };

/** Bits that readings depend on. */
export interface Setting {
  readonly register: Register;
  readonly mask: number;
  readonly value: number;
}

/** A fault bit and its meaning. */
export interface Flag {
  readonly mask: number;
  /** Value of these bits when the flag is raised; any of them set when left out. */
  readonly value?: number;
  readonly text: string;
}

/** A flag that concerns one channel: in its own register, or in another one. */
export interface ChannelFault extends Flag {
  readonly register?: Register;
}

/** A repair of faulty silicon: messages to be written while some bits have a value. */
export interface Erratum {
  readonly when: Setting;
  readonly writes: readonly (readonly [number, ...number[]])[];
}

/** An output that drives a fan. */
export interface OutputSpec {
  /** Register of the duty. */
  readonly register: Register;
  /** Its content in percent. */
  readonly scale: Scale;
  /** Bits with which the output follows the register. */
  readonly settings: readonly Setting[];
}

/** Supervision of the controller by the chip: without traffic for so long every output has full duty. */
export interface WatchdogSpec {
  readonly setting: Setting;
  /** Milliseconds. */
  readonly timeout: number;
}

export type Channels = Readonly<Record<string, ChannelSpec>>;

export interface SensorChipSpec extends Described {
  readonly kind: 'sensor';
  readonly channels: Channels;
  /**
   * All must hold. At least one entry must rule out an answer of nothing but ones. A chip that has only measured registers
   * has no entry: then a code of only ones is rejected for every channel.
   */
  readonly identity: readonly Identity[];
  /**
   * Bits to be set, in this order, by read, modify, write. A bit may come twice (stop, change, start); the last entry
   * is what must hold afterwards. A function where they depend on the channels that a board uses.
   */
  readonly settings?: readonly Setting[] | ((used: ReadonlySet<string>) => readonly Setting[]);
  /** Checked each time that the chip is configured, before its settings. */
  readonly errata?: readonly Erratum[];
  /** Milliseconds that the chip needs after a write before the next access. */
  readonly writeDelay?: number;
  /** Parameters without which the chip cannot be read. */
  readonly needs?: readonly ('shunt' | 'reference')[];
  /** Register that selects the `page` of others; the PAGE command of PMBus when left out. */
  readonly pageRegister?: number;
  /** Bytes that name a register; 1 when left out. */
  readonly pointerBytes?: 2;
  /** Always sends packet error codes, so they are checked unless the descriptor disables that. */
  readonly pec?: true;
  /** Register contents after power-on, where they are not zero. */
  readonly powerOn?: readonly { readonly register: Register; readonly value: number }[];
  /**
   * Message after which the chip switches the power behind it off and, after about `off` milliseconds, on again by itself.
   */
  readonly powerCycle?: { readonly bytes: readonly [number, ...number[]]; readonly off: number };
  /** Outputs that drive fans, by name. */
  readonly outputs?: Readonly<Record<string, OutputSpec>>;
  /** Armed while outputs are driven. */
  readonly watchdog?: WatchdogSpec;
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

/** Facts of a sensor chip; `channels` may be a function, evaluated on first use: a board uses few of all chips. */
export interface SensorFacts extends Omit<SensorChipSpec, 'kind' | 'channels'> {
  readonly channels: Channels | (() => Channels);
}

export function defineChip({ channels, ...facts }: SensorFacts): SensorChipSpec {
  if (typeof channels !== 'function') return { kind: 'sensor', ...facts, channels };
  let built: Channels | undefined;
  return {
    kind: 'sensor',
    ...facts,
    get channels() {
      built ??= channels();
      return built;
    },
  };
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

export const usesPec = (spec: SensorChipSpec, { pec }: ChipParameters): boolean => pec ?? spec.pec ?? false;

/** Whether a flag is raised in a register content. */
export const isRaised = ({ mask, value }: Flag, content: number): boolean =>
  value === undefined ? (content & mask) !== 0 : (content & mask) === value;

/** The register that selects a page. */
export const pageRegisterOf = ({ pageRegister = pageCommand }: SensorChipSpec): number => pageRegister;

/** The bytes that name a register. */
export const pointerOf = ({ pointerBytes }: SensorChipSpec, address: number): Uint8Array =>
  pointerBytes === 2 ? Uint8Array.of(address >> 8, address & 0xff) : Uint8Array.of(address);
