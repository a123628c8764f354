/** ADS7828 and ADS7830: eight inputs, 12 or 8 bits. Naming a channel converts it; there is no other register. */

import { type ChannelSpec, defineChip, type SensorChipSpec } from '../chip.ts';
import { byte, type Register, word } from '../register.ts';
import { linear } from '../scale.ts';

/** Single-ended input `index`: C2 to C0 count the even ones first; PD1 switches the reference on, PD0 the converter. */
const command = (index: number, ownReference: boolean) =>
  0x80 | ((((index & 1) << 2) | (index >> 1)) << 4) | (ownReference ? 0x0c : 0x04);

function converter(name: string, datasheet: string, bits: 8 | 12, ownReference: boolean): SensorChipSpec {
  const register: (address: number) => Register = bits === 8 ? byte : word;
  const channel = (index: number): ChannelSpec => ({
    quantity: 'Voltage',
    register: register(command(index, ownReference)),
    scale: ({ reference = 2.5 }) => {
      const lsb = (ownReference ? 2.5 : reference) / 2 ** bits;
      // The highest code stands for anything from there on.
      return linear({ lsb, bits, max: lsb * (2 ** bits - 2) });
    },
    ...(bits === 12 ? { zeros: 0xf000 } : {}),
  });
  return defineChip({
    compatible: [ownReference ? name : `${name}-vref`],
    datasheet,
    quality: ownReference ? 'kernel-checked' : 'driver-checked',
    kernel: { driver: 'ads7828', id: name },
    channels: Object.fromEntries([0, 1, 2, 3, 4, 5, 6, 7].map((index) => [`in${index}`, channel(index)])),
    identity: [],
    ...(ownReference ? {} : { needs: ['reference'] as const }),
  });
}

const ads7828 = 'TI SBAS181 (ADS7828), command byte; Linux drivers/hwmon/ads7828.c';
const ads7830 = 'TI SBAS302 (ADS7830), command byte; Linux drivers/hwmon/ads7828.c';

export default [
  converter('ads7828', ads7828, 12, true),
  converter('ads7828', ads7828, 12, false),
  converter('ads7830', ads7830, 8, true),
  converter('ads7830', ads7830, 8, false),
];
