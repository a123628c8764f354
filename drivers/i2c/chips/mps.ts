/** Multiphase regulators of Monolithic Power Systems: each generation reports in formats of its own. */

import type { Quantity } from '../../quantity.ts';
import { type ChannelSpec, defineChip, type SensorChipSpec, type Setting } from '../chip.ts';
import {
  code,
  command,
  linear11Channel,
  pmbusPlace,
  revisionIdentity,
  scaledChannel,
  statusWord,
  voutChannel,
  voutModeAtPowerOn,
} from '../pmbus.ts';
import type { Register } from '../register.ts';
import { direct, linear, linear11, type Scale, vid } from '../scale.ts';

const units = (m: number, R = 0) => direct({ m, b: 0, R });
/** 1 mV, as READ_VOUT is once it has been switched to DIRECT. */
const millivolt = units(1, 3);
/** The low ten bits in 32nds of a volt; the others are not part of it. */
const vin32 = linear({ lsb: 1 / 32, bits: 10 });

function regulator(
  compatible: readonly [string, ...string[]],
  driver: string,
  pages: readonly number[],
  channels: Record<string, ChannelSpec>,
  settings: readonly Setting[] = [],
  powerOn: SensorChipSpec['powerOn'] = [],
): SensorChipSpec {
  return defineChip({
    compatible,
    datasheet: `not public; Linux drivers/hwmon/pmbus/${driver}.c and Documentation/hwmon/${driver}.rst`,
    quality: 'driver-checked',
    kernel: { driver },
    channels,
    identity: [revisionIdentity],
    settings,
    status: pages.map((page) => statusWord(page)),
    powerOn: [{ register: revisionIdentity.register, value: 0x33 }, ...powerOn],
  });
}

/** VIN, IIN and PIN of the first page in LINEAR11. */
const inputs = {
  vin: linear11Channel('Voltage', code.vin, 0),
  iin: linear11Channel('Current', code.iin, 0),
  pin: linear11Channel('Power', code.pin, 0),
};

/** MFR_DC_LOOP_CTRL: bit 15 off for DIRECT. Currents, powers and temperatures in whole units. */
export const mp2975 = regulator(
  ['mp2975'],
  'mp2975',
  [0, 1],
  {
    vin: inputs.vin,
    iin: inputs.iin,
    pin: scaledChannel('Power', code.pin, units(1), 0),
    ...Object.assign(
      {},
      ...[0, 1].map((page) => ({
        [`vout${page + 1}`]: scaledChannel('Voltage', code.vout, millivolt, page),
        [`iout${page + 1}`]: scaledChannel('Current', code.iout, units(1), page),
        [`pout${page + 1}`]: scaledChannel('Power', code.pout, units(1), page),
      })),
    ),
    temp1: scaledChannel('Temperature', code.temperature1, units(1), 0),
  },
  [0, 1].map((page) => ({ register: command(0x59, page), mask: 0x8000, value: 0 })),
);

/** MFR_RESO_SET: two bits for the format of each rail's voltage. */
export const mp2973 = regulator(
  ['mp2973', 'mp2971'],
  'mp2975',
  [0, 1],
  {
    ...inputs,
    ...Object.assign(
      {},
      ...[0, 1].map((page) => ({
        [`vout${page + 1}`]: scaledChannel('Voltage', code.vout, millivolt, page),
        [`iout${page + 1}`]: linear11Channel('Current', code.iout, page),
        [`pout${page + 1}`]: linear11Channel('Power', code.pout, page),
      })),
    ),
    temp1: linear11Channel('Temperature', code.temperature1, 0),
  },
  [
    { register: command(0xc7, 0), mask: 0x00c0, value: 0x0080 },
    { register: command(0xc7, 1), mask: 0x0018, value: 0x0010 },
  ],
);

const volt256 = linear({ lsb: 1 / 256, bits: 10 });
/** VID codes of ten bits, in steps of 5 mV from 250 mV at 1. */
const vid10 = vid({ base: 0.25, step: 0.005, first: 1, last: 0x3ff, off: 0, bits: 10 });
/** MUL1_BOOT_SR_R2 on the page of configurations: bit 15 is set while the second rail is in use. */
const rail2Active: Register = command(0x10, 2);
const isActive = (page: number, boot: number) => page === 0 || (boot & 0x8000) !== 0;

/** MFR_VR_CONFIG2: with bit 11 the voltage is in 256ths of a volt, without it a VID code. */
const mp2856Vout = (page: number): ChannelSpec => ({
  ...scaledChannel(
    'Voltage',
    code.vout,
    (_parameters, mode = 0, boot = 0) =>
      isActive(page, boot) ? (mode & 0x0800 ? volt256 : vid10) : undefined,
    page,
  ),
  mode: page === 0 ? command(0x5e, page) : [command(0x5e, page), rail2Active],
});
/** A reading in LINEAR11 that a rail has only while it is in use. */
const mp2856Linear = (quantity: Quantity, address: number, page: number): ChannelSpec =>
  page === 0
    ? linear11Channel(quantity, address, page)
    : {
        ...linear11Channel(quantity, address, page),
        mode: rail2Active,
        scale: (_parameters, boot = 0) => (isActive(page, boot) ? linear11 : undefined),
      };

export const mp2856 = regulator(
  ['mp2856', 'mp2857'],
  'mp2856',
  [0, 1],
  {
    ...inputs,
    ...Object.assign(
      {},
      ...[0, 1].map((page) => ({
        [`vout${page + 1}`]: mp2856Vout(page),
        [`iout${page + 1}`]: mp2856Linear('Current', code.iout, page),
        [`pout${page + 1}`]: mp2856Linear('Power', code.pout, page),
        [`temp${page + 1}`]: mp2856Linear('Temperature', code.temperature1, page),
      })),
    ),
  },
  [],
  [{ register: rail2Active, value: 0x8000 }],
);

/** MFR_SYS_CONFIG: bit 3 halves the resolution of current and power. */
const coarse = command(0x44, 0);
const byResolution = (fine: Scale, half: Scale): ChannelSpec['scale'] => {
  return (_parameters, mode = 0) => (mode & 0x08 ? half : fine);
};
/** Bits that are always there above a field. */
const withBits = (scale: Scale, fixed: number): Scale => ({
  ...scale,
  encode: (value) => fixed | scale.encode(value),
});

export const mp2888 = regulator(['mp2888'], 'mp2888', [0], {
  vin: scaledChannel('Voltage', code.vin, withBits(vin32, 0xec00), 0),
  iin: inputs.iin,
  pin: { ...scaledChannel('Power', code.pin, byResolution(units(2), units(1)), 0), mode: coarse },
  vout1: scaledChannel('Voltage', code.vout, millivolt, 0),
  iout1: {
    ...scaledChannel(
      'Current',
      code.iout,
      byResolution(
        withBits(linear({ lsb: 0.25, bits: 12 }), 0xe000),
        withBits(linear({ lsb: 0.5, bits: 12 }), 0xe000),
      ),
      0,
    ),
    mode: coarse,
  },
  pout1: { ...scaledChannel('Power', code.pout, byResolution(units(2), units(1)), 0), mode: coarse },
  temp1: scaledChannel('Temperature', code.temperature1, units(1, 1), 0),
});

/** MFR_VOUT_LOOP_CTRL and MFR_SVI3_IOUT_PRT: volt and ampere of one count. */
function mp2891Volt(mode: number): Scale {
  const lsb = mode & 0x2000 ? 2.5e-3 : [6.25e-3, 5e-3, 2e-3, 1e-3][mode >> 14];
  return linear({ lsb: lsb ?? Number.NaN });
}
const mp2891Ampere = [1, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2];

/** Reports input current and power of each rail in commands of its own. */
const estimates = { pin: 0x94, iin: 0x95 };

export const mp2891 = regulator(['mp2891'], 'mp2891', [0, 1], {
  vin: scaledChannel('Voltage', code.vin, vin32, 0),
  ...Object.assign(
    {},
    ...[0, 1].map((page) => ({
      [`iin${page + 1}`]: {
        ...linear11Channel('Current', estimates.iin, page),
        ...pmbusPlace(code.iin, page, true),
      },
      [`pin${page + 1}`]: {
        ...linear11Channel('Power', estimates.pin, page),
        ...pmbusPlace(code.pin, page, true),
      },
      [`vout${page + 1}`]: {
        ...scaledChannel('Voltage', code.vout, (_parameters, mode = 0) => mp2891Volt(mode), page),
        mode: command(0xbd, page),
      },
      [`iout${page + 1}`]: {
        ...scaledChannel(
          'Current',
          code.iout,
          (_parameters, mode = 0) => linear({ lsb: mp2891Ampere[mode & 0x07] ?? Number.NaN, bits: 11 }),
          page,
        ),
        mode: command(0x65, page),
      },
      [`pout${page + 1}`]: linear11Channel('Power', code.pout, page),
      [`temp${page + 1}`]: scaledChannel('Temperature', code.temperature1, units(1), page),
    })),
  ),
});

/** DIRECT in VOUT_MODE. */
const directMode = 0x40;

export const mp2993 = regulator(
  ['mp2993'],
  'mp2993',
  [0, 1],
  {
    ...inputs,
    vin: scaledChannel('Voltage', code.vin, vin32, 0),
    ...Object.assign(
      {},
      ...[0, 1].map((page) => ({
        [`vout${page + 1}`]: scaledChannel('Voltage', code.vout, millivolt, page),
        [`iout${page + 1}`]: linear11Channel('Current', code.iout, page),
        [`pout${page + 1}`]: linear11Channel('Power', code.pout, page),
        [`temp${page + 1}`]: scaledChannel('Temperature', code.temperature1, units(1), page),
      })),
    ),
  },
  voutModeAtPowerOn(directMode, [0, 1]).map(({ register, value }) => ({ register, mask: 0xff, value })),
);

export const mp9941 = regulator(
  ['mp9941'],
  'mp9941',
  [0],
  {
    vin: scaledChannel('Voltage', code.vin, vin32, 0),
    iin: scaledChannel('Current', code.iin, linear({ lsb: 0.5, bits: 11 }), 0),
    pin: inputs.pin,
    vout1: scaledChannel('Voltage', code.vout, millivolt, 0),
    iout1: linear11Channel('Current', code.iout, 0),
    pout1: linear11Channel('Power', code.pout, 0),
    temp1: scaledChannel('Temperature', code.temperature1, units(1), 0),
  },
  // MFR_RESO_SET: the output voltage in DIRECT, the input current in halves of an ampere.
  [{ register: command(0xc7, 0), mask: 0x00cc, value: 0x00c0 }],
);

/** LINEAR16, or 640ths of a volt in the other modes. */
const mpq8785Vout: ChannelSpec = {
  ...voutChannel(undefined),
  scale: (parameters, mode = 0) => {
    const { scale } = voutChannel(undefined);
    if (mode >> 5 === 0) return typeof scale === 'function' ? scale(parameters, mode) : scale;
    return mode >> 5 <= 2 ? units(64, 1) : undefined;
  },
};

export const mpq8785 = defineChip({
  compatible: ['mpq8785'],
  datasheet: 'MPS MPQ8785, PMBus commands; Linux drivers/hwmon/pmbus/mpq8785.c',
  quality: 'driver-checked',
  kernel: { driver: 'mpq8785' },
  channels: {
    vin: scaledChannel('Voltage', code.vin, units(4, 1)),
    vout1: mpq8785Vout,
    iout1: scaledChannel('Current', code.iout, units(16)),
    temp1: scaledChannel('Temperature', code.temperature1, units(1)),
  },
  identity: [revisionIdentity],
  status: [statusWord()],
  powerOn: [
    { register: revisionIdentity.register, value: 0x33 },
    ...voutModeAtPowerOn(directMode, [undefined]),
  ],
});

export default [mp2975, mp2973, mp2856, mp2888, mp2891, mp2993, mp9941, mpq8785];
