/**
 * What the Linux driver of each chip makes of a register content, in the units of hwmon: thousandths, and millionths for power.
 * Integer arithmetic as in the drivers, so that a literal is compared with a second reading of the same facts.
 */
import type { ChipParameters } from '../../../../drivers/i2c/chip.ts';

/** The value of a content, or undefined where the driver has none. */
export type Formula = (code: number) => number | undefined;

export interface KernelFormula {
  readonly driver: string;
  readonly chips: readonly string[];
  /** Channels that it concerns, by name. */
  readonly channels: RegExp;
  readonly formula: Formula;
  /** Contents of the mode registers. */
  readonly modes?: readonly number[];
  readonly parameters?: ChipParameters;
  /** Least and greatest content that the part gives. */
  readonly codes?: readonly [number, number];
}

const signed = (code: number, bits: number) => {
  const field = code % 2 ** bits;
  return field >= 2 ** (bits - 1) ? field - 2 ** bits : field;
};
const s16 = (code: number) => signed(code, 16);
const div = (value: number, by: number) => Math.trunc(value / by);
const closest = (value: number, by: number) => Math.round(value / by);

/** lm75_reg_to_mc and lm90_temp_from_reg. */
const leftAligned = (resolution: number, offset = 0): Formula => {
  return (code) => ((s16(code) >> (16 - resolution)) * 1000) / 2 ** (resolution - 8) + offset;
};
const wholeDegrees: Formula = (code) => signed(code, 8) * 1000;
/** tmp401_register_to_temp. */
const tmp401 =
  (extended: boolean): Formula =>
  (code) =>
    closest((extended ? code - 64 * 256 : code) * 125, 32);
/** temp_from_raw of tmp421. */
const tmp421 =
  (extended: boolean): Formula =>
  (code) => {
    const masked = code & ~0xf;
    return closest((extended ? masked - 64 * 256 : s16(masked)) * 1000, 256);
  };
const eighths =
  (extended: boolean): Formula =>
  (code) =>
    (extended ? code - 64 * 256 : code) * 3.90625;
/** High byte, and some bits at the lower end of the low one. */
const joined = (code: number, bits: number) => (code >> 8) * 2 ** bits + (code & (2 ** bits - 1));

/** pmbus_reg2data_direct; `micro` for power, `plain` for fans. */
function pmbusDirect(m: number, b: number, R: number, micro = false): Formula {
  const unit = micro ? 1e6 : 1e3;
  return (code) => (s16(code) * 10 ** -R * unit - b * unit) / m;
}
/** pmbus_reg2data_linear for LINEAR11. */
const linear11 =
  (unit: number): Formula =>
  (code) =>
    signed(code, 11) * unit * 2 ** signed(code >> 11, 5);
const vidTable =
  (first: number, step: number): Formula =>
  (code) =>
    code === 0 ? 0 : first + (code - 1) * step;

/** ina2xx_get_value; the shunt in microohm. */
const ina2xx = (shuntDiv: number, microohm: number, powerFactor: number) => {
  const currentLsb = closest(1e9 / shuntDiv, microohm);
  return {
    shunt: ((code) => closest(s16(code), shuntDiv)) satisfies Formula,
    current: ((code) => (s16(code) * currentLsb) / 1000) satisfies Formula,
    power: ((code) => code * currentLsb * powerFactor) satisfies Formula,
  };
};
const ina219 = ina2xx(100, 2000, 20);
const ina226 = ina2xx(400, 2000, 25);
const shunt2m = { shunt: 0.002 } as const;

const adm = (m: number, b: number, R: number, micro = false) => pmbusDirect(m, b, R, micro);
const shunt1m = { shunt: 0.001 } as const;

export const kernelFormulas: readonly KernelFormula[] = [
  { driver: 'lm75', chips: ['lm75', 'stlm75', 'g751'], channels: /./, formula: leftAligned(9) },
  { driver: 'lm75', chips: ['lm75b', 'ds75'], channels: /./, formula: leftAligned(11) },
  { driver: 'lm75', chips: ['tmp75', 'tmp100', 'tmp1075'], channels: /./, formula: leftAligned(12) },
  { driver: 'lm75', chips: ['max31725'], channels: /./, formula: leftAligned(16) },
  { driver: 'lm73', chips: ['lm73'], channels: /./, formula: (code) => (s16(code) * 250) / 32 },
  { driver: 'jc42', chips: ['jc42'], channels: /./, formula: (code) => (signed(code, 13) * 125) / 2 },
  { driver: 'lm90', chips: ['lm90', 'adm1032', 'lm99', 'adt7461'], channels: /local/, formula: wholeDegrees },
  { driver: 'lm90', chips: ['lm90', 'adm1032'], channels: /remote/, formula: leftAligned(11) },
  { driver: 'lm90', chips: ['lm99'], channels: /remote/, formula: leftAligned(11, 16_000) },
  { driver: 'lm90', chips: ['max6658'], channels: /./, formula: leftAligned(11) },
  { driver: 'lm90', chips: ['adt7461'], channels: /remote/, formula: leftAligned(10) },
  {
    driver: 'lm90',
    chips: ['adt7461'],
    channels: /remote/,
    modes: [0x04],
    formula: (code) => (((code - 0x4000) >> 6) * 1000) / 4,
  },
  { driver: 'w83773g', chips: ['w83773g'], channels: /local/, formula: wholeDegrees },
  { driver: 'w83773g', chips: ['w83773g'], channels: /remote/, formula: leftAligned(11) },
  {
    driver: 'tmp401',
    chips: ['tmp401', 'tmp411', 'tmp431', 'tmp432', 'tmp435'],
    channels: /./,
    formula: tmp401(false),
  },
  {
    driver: 'tmp401',
    chips: ['tmp401', 'tmp411', 'tmp431', 'tmp432', 'tmp435'],
    channels: /./,
    modes: [0x04],
    formula: tmp401(true),
  },
  {
    driver: 'tmp421',
    chips: ['tmp421', 'tmp422', 'tmp423', 'tmp441', 'tmp442'],
    channels: /./,
    formula: tmp421(false),
  },
  {
    driver: 'tmp421',
    chips: ['tmp421', 'tmp422', 'tmp423', 'tmp441', 'tmp442'],
    channels: /./,
    modes: [0x04],
    formula: tmp421(true),
  },
  {
    driver: 'tmp464',
    chips: ['tmp464', 'tmp468'],
    channels: /./,
    formula: (code) => closest((s16(code) >> 3) * 625, 10),
  },
  {
    driver: 'emc1403',
    chips: ['emc1402', 'emc1403', 'emc1404', 'emc1422', 'emc1423', 'emc1424'],
    channels: /./,
    formula: eighths(false),
  },
  {
    driver: 'max31790',
    chips: ['max31790'],
    channels: /^fan[1-6]$/,
    modes: [0x4c],
    formula: (code) => (code === 0xffe0 ? 0 : div(60 * 4 * 8192, code >> 4)),
    codes: [0x0020, 0xffff],
  },
  {
    driver: 'max6639',
    chips: ['max6639'],
    channels: /fan/,
    modes: [0x01],
    formula: (code) => (code === 255 ? 0 : div(4000 * 30, code)),
    codes: [1, 255],
  },
  { driver: 'max6639', chips: ['max6639'], channels: /temp/, formula: (code) => (code >> 5) * 125 },
  {
    driver: 'nct7904',
    chips: ['nct7904'],
    channels: /vsen/,
    formula: (code) => joined(code, 3) * 2,
  },
  { driver: 'nct7904', chips: ['nct7904'], channels: /^v[^s]/, formula: (code) => joined(code, 3) * 6 },
  {
    driver: 'nct7904',
    chips: ['nct7904'],
    channels: /fan/,
    formula: (code) => {
      const count = joined(code, 5);
      return count === 0x1fff ? 0 : div(1_350_000, count);
    },
    codes: [1, 0xffff],
  },
  {
    driver: 'nct7904',
    chips: ['nct7904'],
    channels: /temperature/,
    formula: (code) => signed(joined(code, 3), 11) * 125,
  },
  {
    driver: 'emc2305',
    chips: ['emc2301', 'emc2302', 'emc2303', 'emc2305'],
    channels: /fan/,
    modes: [0x2b],
    // The driver truncates before it doubles.
    formula: (code) => (code >= 0xff00 ? 0 : (3_932_160 / (code >> 3)) * 2),
    codes: [8, 0xffff],
  },
  {
    driver: 'ina2xx',
    chips: ['ina219'],
    channels: /voltage/,
    formula: (code) => ((code >> 3) * 4000) / 1000,
  },
  { driver: 'ina2xx', chips: ['ina219'], channels: /shunt/, formula: ina219.shunt, parameters: shunt2m },
  { driver: 'ina2xx', chips: ['ina219'], channels: /current/, formula: ina219.current, parameters: shunt2m },
  { driver: 'ina2xx', chips: ['ina219'], channels: /power/, formula: ina219.power, parameters: shunt2m },
  {
    driver: 'ina2xx',
    chips: ['ina226', 'ina230', 'sy24655'],
    channels: /voltage/,
    formula: (code) => (code * 1250) / 1000,
    codes: [0, 0x7fff],
  },
  ...(['shunt', 'current', 'power'] as const).map(
    (channel): KernelFormula => ({
      driver: 'ina2xx',
      chips: ['ina226', 'ina230', 'sy24655'],
      channels: new RegExp(channel),
      formula: ina226[channel],
      parameters: shunt2m,
    }),
  ),
  {
    driver: 'ina238',
    chips: ['ina237', 'ina238'],
    channels: /voltage/,
    formula: (code) => (s16(code) * 3125) / 1000,
  },
  {
    driver: 'ina238',
    chips: ['ina237', 'ina238'],
    channels: /shunt/,
    formula: (code) => (s16(code) * 5) / 1000,
    parameters: shunt2m,
  },
  {
    // The kernel calibrates to 16,384, a fourth of the resolution here.
    driver: 'ina238',
    chips: ['ina237', 'ina238'],
    channels: /current/,
    modes: [16_384],
    formula: (code) => (s16(code) * 20_000 * 4) / (2000 * 4),
    parameters: shunt2m,
  },
  {
    driver: 'ina238',
    chips: ['ina237', 'ina238'],
    channels: /power/,
    modes: [16_384],
    formula: (code) => (code * 1000 * 20_000 * 4) / (20 * 2000),
    parameters: shunt2m,
  },
  {
    driver: 'ina238',
    chips: ['ina237', 'ina238'],
    channels: /temperature/,
    formula: (code) => (s16(code) >> 4) * 125,
  },
  {
    driver: 'adc128d818',
    chips: ['adc128d818'],
    channels: /in[0-6]/,
    formula: (code) => closest((code >> 4) * 2560, 4095),
  },
  {
    driver: 'adc128d818',
    chips: ['adc128d818'],
    channels: /temperature/,
    formula: (code) => signed(code >> 7, 9) * 500,
  },
  {
    driver: 'ads7828',
    chips: ['ads7828'],
    channels: /./,
    formula: (code) => closest(code * closest(2500 * 1000, 4096), 1000),
    codes: [0, 0x0fff],
  },
  {
    driver: 'ads7828',
    chips: ['ads7830'],
    channels: /./,
    formula: (code) => closest(code * closest(2500 * 1000, 256), 1000),
  },
  { driver: 'max127', chips: ['max127'], channels: /./, formula: (code) => ((code >> 4) * 5000) / 4096 },
  {
    driver: 'powr1220',
    chips: ['powr1220', 'powr1014'],
    channels: /./,
    formula: (code) => ((code >> 8) * 16 + ((code & 0xff) >> 4)) * 2,
  },
  {
    driver: 'sbtsi_temp',
    chips: ['sbtsi'],
    channels: /./,
    formula: (code) => ((code >> 8) * 8 + ((code & 0xff) >> 5)) * 125,
  },
  {
    driver: 'sbtsi_temp',
    chips: ['sbtsi'],
    channels: /./,
    modes: [0x04],
    formula: (code) => ((code >> 8) * 8 + ((code & 0xff) >> 5)) * 125 - 49_000,
  },
  {
    driver: 'pt5161l',
    chips: ['pt5161l'],
    channels: /./,
    formula: (code) => 110_000 + (code - (84 + 250)) * -320,
    codes: [1, 0x3fe],
  },
  { driver: 'ltc2945', chips: ['ltc2945'], channels: /vin/, formula: (code) => (code >> 4) * 25 },
  { driver: 'ltc2945', chips: ['ltc2945'], channels: /adin/, formula: (code) => (code >> 4) / 2 },
  {
    driver: 'ltc2945',
    chips: ['ltc2945'],
    channels: /current/,
    formula: (code) => closest((code >> 4) * 25 * 1000, 1000),
    parameters: shunt1m,
  },
  {
    driver: 'ltc2945',
    chips: ['ltc2945'],
    channels: /power/,
    modes: [0x05],
    formula: (code) => closest(code * 625 * 1000, 1000),
    parameters: shunt1m,
  },
  {
    driver: 'ltc2945',
    chips: ['ltc2945'],
    channels: /power/,
    modes: [0x04],
    formula: (code) => closest(((code * 25) / 2) * 1000, 1000),
    parameters: shunt1m,
  },
  { driver: 'ltc4151', chips: ['ltc4151'], channels: /vin/, formula: (code) => (code >> 4) * 25 },
  { driver: 'ltc4151', chips: ['ltc4151'], channels: /adin/, formula: (code) => ((code >> 4) * 500) / 1000 },
  {
    driver: 'ltc4151',
    chips: ['ltc4151'],
    channels: /current/,
    formula: (code) => ((code >> 4) * 20 * 1000) / 1000,
    parameters: shunt1m,
  },
  {
    driver: 'ltc2990',
    chips: ['ltc2990', 'ltc2991'],
    channels: /^v\d/,
    formula: (code) => (signed(code, 15) * 30_518) / 100_000,
  },
  {
    driver: 'ltc2990',
    chips: ['ltc2990', 'ltc2991'],
    channels: /vcc/,
    formula: (code) => (signed(code, 15) * 30_518) / 100_000 + 2500,
  },
  {
    driver: 'ltc2990',
    chips: ['ltc2990', 'ltc2991'],
    channels: /temperature/,
    formula: (code) => (signed(code, 13) * 1000) / 16,
  },
  {
    driver: 'ltc4282',
    chips: ['ltc4282'],
    channels: /vout/,
    modes: [0x02, 0x04],
    formula: (code) => (code * 16_640) / 65_535,
  },
  { driver: 'ltc4282', chips: ['ltc4282'], channels: /gpio/, formula: (code) => (code * 1280) / 65_535 },
  {
    driver: 'ltc4282',
    chips: ['ltc4282'],
    channels: /current/,
    formula: (code) => (code * 40_000) / 65_535,
    parameters: shunt1m,
  },
  {
    driver: 'ltc4282',
    chips: ['ltc4282'],
    channels: /power/,
    modes: [0x02],
    formula: (code) => ((code * 40 * 16_640 * 65_536) / 65_535 ** 2) * 1000,
    parameters: shunt1m,
  },
  {
    driver: 'max5970',
    chips: ['max5970', 'max5978'],
    channels: /current/,
    modes: [0],
    formula: (code) => ((joined(code, 2) * 100_000) / 1024 / 1000) * 1,
    parameters: { shunt: 1 },
  },
  {
    driver: 'max5970',
    chips: ['max5970', 'max5978'],
    channels: /voltage/,
    modes: [0],
    formula: (code) => (joined(code, 2) * 16_000) / 1024,
  },
  { driver: 'adm1275', chips: ['adm1278', 'adm1281'], channels: /v(in|out)/, formula: adm(19_599, 0, -2) },
  {
    driver: 'adm1275',
    chips: ['adm1278', 'adm1281'],
    channels: /iout/,
    formula: adm(800, 20_475, -1),
    parameters: shunt1m,
  },
  {
    driver: 'adm1275',
    chips: ['adm1278', 'adm1281'],
    channels: /pin/,
    formula: adm(6123, 0, -2, true),
    parameters: shunt1m,
  },
  { driver: 'adm1275', chips: ['adm1278', 'adm1281'], channels: /temp/, formula: adm(42, 31_880, -1) },
  { driver: 'adm1275', chips: ['adm1275'], channels: /vin/, modes: [0x20], formula: adm(19_199, 0, -2) },
  { driver: 'adm1275', chips: ['adm1276'], channels: /vin/, modes: [0x00], formula: adm(6720, 0, -1) },
  {
    driver: 'adm1275',
    chips: ['adm1275', 'adm1276'],
    channels: /iout/,
    formula: adm(807, 20_475, -1),
    parameters: shunt1m,
  },
  {
    driver: 'adm1275',
    chips: ['adm1276'],
    channels: /pin/,
    modes: [0x20],
    formula: adm(6043, 0, -2, true),
    parameters: shunt1m,
  },
  {
    driver: 'adm1275',
    chips: ['adm1276'],
    channels: /pin/,
    modes: [0x00],
    formula: adm(2115, 0, -1, true),
    parameters: shunt1m,
  },
  { driver: 'adm1275', chips: ['adm1272'], channels: /v(in|out)/, modes: [0x00], formula: adm(6770, 0, -2) },
  { driver: 'adm1275', chips: ['adm1272'], channels: /v(in|out)/, modes: [0x20], formula: adm(4062, 0, -2) },
  {
    driver: 'adm1275',
    chips: ['adm1272'],
    channels: /iout/,
    modes: [0x00],
    formula: adm(1326, 20_480, -1),
    parameters: shunt1m,
  },
  {
    driver: 'adm1275',
    chips: ['adm1272'],
    channels: /iout/,
    modes: [0x01],
    formula: adm(663, 20_480, -1),
    parameters: shunt1m,
  },
  {
    driver: 'adm1275',
    chips: ['adm1272'],
    channels: /pin/,
    modes: [0x00],
    formula: adm(3512, 0, -2, true),
    parameters: shunt1m,
  },
  {
    driver: 'adm1275',
    chips: ['adm1272'],
    channels: /pin/,
    modes: [0x20],
    formula: adm(21_071, 0, -3, true),
    parameters: shunt1m,
  },
  {
    driver: 'adm1275',
    chips: ['adm1272'],
    channels: /pin/,
    modes: [0x01],
    formula: adm(17_561, 0, -3, true),
    parameters: shunt1m,
  },
  {
    driver: 'adm1275',
    chips: ['adm1272'],
    channels: /pin/,
    modes: [0x21],
    formula: adm(10_535, 0, -3, true),
    parameters: shunt1m,
  },
  { driver: 'adm1275', chips: ['adm1272'], channels: /temp/, formula: adm(42, 31_871, -1) },
  ...(
    [
      [
        'lm25066',
        [22_070, -1800, -2],
        [22_070, -1800, -2],
        [13_661, -5200, -2],
        [6854, -3100, -2],
        [736, -3300, -2],
        [369, -1900, -2],
      ],
      [
        'lm5064',
        [4611, -642, -2],
        [4621, 423, -2],
        [5456, 2118, -2],
        [10_742, 1552, -2],
        [612, 11_202, -3],
        [1204, 8524, -3],
      ],
      [
        'lm5066',
        [4587, -1200, -2],
        [4587, -2400, -2],
        [5405, -600, -2],
        [10_753, -1200, -2],
        [605, -8000, -3],
        [1204, -6000, -3],
      ],
      [
        'lm5066i',
        [4617, -140, -2],
        [4602, 500, -2],
        [7645, 100, -2],
        [15_076, -504, -2],
        [861, -965, -3],
        [1701, -4000, -3],
      ],
    ] as const
  ).flatMap(([chip, vin, vout, iin, low, pin, pinLow]): KernelFormula[] => {
    const of = (
      channels: RegExp,
      [m, b, R]: readonly [number, number, number],
      setup: number,
      micro = false,
    ) => ({
      driver: 'lm25066',
      chips: [chip],
      channels,
      modes: [setup],
      formula: pmbusDirect(m, b, R, micro),
      parameters: shunt1m,
    });
    return [
      of(/vin/, vin, 0),
      of(/vout/, vout, 0),
      of(/iin/, iin, 0),
      of(/iin/, low, 0x10),
      of(/pin/, pin, 0, true),
      of(/pin/, pinLow, 0x10, true),
      of(/temp/, [16, 0, 0], 0),
    ];
  }),
  { driver: 'mp5023', chips: ['mp5023'], channels: /v(in|out)/, formula: pmbusDirect(32, 0, 0) },
  { driver: 'mp5023', chips: ['mp5023'], channels: /iout/, formula: pmbusDirect(16, 0, 0) },
  { driver: 'mp5023', chips: ['mp5023'], channels: /pin/, formula: pmbusDirect(1, 0, 0, true) },
  { driver: 'mp5023', chips: ['mp5023'], channels: /temp/, formula: pmbusDirect(2, 0, 0) },
  { driver: 'mp5990', chips: ['mp5990'], channels: /v(in|out)/, modes: [0], formula: pmbusDirect(32, 0, 0) },
  { driver: 'mp5990', chips: ['mp5990'], channels: /vin/, modes: [0x0200], formula: linear11(1000) },
  { driver: 'mp5990', chips: ['mp5990'], channels: /pin/, modes: [0x0200], formula: linear11(1e6) },
  { driver: 'mp5926', chips: ['mp5926'], channels: /v(in|out)/, modes: [0], formula: pmbusDirect(16, 0, 0) },
  { driver: 'mp5926', chips: ['mp5926'], channels: /iin/, modes: [0, 0], formula: pmbusDirect(16, 0, 0) },
  { driver: 'mp5926', chips: ['mp5926'], channels: /iin/, modes: [0, 0x40], formula: pmbusDirect(4, 0, 0) },
  { driver: 'mp5926', chips: ['mp5926'], channels: /iin/, modes: [0x1000, 0], formula: linear11(1000) },
  { driver: 'mp5926', chips: ['mp5926'], channels: /pin/, modes: [0], formula: pmbusDirect(25, 0, -2, true) },
  { driver: 'mp5926', chips: ['mp5926'], channels: /temp/, modes: [0], formula: pmbusDirect(4, 0, 0) },
  { driver: 'mp5920', chips: ['mp5920'], channels: /v(in|out)/, formula: pmbusDirect(2266, 0, -1) },
  { driver: 'mp5920', chips: ['mp5920'], channels: /iout/, formula: pmbusDirect(546, 0, -2) },
  { driver: 'mp5920', chips: ['mp5920'], channels: /pout/, formula: pmbusDirect(5840, 0, -3, true) },
  { driver: 'mp5920', chips: ['mp5920'], channels: /temp/, formula: pmbusDirect(1067, 20_500, -2) },
  {
    driver: 'xdp710',
    chips: ['xdp710'],
    channels: /v(in|out)/,
    modes: [0],
    formula: pmbusDirect(4653, 0, -2),
  },
  {
    driver: 'xdp710',
    chips: ['xdp710'],
    channels: /iout/,
    modes: [0, 13],
    formula: pmbusDirect(23_165, 0, -2),
  },
  {
    driver: 'xdp710',
    chips: ['xdp710'],
    channels: /pin/,
    modes: [0, 13],
    formula: pmbusDirect(4211, 0, -2, true),
  },
  { driver: 'xdp710', chips: ['xdp710'], channels: /temp/, formula: pmbusDirect(52, 14_321, -1) },
  {
    driver: 'ltc4286',
    chips: ['ltc4286', 'ltc4287'],
    channels: /v(in|out)/,
    modes: [0x02],
    formula: pmbusDirect(32, 0, 1),
  },
  {
    driver: 'ltc4286',
    chips: ['ltc4286', 'ltc4287'],
    channels: /iout/,
    formula: pmbusDirect(1024 * 300, 0, 3 - 6),
    parameters: { shunt: 0.0003 },
  },
  {
    driver: 'ltc4286',
    chips: ['ltc4286', 'ltc4287'],
    channels: /pin/,
    modes: [0x02],
    formula: pmbusDirect(300, 0, 4 - 6, true),
    parameters: { shunt: 0.0003 },
  },
  { driver: 'ltc4286', chips: ['ltc4286', 'ltc4287'], channels: /temp/, formula: pmbusDirect(1, 273, 0) },
  { driver: 'pli1209bc', chips: ['pli1209bc'], channels: /^v/, formula: pmbusDirect(1, 0, 1) },
  { driver: 'pli1209bc', chips: ['pli1209bc'], channels: /iin/, formula: pmbusDirect(1, 0, 3) },
  { driver: 'pli1209bc', chips: ['pli1209bc'], channels: /iout/, formula: pmbusDirect(1, 0, 2) },
  { driver: 'pli1209bc', chips: ['pli1209bc'], channels: /pin/, formula: pmbusDirect(1, 0, 1, true) },
  ...['isl68137', 'isl68227', 'isl69260', 'isl69269'].flatMap((chip): KernelFormula[] => {
    const of = (channels: RegExp, R: number, micro = false): KernelFormula => ({
      driver: 'isl68137',
      chips: [chip],
      channels,
      formula: pmbusDirect(1, 0, R, micro),
    });
    return [
      of(/vin/, 2),
      of(/vout/, 3),
      of(/iin/, 2),
      of(/iout/, 1),
      of(/p(in|out)/, 0, true),
      of(/temp/, 0),
    ];
  }),
  ...['max34440', 'max34441', 'max34460', 'max34461'].flatMap((chip): KernelFormula[] => [
    { driver: 'max34440', chips: [chip], channels: /vout/, formula: pmbusDirect(1, 0, 3) },
    { driver: 'max34440', chips: [chip], channels: /temp/, formula: pmbusDirect(1, 0, 2) },
    ...(chip === 'max34440' || chip === 'max34441'
      ? [{ driver: 'max34440', chips: [chip], channels: /iout/, formula: pmbusDirect(1, 0, 3) }]
      : []),
  ]),
  { driver: 'max34440', chips: ['max34451'], channels: /vout/, modes: [0x20], formula: pmbusDirect(1, 0, 3) },
  { driver: 'max34440', chips: ['max34451'], channels: /iout/, modes: [0x22], formula: pmbusDirect(1, 0, 2) },
  {
    driver: 'mp2856',
    chips: ['mp2856'],
    channels: /vout1/,
    modes: [0],
    // The driver shows 245 mV for the code that means off.
    formula: (code) => ((code & 0x3ff) === 0 ? undefined : ((code & 0x3ff) + 49) * 5),
    codes: [1, 0xffff],
  },
  {
    driver: 'mp2856',
    chips: ['mp2856'],
    channels: /vout1/,
    modes: [0x0800],
    formula: (code) => ((code & 0x3ff) * 1000) / 256,
  },
  {
    driver: 'mp2888',
    chips: ['mp2888'],
    channels: /iout/,
    modes: [0],
    formula: (code) => ((code & 0xfff) * 1000) / 4,
  },
  {
    driver: 'mp2888',
    chips: ['mp2888'],
    channels: /iout/,
    modes: [0x08],
    formula: (code) => ((code & 0xfff) * 2 * 1000) / 4,
  },
  { driver: 'mp2888', chips: ['mp2888'], channels: /temp/, formula: pmbusDirect(1, 0, 1) },
  {
    driver: 'mp2993',
    chips: ['mp2993', 'mp9941', 'mp2891'],
    channels: /vin/,
    formula: (code) => ((code & 0x3ff) * 1000) / 32,
  },
  { driver: 'mpq8785', chips: ['mpq8785'], channels: /vin/, formula: pmbusDirect(4, 0, 1) },
  { driver: 'mpq8785', chips: ['mpq8785'], channels: /iout/, formula: pmbusDirect(16, 0, 0) },
  { driver: 'mpq8785', chips: ['mpq8785'], channels: /vout/, modes: [0x40], formula: pmbusDirect(64, 0, 1) },
  {
    driver: 'tps53679',
    chips: ['tps53679', 'tps53667'],
    channels: /vout1/,
    modes: [0x21],
    formula: vidTable(250, 5),
    codes: [0, 255],
  },
  {
    driver: 'tps53679',
    chips: ['tps53679', 'tps53667'],
    channels: /vout1/,
    modes: [0x24],
    formula: vidTable(500, 10),
    codes: [0, 255],
  },
  {
    driver: 'xdpe12284',
    chips: ['xdpe12284'],
    channels: /vout/,
    modes: [0x23],
    formula: vidTable(200, 10),
    codes: [0, 255],
  },
  {
    driver: 'xdpe12284',
    chips: ['xdpe12284'],
    channels: /vout/,
    modes: [0x30],
    formula: (code) => (155_000 - code * 625) / 100,
    codes: [0, 0xd8],
  },
  {
    driver: 'pxe1610',
    chips: ['pxe1610'],
    channels: /vout/,
    modes: [0x22],
    formula: vidTable(500, 10),
    codes: [0, 255],
  },
  ...['vin', 'iin', 'iout1', 'temp1'].map(
    (channel): KernelFormula => ({
      driver: 'pmbus',
      chips: ['pmbus', 'tda38640', 'tps53679', 'xdpe152c4', 'pxe1610', 'xdpe12284', 'ir35221', 'pfe3000'],
      channels: new RegExp(`^${channel}$`),
      formula: linear11(1000),
    }),
  ),
  { driver: 'pmbus', chips: ['pmbus', 'tda38640', 'tps53679'], channels: /^pout1$/, formula: linear11(1e6) },
  {
    driver: 'pmbus',
    chips: [
      'pmbus',
      'adm1266',
      'ucd9090',
      'ucd90120',
      'ucd90124',
      'ucd90160',
      'ucd90320',
      'ucd90910',
      'q54sj108a2',
    ],
    channels: /vout1/,
    modes: [0x14],
    formula: (code) => (code * 1000) / 4096,
  },
];
