/** LTC2945 and LTC4151 power monitors, LTC2990 and LTC2991 voltage and temperature monitors. */

import { type ChannelSpec, defineChip } from '../chip.ts';
import { byte, type Register, word } from '../register.ts';
import { linear } from '../scale.ts';

/** Twelve bits in the upper end of two bytes. */
const twelve = (address: number, lsb: number): Pick<ChannelSpec, 'register' | 'scale' | 'zeros'> => ({
  register: word(address),
  scale: linear({ lsb, bits: 12, shift: 4 }),
  zeros: 0x000f,
});
const senseLsb2945 = 25e-6;
const control2945 = byte(0x00);
const wide: Register = { address: 0x05, bytes: 3, order: 'be' };

export const ltc2945 = defineChip({
  compatible: ['ltc2945'],
  datasheet: 'ADI LTC2945, register map; Linux drivers/hwmon/ltc2945.c',
  quality: 'driver-checked',
  kernel: { driver: 'ltc2945' },
  channels: {
    vin: { quantity: 'Voltage', hwmon: 'in1_input', ...twelve(0x1e, 0.025) },
    adin: { quantity: 'Voltage', hwmon: 'in2_input', ...twelve(0x28, 0.0005) },
    current: {
      quantity: 'Current',
      register: word(0x14),
      scale: ({ shunt: ohm = Number.NaN }) => linear({ lsb: senseLsb2945 / ohm, bits: 12, shift: 4 }),
      zeros: 0x000f,
    },
    power: {
      quantity: 'Power',
      register: wide,
      mode: control2945,
      // The product is that of the shunt's voltage and of the input's, or of ADIN's.
      scale: ({ shunt: ohm = Number.NaN }, control = 0) =>
        linear({ lsb: (senseLsb2945 * (control & 0x01 ? 0.025 : 0.0005)) / ohm, bits: 24 }),
    },
  },
  // No identity: the test mode is off.
  identity: [{ register: control2945, mask: 0x10, value: 0 }],
  needs: ['shunt'],
  powerOn: [{ register: control2945, value: 0x05 }],
});

export const ltc4151 = defineChip({
  compatible: ['ltc4151'],
  datasheet: 'ADI LTC4151, register map; Linux drivers/hwmon/ltc4151.c',
  quality: 'kernel-checked',
  kernel: { driver: 'ltc4151' },
  channels: {
    vin: { quantity: 'Voltage', hwmon: 'in1_input', ...twelve(0x02, 0.025) },
    adin: { quantity: 'Voltage', hwmon: 'in2_input', ...twelve(0x04, 0.0005) },
    current: {
      quantity: 'Current',
      register: word(0x00),
      scale: ({ shunt: ohm = Number.NaN }) => linear({ lsb: 20e-6 / ohm, bits: 12, shift: 4 }),
      zeros: 0x000f,
    },
  },
  // No identity: the low four bits of a sense voltage are zero.
  identity: [{ register: byte(0x01), mask: 0x0f, value: 0 }],
  needs: ['shunt'],
});

const count = 305.18e-6;
/** Fifteen bits, the highest the sign. */
const input = (address: number, offset = 0): ChannelSpec => ({
  quantity: 'Voltage',
  register: word(address),
  scale: linear({ lsb: count, bits: 15, signed: true, offset, min: offset - 0.3 }),
});
const inner = (address: number): ChannelSpec => ({
  quantity: 'Temperature',
  register: word(address),
  scale: linear({ lsb: 0.0625, bits: 13, signed: true, min: -40, max: 150 }),
});

const control2990 = byte(0x01);
export const ltc2990 = defineChip({
  compatible: ['ltc2990'],
  datasheet: 'ADI LTC2990, register map; Linux drivers/hwmon/ltc2990.c',
  quality: 'driver-checked',
  kernel: { driver: 'ltc2990' },
  channels: {
    vcc: { ...input(0x0e, 2.5), hwmon: 'in0_input' },
    v1: { ...input(0x06), hwmon: 'in1_input' },
    v2: { ...input(0x08), hwmon: 'in2_input' },
    v3: { ...input(0x0a), hwmon: 'in3_input' },
    v4: { ...input(0x0c), hwmon: 'in4_input' },
    temperature: inner(0x04),
  },
  // No identity: bit 5 of the control register does not exist.
  identity: [{ register: control2990, mask: 0x20, value: 0 }],
  // Degrees Celsius; each of the four inputs against ground, repeatedly.
  settings: [{ register: control2990, mask: 0xdf, value: 0x1f }],
});

const enable2991 = byte(0x01);
const repeat2991 = byte(0x08);
export const ltc2991 = defineChip({
  compatible: ['ltc2991'],
  datasheet: 'ADI LTC2991, register map; Linux drivers/hwmon/ltc2991.c',
  quality: 'driver-checked',
  kernel: { driver: 'ltc2991' },
  channels: {
    vcc: { ...input(0x1c, 2.5), hwmon: 'in0_input' },
    ...Object.fromEntries(
      [1, 2, 3, 4, 5, 6, 7, 8].map((number) => [
        `v${number}`,
        { ...input(0x08 + 2 * number), hwmon: `in${number}_input` },
      ]),
    ),
    temperature: { ...inner(0x1a), hwmon: 'temp5_input' },
  },
  // No identity: bits 2 to 0 of the enable register read as zero.
  identity: [{ register: enable2991, mask: 0x07, value: 0 }],
  settings: [
    // Each input is a voltage against ground: neither a difference nor a diode.
    { register: byte(0x06), mask: 0x33, value: 0 },
    { register: byte(0x07), mask: 0x33, value: 0 },
    // Repeatedly; the own temperature in degrees Celsius.
    { register: repeat2991, mask: 0x14, value: 0x10 },
    { register: enable2991, mask: 0xf8, value: 0xf8 },
  ],
});

export default [ltc2945, ltc4151, ltc2990, ltc2991];
