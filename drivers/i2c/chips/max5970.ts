/** MAX5970 and MAX5978 hot-swap controllers: 10 bits, in two registers. */

import { type ChannelSpec, defineChip, type SensorChipSpec } from '../chip.ts';
import { byte, word } from '../register.ts';
import { linear, rearranged, type Scale } from '../scale.ts';

/** Eight bits in the high byte, two at the lower end of the low one. */
const tenBits = (scale: Scale) =>
  rearranged(
    scale,
    (code) => (code >> 8) * 4 + (code & 0x03),
    (field) => ((field >> 2) << 8) | (field & 0x03),
  );
const zeros = 0x00fc;

/** Full scale across the shunt, V, by the strapped range; and of the voltage, each range half the one before. */
const senseRanges = [0.1, 0.05, 0.025];
const voltageRange = 16;

function channels(index: number, suffix: string): Record<string, ChannelSpec> {
  return {
    [`current${suffix}`]: {
      quantity: 'Current',
      register: word(0x00 + 4 * index),
      mode: byte(0x33),
      scale: ({ shunt: ohm = Number.NaN }, mode = 0) => {
        const range = senseRanges[(mode >> (2 * index)) & 0x03];
        return range === undefined ? undefined : tenBits(linear({ lsb: range / 1024 / ohm, bits: 10 }));
      },
      zeros,
    },
    [`voltage${suffix}`]: {
      quantity: 'Voltage',
      register: word(0x02 + 4 * index),
      mode: byte(0x18),
      scale: (_parameters, mode = 0) =>
        tenBits(linear({ lsb: voltageRange / 2 ** ((mode >> (2 * index)) & 0x03) / 1024, bits: 10 })),
      zeros,
    },
  };
}

function controller(name: string, switches: number): SensorChipSpec {
  const all = Array.from({ length: switches }, (_, index) => index);
  return defineChip({
    compatible: [name],
    datasheet: `Maxim ${name.toUpperCase()}, register map; Linux include/linux/mfd/max5970.h, drivers/regulator/max5970-regulator.c`,
    quality: 'driver-checked',
    kernel: { driver: 'max5970' },
    channels: Object.assign({}, ...all.map((index) => channels(index, `${index + 1}`))),
    // No identity: the low byte of a current has two bits.
    identity: [{ register: byte(0x01), mask: zeros, value: 0 }],
    needs: ['shunt'],
  });
}

export default [controller('max5970', 2), controller('max5978', 1)];
