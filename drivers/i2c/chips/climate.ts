/** Humidity, pressure and thermocouples: HDC1080, SI7020, SHT3x, DPS310, MCP9600. */

import { type ChannelSpec, defineChip } from '../chip.ts';
import { byte, type Register, word } from '../register.ts';
import { linear, type Scale, signed } from '../scale.ts';

/** Naming a register measures; 6.5 ms for 14 bits. */
const measured = (address: number, conversion: number): Register => ({ ...word(address), conversion });

const hdcConfiguration = word(0x02);
export const hdc1080 = defineChip({
  compatible: ['hdc1080', 'hdc1000', 'hdc1008', 'hdc1010', 'hdc1050'],
  datasheet: 'TI SNAS672 (HDC1080), register map; Linux drivers/iio/humidity/hdc100x.c',
  quality: 'driver-checked',
  kernel: { driver: 'hdc100x', id: 'hdc1080' },
  channels: {
    temperature: {
      quantity: 'Temperature',
      hwmon: { iio: 'in_temp' },
      register: measured(0x00, 8),
      scale: linear({ lsb: 165 / 16384, bits: 14, shift: 2, offset: -40 }),
      zeros: 0x0003,
    },
    humidity: {
      quantity: 'Humidity',
      hwmon: { iio: 'in_humidityrelative' },
      register: measured(0x01, 8),
      scale: linear({ lsb: 100 / 16384, bits: 14, shift: 2 }),
      zeros: 0x0003,
    },
  },
  identity: [{ register: word(0xfe), value: 0x5449 }],
  // One of both at a time, 14 bits, no heater.
  settings: [{ register: hdcConfiguration, mask: 0x3700, value: 0 }],
  powerOn: [{ register: hdcConfiguration, value: 0x1000 }],
});

export const si7020 = defineChip({
  compatible: ['si7020', 'si7021', 'si7013', 'htu21', 'sht21'],
  datasheet: 'Silicon Labs Si7020-A20, I2C commands; Linux drivers/iio/humidity/si7020.c',
  quality: 'driver-checked',
  kernel: { driver: 'si7020', id: 'si7020' },
  channels: {
    temperature: {
      quantity: 'Temperature',
      hwmon: { iio: 'in_temp' },
      // The commands that do not hold the clock.
      register: measured(0xf3, 12),
      scale: linear({ lsb: 175.72 / 65536, offset: -46.85 }),
    },
    humidity: {
      quantity: 'Humidity',
      hwmon: { iio: 'in_humidityrelative' },
      register: measured(0xf5, 25),
      scale: linear({ lsb: 125 / 65536, offset: -6 }),
    },
  },
  // Bit 6 of the user register reports a low supply; bit 2 is the heater.
  identity: [{ register: byte(0xe7), mask: 0x44, value: 0 }],
  powerOn: [{ register: byte(0xe7), value: 0x3a }],
});

/** One shot of high repeatability: both values, each with a check byte. */
const shot = (at: number): Register => ({
  ...word(0x2400),
  conversion: 16,
  within: { at, of: 6 },
  checked: true,
});
export const sht3x = defineChip({
  compatible: ['sht3x', 'sht30', 'sht31', 'sht35', 'sts3x'],
  datasheet: 'Sensirion SHT3x-DIS, commands and conversion; Linux drivers/hwmon/sht3x.c',
  quality: 'driver-checked',
  kernel: { driver: 'sht3x', id: 'sht3x' },
  channels: {
    temperature: {
      quantity: 'Temperature',
      register: shot(0),
      scale: linear({ lsb: 175 / 65535, offset: -45 }),
    },
    humidity: { quantity: 'Humidity', register: shot(3), scale: linear({ lsb: 100 / 65535 }) },
  },
  // Reserved bits of the status.
  identity: [{ register: word(0xf32d), mask: 0x43ec, value: 0 }],
  pointerBytes: 2,
});

const product = byte(0x0d);
const measuring = byte(0x08);
const code24 = (address: number): Register => ({ address, bytes: 3, order: 'be' });
/** Coefficients lie across bytes: two of 12 bits, two of 20, five of 16. */
const c0c1: Register = { address: 0x10, bytes: 3, order: 'be' };
const c00c10: Register = { address: 0x13, bytes: 5, order: 'be' };
const [c01, c11, c20, c21, c30] = [0x18, 0x1a, 0x1c, 0x1e, 0x20].map(word) as [
  Register,
  Register,
  Register,
  Register,
  Register,
];
const temperatureCode = code24(0x03);
/** Divides a code at one sample each. */
const kT = 524288;
const kP = 524288;
const low = (content: number, bits: number) => signed(content % 2 ** bits, bits);
const high = (content: number, bits: number) => signed(Math.floor(content / 2 ** bits), bits);

/** A scale by a function that rises or falls throughout, inverted by halving. */
function monotone(decodeCode: (code: number) => number, min: number, max: number, resolution: number): Scale {
  const [least, most] = [-(2 ** 23), 2 ** 23 - 1];
  const rises = decodeCode(most) > decodeCode(least);
  return {
    decode: (code) => decodeCode(signed(code, 24)),
    encode(value) {
      // Not to the very ends, where rounding would leave the range.
      const wanted = Math.min(Math.max(value, min + resolution), max - resolution);
      let [from, to] = [least, most];
      while (to - from > 1) {
        const middle = Math.floor((from + to) / 2);
        if (decodeCode(middle) <= wanted === rises) from = middle;
        else to = middle;
      }
      const nearest = Math.abs(decodeCode(to) - wanted) < Math.abs(decodeCode(from) - wanted) ? to : from;
      return nearest < 0 ? nearest + 2 ** 24 : nearest;
    },
    min,
    max,
    resolution,
  };
}

const dpsTemperature: ChannelSpec['scale'] = (_parameters, coefficients = 0) => {
  const [c0, c1] = [high(coefficients, 12), low(coefficients, 12)];
  return monotone((code) => c0 / 2 + (c1 * code) / kT, -40, 85, Math.abs(c1) / kT);
};

const dpsPressure: ChannelSpec['scale'] = (_parameters, t = 0, wide = 0, ...rest) => {
  const [a01 = 0, a11 = 0, a20 = 0, a21 = 0, a30 = 0] = rest.map((content) => signed(content, 16));
  const [a00, a10] = [high(wide, 20), low(wide, 20)];
  const temperature = signed(t, 24) / kT;
  // Section 4.9.1, in pascal.
  const pascal = (code: number) => {
    const p = code / kP;
    return a00 + p * (a10 + p * (a20 + p * a30)) + temperature * (a01 + p * (a11 + p * a21));
  };
  return monotone((code) => pascal(code) / 1000, 30, 120, Math.abs(a10) / kP / 500);
};

export const dps310 = defineChip({
  compatible: ['dps310'],
  datasheet: 'Infineon DPS310, section 4.9.1 and register map; Linux drivers/iio/pressure/dps310.c',
  quality: 'driver-checked',
  kernel: { driver: 'dps310' },
  channels: {
    temperature: {
      quantity: 'Temperature',
      hwmon: { iio: 'in_temp' },
      register: temperatureCode,
      mode: c0c1,
      scale: dpsTemperature,
    },
    pressure: {
      quantity: 'Pressure',
      hwmon: { iio: 'in_pressure' },
      register: code24(0x00),
      mode: [temperatureCode, c00c10, c01, c11, c20, c21, c30],
      scale: dpsPressure,
    },
  },
  identity: [{ register: product, value: 0x10 }],
  errata: [
    {
      // A wrong fuse bit makes the chip read 60 Cel at 20; the maker's sequence of undocumented registers corrects it.
      when: { register: byte(0x32), mask: 0x02, value: 0 },
      writes: [
        [0x0e, 0xa5],
        [0x0f, 0x96],
        [0x62, 0x02],
        [0x0e, 0x00],
        [0x0f, 0x00],
      ],
    },
  ],
  settings: [
    // One sample a second each; the temperature is that of the pressure sensor; no shift of results.
    { register: byte(0x06), mask: 0x7f, value: 0 },
    { register: byte(0x07), mask: 0xff, value: 0x80 },
    { register: byte(0x09), mask: 0x0c, value: 0 },
    { register: measuring, mask: 0x07, value: 0 },
    { register: measuring, mask: 0x07, value: 0x07 },
  ],
  powerOn: [
    { register: measuring, value: 0xc0 },
    // Coefficients of the size that parts have: 205 and -258; 81000 and -58000; -2500, 1200, -10500, 40, -1000.
    { register: c0c1, value: 205 * 4096 + (4096 - 258) },
    { register: c00c10, value: 81_000 * 2 ** 20 + (2 ** 20 - 58_000) },
    { register: c01, value: 0x10000 - 2500 },
    { register: c11, value: 1200 },
    { register: c20, value: 0x10000 - 10_500 },
    { register: c21, value: 40 },
    { register: c30, value: 0x10000 - 1000 },
  ],
});

export const mcp9600 = defineChip({
  compatible: ['mcp9600', 'mcp9601'],
  datasheet: 'Microchip DS20005426 (MCP9600), register map; Linux drivers/iio/temperature/mcp9600.c',
  quality: 'driver-checked',
  kernel: { driver: 'mcp9600' },
  channels: {
    hot: {
      quantity: 'Temperature',
      hwmon: { iio: 'in_temp_object' },
      register: word(0x00),
      scale: linear({ lsb: 0.0625, signed: true, min: -200, max: 1800 }),
    },
    cold: {
      quantity: 'Temperature',
      hwmon: { iio: 'in_temp_ambient' },
      register: word(0x02),
      scale: linear({ lsb: 0.0625, signed: true, min: -40, max: 125 }),
    },
  },
  // 40h, or 41h for the MCP9601.
  identity: [{ register: word(0x20), mask: 0xfe00, value: 0x4000 }],
});

export default [hdc1080, si7020, sht3x, dps310, mcp9600];
