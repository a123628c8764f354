/** EMC2301, 2302, 2303 and 2305: one to five fans. */

import { type ChannelSpec, defineChip, type OutputSpec, type SensorChipSpec } from '../chip.ts';
import { byte, word } from '../register.ts';
import { linear, reciprocal } from '../scale.ts';

/** A clock of 32.768 kHz counts the edges of a revolution, and less of them in the higher ranges. */
function speed(pulses: number, configuration: number) {
  const multiplier = 2 ** ((configuration >> 5) & 0x03);
  const edges = 3 + 2 * ((configuration >> 3) & 0x03);
  const at1 = (60 * 32768 * multiplier * (edges - 1)) / pulses;
  // A high byte of FFh means that the fan stalled.
  return reciprocal({ at1, bits: 13, shift: 3, stopped: 0x1fe0 });
}

const fan = (index: number): ChannelSpec => ({
  quantity: 'Rotational',
  register: word(0x3e + 0x10 * index),
  mode: byte(0x32 + 0x10 * index),
  scale: ({ pulses = 2 }, configuration = 0) => speed(pulses, configuration),
  zeros: 0x0007,
});
const drive = (index: number): ChannelSpec => ({
  quantity: 'Percent',
  register: byte(0x30 + 0x10 * index),
  scale: linear({ lsb: 100 / 255, bits: 8 }),
});

/** Direct drive: the closed loop of the chip is off. */
const output = (index: number): OutputSpec => ({
  register: byte(0x30 + 0x10 * index),
  scale: linear({ lsb: 100 / 255, bits: 8 }),
  settings: [{ register: byte(0x32 + 0x10 * index), mask: 0x80, value: 0 }],
});

function controller(name: string, id: number, fans: number): SensorChipSpec {
  const all = Array.from({ length: fans }, (_, index) => index);
  return defineChip({
    compatible: [name],
    datasheet: 'Microchip DS20006532 (EMC2301/2/3/5), register set; Linux drivers/hwmon/emc2305.c',
    quality: 'driver-checked',
    kernel: { driver: 'emc2305' },
    channels: {
      ...Object.fromEntries(all.map((index) => [`fan${index + 1}`, fan(index)])),
      ...Object.fromEntries(all.map((index) => [`pwm${index + 1}`, drive(index)])),
    },
    identity: [
      { register: byte(0xfd), value: id },
      { register: byte(0xfe), value: 0x5d },
    ],
    outputs: Object.fromEntries(all.map((index) => [`pwm${index + 1}`, output(index)])),
    // Always on, not only until the first duty.
    watchdog: { setting: { register: byte(0x20), mask: 0x20, value: 0x20 }, timeout: 4000 },
    // Counts from 1000 a minute on, five edges (two pulses).
    powerOn: all.map((index) => ({ register: byte(0x32 + 0x10 * index), value: 0x2b })),
  });
}

export const emc2305 = controller('emc2305', 0x34, 5);
export const emc2303 = controller('emc2303', 0x35, 3);
export const emc2302 = controller('emc2302', 0x36, 2);
export const emc2301 = controller('emc2301', 0x37, 1);

export default [emc2301, emc2302, emc2303, emc2305];
