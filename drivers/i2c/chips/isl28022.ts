/** The ISL28022 power monitor, on its widest ranges: 60 V and 320 mV across the shunt. */
import { type ChannelSpec, defineChip } from '../chip.ts';
import { word } from '../register.ts';
import { linear } from '../scale.ts';

const configuration = word(0x00);
const calibration = word(0x05);
const shuntLsb = 10e-6;
const range = 0.32;

const voltage: ChannelSpec = {
  quantity: 'Voltage',
  hwmon: 'in0_input',
  register: word(0x02),
  // 14 bits; below them whether a conversion is ready, and whether the mathematics has overflowed.
  scale: linear({ lsb: 0.004, bits: 14, shift: 2, max: 60 }),
};

export const isl28022 = defineChip({
  compatible: ['isl28022'],
  datasheet: 'Renesas FN8386 Rev. 8.00, tables 4 to 16, equations 1 to 7',
  quality: 'datasheet-checked',
  kernel: { driver: 'isl28022' },
  channels: {
    voltage,
    shunt: {
      quantity: 'Voltage',
      hwmon: 'in1_input',
      register: word(0x01),
      scale: linear({ lsb: shuntLsb, signed: true, min: -range, max: range }),
    },
    current: {
      quantity: 'Current',
      register: word(0x04),
      scale: ({ shunt: ohm = Number.NaN }) =>
        linear({ lsb: shuntLsb / ohm, signed: true, min: -range / ohm, max: range / ohm }),
      calibration,
    },
    power: {
      quantity: 'Power',
      register: word(0x03),
      // Current_LSB × 4 mV × 5000 × 2 on the range of 60 V (equations 6 and 7).
      scale: ({ shunt: ohm = Number.NaN }) => linear({ lsb: (40 * shuntLsb) / ohm }),
      calibration,
    },
  },
  // No identity: the reset bit reads as zero.
  identity: [{ register: configuration, mask: 0x8000, value: 0 }],
  settings: [
    { register: configuration, mask: 0x7807, value: 0x7807 },
    // 0.04096 / (Current_LSB × shunt), where Current_LSB × shunt is one count of the shunt's voltage (equation 4).
    { register: calibration, mask: 0xffff, value: 4096 },
  ],
  needs: ['shunt'],
  powerOn: [{ register: configuration, value: 0x799f }],
});

export default [isl28022];
