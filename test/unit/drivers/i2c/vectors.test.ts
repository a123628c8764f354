/**
 * Registers and what they mean, worked out by hand from each part's own equations. Where a datasheet or the maker's
 * documentation has an example, it is that.
 */
import { expect, it } from 'vitest';
import { createI2cBus } from '../../../../drivers/i2c/bus.ts';
import type { ChipParameters } from '../../../../drivers/i2c/chip.ts';
import { findChip } from '../../../../drivers/i2c/chips/index.ts';
import { openChip } from '../../../../drivers/i2c/sensor-chip.ts';
import { wire } from './wire.ts';

interface Vector {
  readonly chip: string;
  /** How the numbers come about. */
  readonly why: string;
  readonly parameters?: ChipParameters;
  /** Bytes found at a register, by the hexadecimal bytes that name it. */
  readonly registers: Readonly<Record<string, readonly number[]>>;
  readonly reads: Readonly<Record<string, number>>;
}

const vectors: readonly Vector[] = [
  {
    chip: 'nvme',
    why: 'NVMe-MI, table of command 0: Cel in byte 3, percent of life in byte 4',
    parameters: { pec: false },
    registers: { '00': [6, 0x3f, 0xff, 0x2a, 0x05, 0, 0] },
    reads: { temperature: 42, lifeUsed: 5 },
  },
  {
    chip: 'nvme',
    why: 'the same: C5h is -59 Cel',
    parameters: { pec: false },
    registers: { '00': [6, 0x3f, 0xff, 0xc5, 0xff, 0, 0] },
    reads: { temperature: -59, lifeUsed: 255 },
  },
  {
    chip: 'max31790',
    why: 'SR = 4: 60 × 4 × 8192 / (2 × 164), 164 in the upper eleven bits; a duty of 255 / 511',
    registers: { '08': [0x4c], '18': [0x14, 0x80], '30': [0x7f, 0x80] },
    reads: { fan1: 5994.1463414, pwm1: 49.902152642 },
  },
  {
    chip: 'max31790',
    why: 'a count of 7FFh is a fan that stands',
    registers: { '00': [0x20], '08': [0x4c], '18': [0xff, 0xe0] },
    reads: { fan1: 0 },
  },
  {
    chip: 'nct7363',
    why: '1,350,000 / 270; 270 is 8 × 32 + 14',
    registers: { '48': [0x08, 0x0e], '90': [0x33] },
    reads: { fan1: 5000, pwm1: 20 },
  },
  {
    chip: 'max6639',
    why: '55 Cel and three eighths; range 8000: 8000 × 30 / 60',
    registers: { '00': [0x37], '05': [0x60], '10': [0x02], '20': [60] },
    reads: { temp1: 55.375, fan1: 4000 },
  },
  {
    chip: 'emc2305',
    why: '2 × 3,932,160 / 1310, the multiplier of the range of 1000',
    registers: { '32': [0x2b], '3e': [0x28, 0xf0] },
    reads: { fan1: 6003.2977099 },
  },
  {
    chip: 'ina238',
    why: '2 mOhm: 10 A are 20 mV, 4000 × 5 uV; 120 W are 240,000 × 0.2 × 2.5 mA; 12 V are 3840 × 3.125 mV',
    parameters: { shunt: 0.002 },
    registers: {
      '02': [0x10, 0x00],
      '04': [0x0f, 0xa0],
      '05': [0x0f, 0x00],
      '06': [0x0c, 0x80],
      '07': [0x0f, 0xa0],
      '08': [0x03, 0xa9, 0x80],
    },
    reads: { voltage: 12, shunt: 0.02, current: 10, power: 120, temperature: 25 },
  },
  {
    chip: 'ina238',
    why: 'calibrated by somebody else to 20 uV a count: 1000 × 20 uV / 2 mOhm',
    parameters: { shunt: 0.002 },
    registers: { '02': [0x40, 0x00], '07': [0x03, 0xe8] },
    reads: { current: 10 },
  },
  {
    chip: 'ina228',
    why: '20 bits in the upper end: 61,440 × 195.3125 uV; 64,000 × 312.5 nV / 2 mOhm; 240,000 × 3.2 × 156.25 uA',
    parameters: { shunt: 0.002 },
    registers: {
      '02': [0x10, 0x00],
      '05': [0x0f, 0x00, 0x00],
      '06': [0x0c, 0x80],
      '07': [0x0f, 0xa0, 0x00],
      '08': [0x03, 0xa9, 0x80],
    },
    reads: { voltage: 12, current: 10, power: 120, temperature: 25 },
  },
  {
    chip: 'isl28022',
    why: 'FN8386 equations 1, 5 to 7 at 10 mOhm: 3000 × 4 mV; 5000 × 1 mA; 1500 × 1 mA × 4 mV × 5000 × 2',
    parameters: { shunt: 0.01 },
    registers: { '02': [0x2e, 0xe0], '03': [0x05, 0xdc], '04': [0x13, 0x88] },
    reads: { voltage: 12, current: 5, power: 60 },
  },
  {
    chip: 'sy24655',
    why: 'as an INA226: 9600 × 1.25 mV; 8000 × 2.5 uV / 2 mOhm',
    parameters: { shunt: 0.002 },
    registers: { '02': [0x25, 0x80], '04': [0x1f, 0x40] },
    reads: { voltage: 12, current: 10 },
  },
  {
    chip: 'ina233',
    why: 'm = 8, R = 2: 9600 / 800; 8000 × 1.25 mA; 3840 × 25 × 1.25 mA',
    parameters: { shunt: 0.002 },
    registers: { '88': [0x80, 0x25], '89': [0x40, 0x1f], '97': [0x00, 0x0f] },
    reads: { voltage: 12, current: 10, power: 120 },
  },
  {
    chip: 'adc128d818',
    why: 'mode 1, own reference: 2048 and 1024 of 4096 parts of 2.56 V',
    registers: { '0b': [0x02], '20': [0x80, 0x00], '27': [0x40, 0x00] },
    reads: { in0: 1.28, in7: 0.64 },
  },
  {
    chip: 'adc128d818',
    why: 'mode 0: the temperature is where input 7 was; a reference of 3.072 V from outside',
    parameters: { reference: 3.072 },
    registers: { '0b': [0x01], '20': [0x80, 0x00], '27': [0x19, 0x00] },
    reads: { in0: 1.536, temperature: 25 },
  },
  {
    chip: 'ads7830',
    why: 'half and a quarter of 2.5 V; channel 1 is selected by C2',
    registers: { '8c': [0x80], cc: [0x40] },
    reads: { in0: 1.25, in1: 0.625 },
  },
  {
    chip: 'ads7828-vref',
    why: '1024 of 4096 parts of 4.096 V',
    parameters: { reference: 4.096 },
    registers: { '84': [0x04, 0x00] },
    reads: { in0: 1.024 },
  },
  {
    chip: 'max11617',
    why: 'half of 3.3 V below four ones; setup 82h, then the input',
    parameters: { reference: 3.3 },
    registers: { '8261': [0xf8, 0x00], '8277': [0xf4, 0x00] },
    reads: { in0: 1.65, in11: 0.825 },
  },
  {
    chip: 'mp5023',
    why: 'm = 32, 16, 1 and 2',
    registers: { '88': [0x80, 0x01], '8c': [0xa0, 0x00], '97': [0x78, 0x00], '8d': [0x50, 0x00] },
    reads: { vin: 12, iout: 10, pin: 120, temperature: 40 },
  },
  {
    chip: 'mp5990',
    why: 'bit 9 of EFUSE_CFG: LINEAR11, 768 × 2^-6',
    registers: { c4: [0x00, 0x02], '88': [0x00, 0xd3] },
    reads: { vin: 12 },
  },
  {
    chip: 'mp5990',
    why: 'without it: 384 / 32',
    registers: { c4: [0x00, 0x00], '88': [0x80, 0x01] },
    reads: { vin: 12 },
  },
  {
    chip: 'ltc4286',
    why: '0.3 mOhm, 102.4 V: 3840 / 320; 3072 / (1024 × 0.3); 360 / 3; 298 - 273',
    parameters: { shunt: 0.0003 },
    registers: {
      f2: [0x02, 0x00],
      '88': [0x00, 0x0f],
      '8c': [0x00, 0x0c],
      '97': [0x68, 0x01],
      '8d': [0x2a, 0x01],
    },
    reads: { vin: 12, iout: 10, pin: 120, temperature: 25 },
  },
  {
    chip: 'ltc4282',
    why: 'VIN mode of 12 V: half of 16.64 V; a quarter of 40 mV across 1 mOhm',
    parameters: { shunt: 0.001 },
    registers: { '01': [0xba], '11': [0x04], '3a': [0x80, 0x00], '40': [0x40, 0x00] },
    reads: { vout: 8.320127, current: 10.000153 },
  },
  {
    chip: 'xdp710',
    why: 'shunt 1 mOhm (code 13): 558 × 100 / 4653; 2317 × 100 / 23,165',
    registers: { d3: [0x0d, 0], d4: [0, 0], d5: [0, 0], '88': [0x2e, 0x02], '8c': [0x0d, 0x09] },
    reads: { vin: 11.992263, iout: 10.002158 },
  },
  {
    chip: 'lm5066i',
    why: '1 mOhm: (553 × 100 + 140) / 4617; (766 × 100 - 100) / 7645',
    parameters: { shunt: 0.001 },
    registers: { d9: [0x00], '88': [0x29, 0x02], d1: [0xfe, 0x02] },
    reads: { vin: 12.007797, iin: 10.00654 },
  },
  {
    chip: 'tps25990',
    why: 'RIMON 1 kOhm: 630 × 100 / 5251; 95 × 1000 / 9538',
    parameters: { shunt: 1000 },
    registers: { '88': [0x76, 0x02], '89': [0x5f, 0x00] },
    reads: { vin: 11.997715, iin: 9.9601594 },
  },
  {
    chip: 'adm1272',
    why: '100 V: 2193 × 100 / 4062; 15 mV and 1 mOhm: (3374 × 10 - 20,480) / 1326',
    parameters: { shunt: 0.001 },
    registers: { d4: [0x20, 0x00], '88': [0x91, 0x08], '8c': [0x2e, 0x0d] },
    reads: { vin: 53.988183, iout: 10 },
  },
  {
    chip: 'max5970',
    why: '10 mOhm: half of 100 mV; three quarters of 16 V, ten bits apart',
    parameters: { shunt: 0.01 },
    registers: { '33': [0], '00': [0x80, 0x00], '18': [0], '02': [0xc0, 0x00] },
    reads: { current1: 5, voltage1: 12 },
  },
  {
    chip: 'isl69260',
    why: '10 mV, 1 mV, 0.1 A, 1 W and 1 Cel a count',
    registers: {
      '88': [0xb0, 0x04],
      '8b': [0x08, 0x07],
      '8c': [0x64, 0x00],
      '96': [0x12, 0x00],
      '8d': [0x37, 0x00],
    },
    reads: { vin: 12, vout1: 1.8, iout1: 10, pout1: 18, temp1: 55 },
  },
  {
    chip: 'raa228000',
    why: 'for 48 V: 540 / 10; 2400 / 200',
    registers: { '88': [0x1c, 0x02], '8b': [0x60, 0x09] },
    reads: { vin: 54, vout1: 12 },
  },
  {
    chip: 'mp2888',
    why: '384 / 32 below 111011b; 400 / 4 below 1110b',
    registers: { '44': [0x00, 0x00], '88': [0x80, 0xed], '8c': [0x90, 0xe1], '96': [0xb4, 0x00] },
    reads: { vin: 12, iout1: 100, pout1: 90 },
  },
  {
    chip: 'mp2856',
    why: 'VID: 250 mV + 154 × 5 mV',
    registers: { '5e': [0x00, 0x00], '8b': [0x9b, 0x00] },
    reads: { vout1: 1.02 },
  },
  {
    chip: 'mp2891',
    why: 'MFR_VOUT_LOOP_CTRL[15:14] = 01: 360 × 5 mV; MFR_SVI3_IOUT_PRT = 3: 400 / 8',
    registers: { bd: [0x00, 0x40], '8b': [0x68, 0x01], '65': [0x03, 0x00], '8c': [0x90, 0x01] },
    reads: { vout1: 1.8, iout1: 50 },
  },
  {
    chip: 'ir38263',
    why: '307 / 256 V',
    registers: { '8b': [0x33, 0x01] },
    reads: { vout1: 1.19921875 },
  },
  {
    chip: 'tps53679',
    why: 'VOUT_MODE 27h, VR13 of 5 mV: 250 mV + 154 × 5 mV',
    registers: { '20': [0x27], '8b': [0x9b, 0x00] },
    reads: { vout1: 1.02 },
  },
  {
    chip: 'max34451',
    why: '1 mV, 10 mA and 0.01 Cel a count',
    registers: { '8b': [0xb0, 0x04], '8c': [0xe8, 0x03], '8d': [0xf6, 0x09] },
    reads: { vout1: 1.2, iout1: 10, temp1: 25.5 },
  },
  {
    chip: 'powr1220',
    why: '960h × 2 mV, in two registers',
    registers: { '08': [0x96], '07': [0x00] },
    reads: { vmon1: 4.8 },
  },
  {
    chip: 'nct7904',
    why: '4Bh × 8 × 2 mV; 1,350,000 / 270',
    registers: { '40': [0x4b], '41': [0x00], '80': [0x08], '81': [0x0e] },
    reads: { vsen1: 1.2, fan1: 5000 },
  },
  {
    chip: 'sbtsi',
    why: 'AMD’s own example: 19h and 20h are 25.125 Cel',
    registers: { '01': [0x19], '03': [0x00], '10': [0x20] },
    reads: { temperature: 25.125 },
  },
  {
    chip: 'sbtsi',
    why: 'the extended range begins at -49 Cel',
    registers: { '01': [0x19], '03': [0x04], '10': [0x20] },
    reads: { temperature: -23.875 },
  },
  {
    chip: 'pt5161l',
    why: '110 - 0.32 × (299 - 334)',
    registers: { '09': [4, 0x2b, 0x01, 0x00, 0x00] },
    reads: { temperature: 121.2 },
  },
  {
    chip: 'tmp432',
    why: 'whole degrees, and sixteenths in another register',
    registers: { '00': [0x19], '03': [0x00], '15': [0x80], '23': [0x32], '24': [0x40] },
    reads: { local: 25.5, remote2: 50.25 },
  },
  {
    chip: 'tmp432',
    why: 'the extended range counts from -64 Cel',
    registers: { '00': [0x19], '03': [0x04], '15': [0x80] },
    reads: { local: -38.5 },
  },
  {
    chip: 'tmp468',
    why: '13 bits of 0.0625 Cel',
    registers: { '08': [0x0c, 0x80] },
    reads: { remote8: 25 },
  },
  {
    chip: 'jc42',
    why: 'three alarms stand above 25 Cel',
    registers: { '05': [0xc1, 0x90] },
    reads: { temperature: 25 },
  },
  { chip: 'jc42', why: 'and -1 Cel', registers: { '05': [0x1f, 0xf0] }, reads: { temperature: -1 } },
  {
    chip: 'ltc2945',
    why: '1 mOhm: 480 × 25 mV; 400 × 25 uV; 192,000 × 0.625 mW',
    parameters: { shunt: 0.001 },
    registers: { '00': [0x05], '1e': [0x1e, 0x00], '14': [0x19, 0x00], '05': [0x02, 0xee, 0x00] },
    reads: { vin: 12, current: 10, power: 120 },
  },
  {
    chip: 'ltc2990',
    why: '10,814 × 305.18 uV; and 2620 × 305.18 uV + 2.5 V, below a bit for a new value',
    registers: { '06': [0xaa, 0x3e], '0e': [0x8a, 0x3c] },
    reads: { v1: 3.3002165, vcc: 3.2995716 },
  },
  {
    chip: 'hdc1080',
    why: '25,600 × 165 / 2^16 - 40; 32,768 × 100 / 2^16',
    registers: { '00': [0x64, 0x00], '01': [0x80, 0x00] },
    reads: { temperature: 24.453125, humidity: 50 },
  },
  {
    chip: 'si7020',
    why: '175.72 × 26,188 / 2^16 - 46.85; 125 × 31,872 / 2^16 - 6',
    registers: { f3: [0x66, 0x4c], f5: [0x7c, 0x80] },
    reads: { temperature: 23.367204, humidity: 54.791016 },
  },
  {
    chip: 'sht3x',
    why: '175 × 26,214 / 65,535 - 45; 100 × 32,768 / 65,535, each before its check byte',
    registers: { '2400': [0x66, 0x66, 0x93, 0x80, 0x00, 0xa2] },
    reads: { temperature: 25, humidity: 50.000763 },
  },
  {
    chip: 'dps310',
    why: 'c0 200, c1 -256: 100 - 256 / 8; c00 100,000, c10 -60,000, c01 -2000: 100,000 + 60,000 / 4 - 2000 / 8 Pa',
    registers: {
      '00': [0xfe, 0x00, 0x00],
      '03': [0x01, 0x00, 0x00],
      '10': [0x0c, 0x8f, 0x00],
      '13': [0x18, 0x6a, 0x0f, 0x15, 0xa0],
      '18': [0xf8, 0x30],
      '1a': [0, 0],
      '1c': [0, 0],
      '1e': [0, 0],
      '20': [0, 0],
    },
    reads: { temperature: 68, pressure: 114.75 },
  },
  {
    chip: 'mcp9600',
    why: '400 sixteenths',
    registers: { '00': [0x01, 0x90] },
    reads: { hot: 25 },
  },
  {
    chip: 'max127',
    why: '2048 of 4096 parts of 5 V, in the upper twelve bits',
    registers: { '80': [0x80, 0x00] },
    reads: { in0: 2.5 },
  },
  {
    chip: 'ads1015',
    why: '1650 × 2 mV, in the upper twelve bits',
    registers: { '00': [0x67, 0x20] },
    reads: { in0: 3.3 },
  },
];

it.each(vectors)('$chip: $why', async ({ chip: name, parameters = {}, registers, reads }) => {
  const address = 0x40;
  let pointer = '';
  const line = wire([
    [
      address,
      (write, readLength) => {
        if (write.length > 0) pointer = Buffer.from(write).toString('hex');
        const found = registers[pointer] ?? [];
        return Uint8Array.from({ length: readLength }, (_, index) => found[index] ?? 0xff);
      },
    ],
  ]);
  const spec = findChip(name);
  if (spec?.kind !== 'sensor') throw new Error(`${name} is no sensor chip`);
  const chip = openChip(spec, createI2cBus(line).device(address), parameters);
  for (const [channel, value] of Object.entries(reads)) {
    const read = await chip.read(channel);
    expect([channel, Math.abs(read - value) <= Math.abs(value) * 1e-6 + 1e-4 ? value : read]).toEqual([
      channel,
      value,
    ]);
  }
});
