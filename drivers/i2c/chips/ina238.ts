/** INA237, INA238, INA228 and the SQ52206 that follows them: 16 or 20 bits, with a temperature of their own. */
import { type ChannelSpec, defineChip, type Identity, type SensorChipSpec } from '../chip.ts';
import type { Quality } from '../quality.ts';
import { type Register, word } from '../register.ts';
import { linear } from '../scale.ts';

const configuration = word(0x00);
const adcConfiguration = word(0x01);
const calibration = word(0x02);
const wide = (address: number): Register => ({ address, bytes: 3, order: 'be' });

interface Family {
  /** Bits of voltages and current; beyond 16 they lie in the upper end of three bytes. */
  readonly bits: 16 | 20;
  /** Volt of one count across the shunt, and on the bus. */
  readonly shuntLsb: number;
  readonly busLsb: number;
  /** Watt of one count, in currents of one count. */
  readonly powerRatio: number;
  /** Bits of the temperature, left aligned, and Cel of one. */
  readonly temperature: { readonly bits: number; readonly lsb: number };
}

const ina238Family: Family = {
  bits: 16,
  shuntLsb: 5e-6,
  busLsb: 3.125e-3,
  powerRatio: 0.2,
  temperature: { bits: 12, lsb: 0.125 },
};
const ina228Family: Family = {
  bits: 20,
  shuntLsb: 312.5e-9,
  busLsb: 195.3125e-6,
  powerRatio: 3.2,
  temperature: { bits: 16, lsb: 7.8125e-3 },
};
const sq52206Family: Family = {
  bits: 16,
  shuntLsb: 5e-6,
  busLsb: 3.75e-3,
  powerRatio: 0.24,
  temperature: { bits: 16, lsb: 7.8125e-3 },
};

/** The value with which a count of current is a count of shunt voltage divided by the shunt, on all of them. */
const perShuntCount = 4096;

function monitor(
  compatible: readonly [string, ...string[]],
  datasheet: string,
  quality: Quality,
  { bits, shuntLsb, busLsb, powerRatio, temperature }: Family,
  identity: readonly Identity[],
  driver: { driver: string } | undefined,
): SensorChipSpec {
  const shift = bits === 20 ? 4 : 0;
  const register = bits === 20 ? wide : word;
  const zeros = bits === 20 ? { zeros: 0x00000f } : {};
  /** Ampere of one count, by the calibration that is in effect. */
  const currentLsb = (ohm: number, content: number) => ((content / perShuntCount) * shuntLsb) / ohm;
  const range = 2 ** (bits - 1) * shuntLsb;
  const current: ChannelSpec = {
    quantity: 'Current',
    register: register(0x07),
    mode: calibration,
    scale: ({ shunt: ohm = Number.NaN }, content = 0) =>
      content === 0
        ? undefined
        : linear({
            lsb: currentLsb(ohm, content),
            bits,
            shift,
            signed: true,
            min: -range / ohm,
            max: range / ohm,
          }),
    ...zeros,
  };
  const power: ChannelSpec = {
    quantity: 'Power',
    register: wide(0x08),
    mode: calibration,
    scale: ({ shunt: ohm = Number.NaN }, content = 0) =>
      content === 0 ? undefined : linear({ lsb: powerRatio * currentLsb(ohm, content), bits: 24 }),
  };
  return defineChip({
    compatible,
    datasheet,
    quality,
    ...(driver ? { kernel: driver } : {}),
    channels: {
      voltage: {
        quantity: 'Voltage',
        hwmon: 'in1_input',
        register: register(0x05),
        scale: linear({ lsb: busLsb, bits, shift, signed: true, min: 0 }),
        ...zeros,
      },
      shunt: {
        quantity: 'Voltage',
        hwmon: 'in0_input',
        register: register(0x04),
        scale: linear({ lsb: shuntLsb, bits, shift, signed: true }),
        ...zeros,
      },
      current,
      power,
      temperature: {
        quantity: 'Temperature',
        register: word(0x06),
        scale: linear({ ...temperature, shift: 16 - temperature.bits, signed: true, min: -60, max: 175 }),
        ...(temperature.bits === 12 ? { zeros: 0x000f } : {}),
      },
    },
    identity,
    settings: [
      // The wide range across the shunt; continuous conversion of all three.
      { register: configuration, mask: 0x0010, value: 0 },
      { register: adcConfiguration, mask: 0xf000, value: 0xf000 },
      { register: calibration, mask: 0xffff, value: perShuntCount },
    ],
    needs: ['shunt'],
    powerOn: [
      { register: adcConfiguration, value: 0xfb68 },
      { register: calibration, value: 0x1000 },
    ],
  });
}

const maker: Identity = { register: word(0x3e), value: 0x5449 };
const device = (id: number): Identity => ({ register: word(0x3f), mask: 0xfff0, value: id });

export const ina238 = monitor(
  ['ina238'],
  'TI SBOSA20 (INA238), register map; Linux drivers/hwmon/ina238.c',
  'driver-checked',
  ina238Family,
  [maker, device(0x2380)],
  { driver: 'ina238' },
);

/** Has no register with its own number. */
export const ina237 = monitor(
  ['ina237'],
  'TI INA237, register map; Linux drivers/hwmon/ina238.c',
  'driver-checked',
  ina238Family,
  [maker],
  { driver: 'ina238' },
);

export const ina228 = monitor(
  ['ina228'],
  'TI SLYS021 (INA228), register map; Linux drivers/hwmon/ina238.c of Linux 6.17',
  'driver-checked',
  ina228Family,
  [maker, device(0x2280)],
  { driver: 'ina238' },
);

export const sq52206 = monitor(
  ['sq52206'],
  'Silergy SQ52206, not public; Linux drivers/hwmon/ina238.c of Linux 6.17',
  'driver-checked',
  sq52206Family,
  // The reset bit of the configuration, and the bits below the ranges, read as zero.
  [{ register: configuration, mask: 0x8007, value: 0 }],
  { driver: 'ina238' },
);

export default [ina237, ina238, ina228, sq52206];
