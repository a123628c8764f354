/**
 * The LM75 class: one temperature, two limits, a configuration byte. Only the TMP1075 has an identity register; the others
 * rule out an answer of only ones by bits that always read as zero: in the configuration, or below a limit.
 */
import { type ChannelSpec, defineChip, type Identity, type Setting } from '../chip.ts';
import { byte, word } from '../register.ts';
import { linear } from '../scale.ts';

const configuration = byte(0x01);
const shutdown: Setting = { register: configuration, mask: 0x01, value: 0 };
/** R1 and R0 both set: 12 bits. */
const twelveBits: Setting = { register: configuration, mask: 0x61, value: 0x60 };

/** Bits 7 to 5 of the configuration are reserved and zero. */
const reservedBits: Identity = { register: configuration, mask: 0xe0, value: 0 };
/** The one-shot bit always reads as zero. */
const oneShotBit: Identity = { register: configuration, mask: 0x80, value: 0 };
/** The low four bits of the upper limit are zero. */
const limitBits: Identity = { register: word(0x03), mask: 0x000f, value: 0 };

/** Two's complement, left aligned, 1 Cel = 256. `max` is the end of the measuring range or of the code. */
function temperature(bits: number, max: number, zeros: number): ChannelSpec {
  const lsb = 2 ** (8 - bits);
  const scale = linear({ lsb, bits, shift: 16 - bits, signed: true, min: -55, max });
  return { quantity: 'Temperature', register: word(0x00), scale, zeros };
}

/** The low seven bits are undefined: not even a mask may be put on them. */
const nineBits = temperature(9, 125, 0);
const fullTwelveBits = temperature(12, 127.9375, 0x000f);

const lm75Base = {
  quality: 'kernel-checked',
  kernel: { driver: 'lm75' },
  channels: { temperature: nineBits },
  identity: [reservedBits],
  settings: [shutdown],
} as const;

export const lm75 = defineChip({
  ...lm75Base,
  compatible: ['lm75', 'lm75a', 'tcn75'],
  datasheet: 'TI SNIS153B (LM75B, LM75C), "Temperature Register" and "Configuration Register"',
});

export const stlm75 = defineChip({
  ...lm75Base,
  compatible: ['stlm75'],
  datasheet: 'ST Doc ID 13296, table 3',
});

export const g751 = defineChip({
  ...lm75Base,
  compatible: ['g751'],
  datasheet: 'GMT G751; Linux drivers/hwmon/lm75.c',
});

export const lm75b = defineChip({
  ...lm75Base,
  compatible: ['lm75b', 'pct2075'],
  datasheet: 'NXP LM75B Rev. 6.1, tables 8 to 10',
  channels: { temperature: temperature(11, 125, 0x001f) },
});

export const ds75 = defineChip({
  ...lm75Base,
  compatible: ['ds75'],
  datasheet: 'Maxim DS75; Linux drivers/hwmon/lm75.c',
  // 11 bits: 12 take more than a second to convert.
  channels: { temperature: temperature(11, 125, 0x000f) },
  identity: [limitBits],
  settings: [{ register: configuration, mask: 0x61, value: 0x40 }],
});

const tmp75Base = {
  ...lm75Base,
  channels: { temperature: fullTwelveBits },
  identity: [oneShotBit],
  settings: [twelveBits],
} as const;

export const tmp75 = defineChip({
  ...tmp75Base,
  compatible: ['tmp75', 'tmp175', 'tmp275', 'tmp105'],
  datasheet: 'TI SBOS288M, tables 7-1 and 7-6 to 7-8; SLLS648D, tables 3 to 5',
});

export const tmp100 = defineChip({
  ...tmp75Base,
  compatible: ['tmp100', 'tmp101'],
  datasheet: 'TI SBOS231, tables 7-1, 7-6 and 7-7',
  // The alert bit of the configuration may be one.
  identity: [limitBits],
});

/** A 16-bit configuration: R1 and R0 always one, extended mode off, low four bits zero. */
const wideConfiguration = word(0x01);

export const tmp102 = defineChip({
  ...tmp75Base,
  compatible: ['tmp102', 'tmp112'],
  datasheet: 'TI SBOS397 and SBOS473, "Configuration Register"; Linux drivers/hwmon/tmp102.c',
  quality: 'driver-checked',
  kernel: { driver: 'tmp102' },
  identity: [{ register: wideConfiguration, mask: 0x600f, value: 0x6000 }],
  settings: [{ register: wideConfiguration, mask: 0x0110, value: 0 }],
  powerOn: [{ register: wideConfiguration, value: 0x60a0 }],
});

export const tmp1075 = defineChip({
  ...tmp75Base,
  compatible: ['tmp1075'],
  datasheet: 'TI SBOS854F, table 7-1; device id 75h in register 0Fh',
  identity: [{ register: word(0x0f), mask: 0xff00, value: 0x7500 }],
  settings: [{ register: wideConfiguration, mask: 0x0100, value: 0 }],
  powerOn: [{ register: wideConfiguration, value: 0x00ff }],
});

const max31725Normal = linear({ lsb: 1 / 256, signed: true, min: -55 });
const max31725Extended = linear({ lsb: 1 / 256, signed: true, offset: 64, min: -55, max: 150 });

export const max31725 = defineChip({
  ...lm75Base,
  compatible: ['max31725', 'max31726'],
  datasheet: 'Maxim 19-6248, tables 3 and 4; Linux drivers/hwmon/lm75.c',
  channels: {
    temperature: {
      quantity: 'Temperature',
      register: word(0x00),
      mode: configuration,
      scale: (_parameters, mode) => (mode & 0x20 ? max31725Extended : max31725Normal),
    },
  },
  identity: [oneShotBit],
});

export const lm73 = defineChip({
  ...lm75Base,
  compatible: ['lm73'],
  datasheet: 'TI LM73, register map; Linux drivers/hwmon/lm73.c',
  kernel: { driver: 'lm73' },
  channels: {
    temperature: {
      quantity: 'Temperature',
      register: word(0x00),
      // Up to 14 bits; those beyond the resolution are zero.
      scale: linear({ lsb: 1 / 32, bits: 14, shift: 2, signed: true, min: -40, max: 150 }),
      zeros: 0x0003,
    },
  },
  identity: [{ register: word(0x07), value: 0x0190 }],
  settings: [{ register: configuration, mask: 0x80, value: 0 }],
});

/** The thermometers of memory modules; three alarm bits stand above thirteen of temperature. */
export const jc42 = defineChip({
  ...lm75Base,
  compatible: ['jc42', 'mcp9804', 'se98', 'tse2002', 'tse2004'],
  datasheet: 'JEDEC JESD21-C, 4.1.6 (TSE2002av); Linux drivers/hwmon/jc42.c',
  kernel: { driver: 'jc42' },
  channels: {
    temperature: {
      quantity: 'Temperature',
      register: word(0x05),
      scale: linear({ lsb: 0.0625, bits: 13, signed: true, min: -40, max: 150 }),
    },
  },
  identity: [{ register: word(0x00), mask: 0xff00, value: 0 }],
  settings: [{ register: word(0x01), mask: 0x0100, value: 0 }],
});

export default [lm75, stlm75, g751, lm75b, ds75, tmp75, tmp100, tmp102, tmp1075, max31725, lm73, jc42];
