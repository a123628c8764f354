/**
 * What PMBus chips have in common: command codes, number formats of VOUT_MODE, status bits. A PMBus chip is a literal
 * made of these. Command codes and bits: PMBus 1.2 part II, appendix I, 8.3 and 17.2.
 */

import type { Quantity } from '../quantity.ts';
import type { ChannelSpec, Flag } from './chip.ts';
import { byte, pageCommand, type Register } from './register.ts';
import { half, linear11, linear16, type Scale, signed, type VidFacts, vid } from './scale.ts';

/** A 16-bit command, low byte first. */
export const command = (address: number, page?: number): Register => ({
  address,
  bytes: 2,
  order: 'le',
  ...(page === undefined ? {} : { page }),
});
const byteCommand = (address: number, page?: number): Register => ({
  ...byte(address),
  ...(page === undefined ? {} : { page }),
});

export const code = {
  page: pageCommand,
  voutMode: 0x20,
  statusWord: 0x79,
  vin: 0x88,
  iin: 0x89,
  vcap: 0x8a,
  vout: 0x8b,
  iout: 0x8c,
  temperature1: 0x8d,
  temperature2: 0x8e,
  temperature3: 0x8f,
  pout: 0x96,
  pin: 0x97,
  revision: 0x98,
  manufacturer: 0x99,
  model: 0x9a,
} as const;

/**
 * What Linux labels a command's reading: outputs with the number of their rail, inputs only where a driver reads them
 * on several pages. Temperatures have no label; they are counted.
 */
const labels: Readonly<Record<number, string>> = {
  [code.vin]: 'vin',
  [code.iin]: 'iin',
  [code.pin]: 'pin',
  [code.vcap]: 'vcap',
  [code.vout]: 'vout',
  [code.iout]: 'iout',
  [code.pout]: 'pout',
};
const outputs: ReadonlySet<number> = new Set([code.vout, code.iout, code.pout]);

/** Where Linux shows the reading of a command; `inputsPaged` for a driver that has inputs on several pages. */
export function pmbusPlace(
  address: number,
  page?: number,
  inputsPaged = false,
): { hwmon?: { label: string } } {
  const label = labels[address];
  if (label === undefined) return {};
  return { hwmon: { label: inputsPaged || outputs.has(address) ? `${label}${(page ?? 0) + 1}` : label } };
}

/** A channel in LINEAR11. */
export const linear11Channel = (
  quantity: Quantity,
  address: number,
  page?: number,
  inputsPaged = false,
): ChannelSpec => ({
  quantity,
  register: command(address, page),
  scale: linear11,
  ...pmbusPlace(address, page, inputsPaged),
});

/** A channel with a scale of its own, such as DIRECT with the chip's coefficients. */
export const scaledChannel = (
  quantity: Quantity,
  address: number,
  scale: ChannelSpec['scale'],
  page?: number,
  inputsPaged = false,
): ChannelSpec => ({
  quantity,
  register: command(address, page),
  scale,
  ...pmbusPlace(address, page, inputsPaged),
});

/** VID tables, by what VOUT_MODE calls them on a chip. */
export type VidTables = Readonly<Record<number, Scale>>;

const intel = (facts: Omit<VidFacts, 'first' | 'last' | 'off'>) =>
  vid({ ...facts, first: 1, last: 255, off: 0 });
/** Intel VR12: 250 mV at 1, steps of 5 mV. */
export const vr12 = intel({ base: 0.25, step: 0.005 });
/** Intel VR12.5 and VR13 with 10 mV steps: 500 mV at 1. */
export const vr13 = intel({ base: 0.5, step: 0.01 });
/** Intel IMVP9 with 10 mV steps: 200 mV at 1. */
export const imvp9 = intel({ base: 0.2, step: 0.01 });
/** AMD SVI2: 1.55 V at 0, down by 6.25 mV to 200 mV at D8h. */
export const amd625mv = vid({ base: 1.55, step: -0.00625, first: 0, last: 0xd8 });

/**
 * READ_VOUT in the format that VOUT_MODE of the same page selects: LINEAR16, one of `tables`, or half precision. Bit 7 of
 * VOUT_MODE concerns limits and commands, not what is measured (PMBus 1.3 part II, 8.3).
 */
export const voutChannel = (page: number | undefined, tables: VidTables = {}): ChannelSpec => ({
  quantity: 'Voltage',
  register: command(code.vout, page),
  ...pmbusPlace(code.vout, page),
  mode: byteCommand(code.voutMode, page),
  scale: (_parameters, mode) => {
    const parameter = mode & 0x1f;
    switch ((mode >> 5) & 0x03) {
      case 0:
        return linear16(signed(parameter, 5));
      case 1:
        return tables[parameter];
      // All ones is the answer of a chip without VOUT_MODE.
      case 3:
        return mode === 0xff ? undefined : half;
      default:
        return undefined;
    }
  },
});

/** PMBUS_REVISION: both halves are a version below 4. It rules out a bus that answers only ones. */
export const revisionIdentity = { register: byteCommand(code.revision), mask: 0xcc, value: 0 };

const statusBits: readonly (readonly [number, string])[] = [
  [0x8000, 'output voltage fault or warning'],
  [0x4000, 'output current or power fault or warning'],
  [0x2000, 'input fault or warning'],
  [0x1000, 'manufacturer-specific fault or warning'],
  [0x0800, 'output power is not good'],
  [0x0400, 'fan fault or warning'],
  [0x0200, 'other fault'],
  [0x0100, 'unknown fault'],
  [0x0080, 'busy'],
  [0x0040, 'output is off'],
  [0x0020, 'output overvoltage fault'],
  [0x0010, 'output overcurrent fault'],
  [0x0008, 'input undervoltage fault'],
  [0x0004, 'temperature fault or warning'],
  [0x0002, 'communication, memory or logic fault'],
];

type StatusWord = { readonly register: Register; readonly flags: readonly Flag[] };
/** By page: chips share them, since start-up is dear on a controller. */
const statusWords = new Map<number | undefined, StatusWord>();

/** STATUS_WORD, of a page if the chip has several; its texts then begin with `rail 1: ` and so on. */
export function statusWord(page?: number): StatusWord {
  const known = statusWords.get(page);
  if (known) return known;
  const prefix = page === undefined ? '' : `rail ${page + 1}: `;
  const made = {
    register: command(code.statusWord, page),
    flags: statusBits.map(([mask, text]) => ({ mask, text: prefix + text })),
  };
  statusWords.set(page, made);
  return made;
}

/** VOUT_MODE at power-on, for each page or the only one. */
export const voutModeAtPowerOn = (value: number, pages: readonly (number | undefined)[]) =>
  pages.map((page) => ({ register: byteCommand(code.voutMode, page), value }));

/** `vout1`, `iout1`, `pout1` and `temp1` of page 0, and so on. */
export function railChannels(pages: readonly number[], tables: VidTables): Record<string, ChannelSpec> {
  const channels: Record<string, ChannelSpec> = {};
  for (const page of pages) {
    const rail = page + 1;
    channels[`vout${rail}`] = voutChannel(page, tables);
    channels[`iout${rail}`] = linear11Channel('Current', code.iout, page);
    channels[`pout${rail}`] = linear11Channel('Power', code.pout, page);
    channels[`temp${rail}`] = linear11Channel('Temperature', code.temperature1, page);
  }
  return channels;
}

/** `vin`, `iin` and `pin`; `inputsPaged` as for `pmbusPlace`. */
export const inputChannels = (page?: number, inputsPaged = false): Record<string, ChannelSpec> => ({
  vin: linear11Channel('Voltage', code.vin, page, inputsPaged),
  iin: linear11Channel('Current', code.iin, page, inputsPaged),
  pin: linear11Channel('Power', code.pin, page, inputsPaged),
});
