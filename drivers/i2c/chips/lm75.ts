/**
 * The LM75 class: one temperature, two limits, a configuration byte. None but the TMP1075 has an identity register, so
 * an answer of only ones is told by bits that always read as zero: in the configuration, or below a limit.
 */

import { type ChannelSpec, defineChip, type Identity, type SensorChipSpec, type Setting } from '../chip.ts';
import type { Quality } from '../quality.ts';
import { byte, type Register, word } from '../register.ts';
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

function sensor(
  compatible: readonly [string, ...string[]],
  datasheet: string,
  quality: Quality,
  channel: ChannelSpec,
  identity: Identity,
  setting: Setting,
  powerOn: readonly { register: Register; value: number }[] = [],
  driver = 'lm75',
): SensorChipSpec {
  return defineChip({
    compatible,
    datasheet,
    quality,
    kernel: { driver },
    channels: { temperature: channel },
    identity: [identity],
    settings: [setting],
    powerOn,
  });
}

/** The low seven bits are undefined: not even a mask may be put on them. */
const nineBits = temperature(9, 125, 0);
const fullTwelveBits = temperature(12, 127.9375, 0x000f);

export const lm75 = sensor(
  ['lm75', 'lm75a', 'tcn75'],
  'TI SNIS153B (LM75B, LM75C), "Temperature Register" and "Configuration Register"',
  'kernel-checked',
  nineBits,
  reservedBits,
  shutdown,
);

export const stlm75 = sensor(
  ['stlm75'],
  'ST Doc ID 13296, table 3',
  'kernel-checked',
  nineBits,
  reservedBits,
  shutdown,
);

export const g751 = sensor(
  ['g751'],
  'GMT G751; Linux drivers/hwmon/lm75.c',
  'kernel-checked',
  nineBits,
  reservedBits,
  shutdown,
);

export const lm75b = sensor(
  ['lm75b', 'pct2075'],
  'NXP LM75B Rev. 6.1, tables 8 to 10',
  'kernel-checked',
  temperature(11, 125, 0x001f),
  reservedBits,
  shutdown,
);

export const ds75 = sensor(
  ['ds75'],
  'Maxim DS75; Linux drivers/hwmon/lm75.c',
  'kernel-checked',
  // 11 bits, as 12 take more than a second to convert.
  temperature(11, 125, 0x000f),
  limitBits,
  { register: configuration, mask: 0x61, value: 0x40 },
);

export const tmp75 = sensor(
  ['tmp75', 'tmp175', 'tmp275', 'tmp105'],
  'TI SBOS288M, tables 7-1 and 7-6 to 7-8; SLLS648D, tables 3 to 5',
  'kernel-checked',
  fullTwelveBits,
  oneShotBit,
  twelveBits,
);

export const tmp100 = sensor(
  ['tmp100', 'tmp101'],
  'TI SBOS231, tables 7-1, 7-6 and 7-7',
  'kernel-checked',
  fullTwelveBits,
  // The alert bit of the configuration may be one.
  limitBits,
  twelveBits,
);

/** A 16-bit configuration: R1 and R0 always one, extended mode off, low four bits zero. */
const wideConfiguration = word(0x01);
export const tmp102 = sensor(
  ['tmp102', 'tmp112'],
  'TI SBOS397 and SBOS473, "Configuration Register"; Linux drivers/hwmon/tmp102.c',
  'driver-checked',
  fullTwelveBits,
  { register: wideConfiguration, mask: 0x600f, value: 0x6000 },
  { register: wideConfiguration, mask: 0x0110, value: 0 },
  [{ register: wideConfiguration, value: 0x60a0 }],
  'tmp102',
);

export const tmp1075 = sensor(
  ['tmp1075'],
  'TI SBOS854F, table 7-1; device id 75h in register 0Fh',
  'kernel-checked',
  fullTwelveBits,
  { register: word(0x0f), mask: 0xff00, value: 0x7500 },
  { register: wideConfiguration, mask: 0x0100, value: 0 },
  [{ register: wideConfiguration, value: 0x00ff }],
);

const max31725Normal = linear({ lsb: 1 / 256, signed: true, min: -55 });
const max31725Extended = linear({ lsb: 1 / 256, signed: true, offset: 64, min: -55, max: 150 });
export const max31725 = sensor(
  ['max31725', 'max31726'],
  'Maxim 19-6248, tables 3 and 4; Linux drivers/hwmon/lm75.c',
  'kernel-checked',
  {
    quantity: 'Temperature',
    register: word(0x00),
    mode: configuration,
    scale: (_parameters, mode) => (mode & 0x20 ? max31725Extended : max31725Normal),
  },
  oneShotBit,
  shutdown,
);

export const lm73 = sensor(
  ['lm73'],
  'TI LM73, register map; Linux drivers/hwmon/lm73.c',
  'kernel-checked',
  {
    quantity: 'Temperature',
    register: word(0x00),
    // Up to 14 bits; those beyond the resolution are zero.
    scale: linear({ lsb: 1 / 32, bits: 14, shift: 2, signed: true, min: -40, max: 150 }),
    zeros: 0x0003,
  },
  { register: word(0x07), value: 0x0190 },
  { register: configuration, mask: 0x80, value: 0 },
  [],
  'lm73',
);

/** The thermometers of memory modules; three alarm bits stand above thirteen of temperature. */
export const jc42 = sensor(
  ['jc42', 'mcp9804', 'se98', 'tse2002', 'tse2004'],
  'JEDEC JESD21-C, 4.1.6 (TSE2002av); Linux drivers/hwmon/jc42.c',
  'kernel-checked',
  {
    quantity: 'Temperature',
    register: word(0x05),
    scale: linear({ lsb: 0.0625, bits: 13, signed: true, min: -40, max: 150 }),
  },
  { register: word(0x00), mask: 0xff00, value: 0 },
  { register: word(0x01), mask: 0x0100, value: 0 },
  [],
  'jc42',
);

export default [lm75, stlm75, g751, lm75b, ds75, tmp75, tmp100, tmp102, tmp1075, max31725, lm73, jc42];
