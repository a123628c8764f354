/**
 * INA2xx current and power monitors. The calibration register is always given the value that makes one count of
 * current worth one count of shunt voltage divided by the shunt: the finest that never overflows, on any board.
 */
import { type ChannelSpec, defineChip, type Identity, type SensorChipSpec } from '../chip.ts';
import type { Quality } from '../quality.ts';
import { word } from '../register.ts';
import { linear, type Scale } from '../scale.ts';

const configuration = word(0x00);
const calibration = word(0x05);

interface Family {
  /** Volt across the shunt that one count stands for. */
  readonly shuntLsb: number;
  /** Greatest voltage across the shunt that the chip can show. */
  readonly shuntRange: number;
  /** Numerator of the calibration equation divided by `shuntLsb`. */
  readonly calibration: number;
  /** Power of one count, in currents of one count. */
  readonly powerRatio: number;
  readonly voltage: { readonly scale: Scale; readonly zeros: number };
  readonly powerOn: number;
  /** Configuration bits for continuous conversion, and the range that the scales rely on. */
  readonly mode: number;
}

/** 4 mV in bits 15 to 3; 320 mV and 32 V ranges; calibration = 0.04096 / (Current_LSB × shunt). */
const ina219Family: Family = {
  shuntLsb: 10e-6,
  shuntRange: 0.32,
  calibration: 4096,
  powerRatio: 20,
  voltage: { scale: linear({ lsb: 0.004, bits: 13, shift: 3, max: 32 }), zeros: 0x0004 },
  powerOn: 0x399f,
  mode: 0x3807,
};

/** 1.25 mV, the highest bit always zero; calibration = 0.00512 / (Current_LSB × shunt). */
const ina226Family: Family = {
  shuntLsb: 2.5e-6,
  shuntRange: 0.08192,
  calibration: 2048,
  powerRatio: 25,
  voltage: { scale: linear({ lsb: 0.00125, bits: 15 }), zeros: 0x8000 },
  powerOn: 0x4127,
  mode: 0x0007,
};

function monitor(
  compatible: readonly [string, ...string[]],
  datasheet: string,
  quality: Quality,
  family: Family,
  identity: readonly Identity[],
  driver = 'ina2xx',
): SensorChipSpec {
  const { shuntLsb, shuntRange, powerRatio } = family;
  const voltage: ChannelSpec = {
    quantity: 'Voltage',
    hwmon: 'in1_input',
    register: word(0x02),
    ...family.voltage,
  };
  const shunt: ChannelSpec = {
    quantity: 'Voltage',
    hwmon: 'in0_input',
    register: word(0x01),
    scale: linear({ lsb: shuntLsb, signed: true, min: -shuntRange, max: shuntRange }),
  };
  const current: ChannelSpec = {
    quantity: 'Current',
    register: word(0x04),
    scale: ({ shunt: ohm = Number.NaN }) =>
      linear({ lsb: shuntLsb / ohm, signed: true, min: -shuntRange / ohm, max: shuntRange / ohm }),
    calibration,
  };
  const power: ChannelSpec = {
    quantity: 'Power',
    register: word(0x03),
    scale: ({ shunt: ohm = Number.NaN }) => linear({ lsb: (powerRatio * shuntLsb) / ohm }),
    calibration,
  };
  return defineChip({
    compatible,
    datasheet,
    quality,
    kernel: { driver },
    channels: { voltage, shunt, current, power },
    identity,
    settings: [
      { register: configuration, mask: family.mode, value: family.mode },
      { register: calibration, mask: 0xffff, value: family.calibration },
    ],
    needs: ['shunt'],
    powerOn: [{ register: configuration, value: family.powerOn }],
  });
}

export const ina219 = monitor(
  ['ina219', 'ina220'],
  'TI SBOS448G, table 2 and 8.6.2 to 8.6.4; SBOS459E, table 2',
  'datasheet-checked',
  ina219Family,
  // No identity: the reset bit and bit 14 read as zero.
  [{ register: configuration, mask: 0xc000, value: 0 }],
);

export const ina226 = monitor(['ina226'], 'TI SBOS547B, table 7-1', 'datasheet-checked', ina226Family, [
  { register: word(0xfe), value: 0x5449 },
  { register: word(0xff), mask: 0xfff0, value: 0x2260 },
]);

export const ina230 = monitor(
  ['ina230', 'ina231'],
  'TI SBOS601A, table 8-3; SBOS644D, table 8-3',
  'datasheet-checked',
  ina226Family,
  // No identity that both have: the reset bit and bits 13 and 12 read as zero, bit 14 as one.
  [{ register: configuration, mask: 0xf000, value: 0x4000 }],
);

/** As the INA226, with another maker's number. */
export const rtq6056 = monitor(
  ['rtq6056'],
  'Richtek DS6056 (RTQ6056); Linux drivers/iio/adc/rtq6056.c',
  'driver-checked',
  ina226Family,
  [{ register: word(0xfe), value: 0x1214 }],
  'rtq6056',
);

/** As the INA226, with a calibration twice as great for the same count. */
export const sy24655 = monitor(
  ['sy24655'],
  'Silergy SY24655, not public; Linux drivers/hwmon/ina2xx.c',
  'driver-checked',
  { ...ina226Family, calibration: 4096 },
  [{ register: configuration, mask: 0xf000, value: 0x4000 }],
);

export default [ina219, ina226, ina230, rtq6056, sy24655];
