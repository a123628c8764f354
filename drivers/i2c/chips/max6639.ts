/** The MAX6639: two temperatures and two fans. */

import { type ChannelSpec, defineChip, type OutputSpec } from '../chip.ts';
import { byte, split } from '../register.ts';
import { linear, reciprocal } from '../scale.ts';

const ranges = [2000, 4000, 8000, 16000];

const temperature = (index: number): ChannelSpec => ({
  quantity: 'Temperature',
  // Three more bits, and whether the diode is missing, in a register of their own.
  register: split(0x00 + index, 0x05 + index),
  scale: linear({ lsb: 0.125, bits: 11, shift: 5 }),
  faults: [{ mask: 0x0001, text: 'the diode is open or shorted' }],
});

const fan = (index: number): ChannelSpec => ({
  quantity: 'Rotational',
  register: byte(0x20 + index),
  mode: byte(0x10 + 4 * index),
  // The chip divides by the pulses of a revolution itself. No count at all is no speed.
  scale: (_parameters, mode) =>
    reciprocal({ at1: 30 * (ranges[(mode ?? 0) & 0x03] ?? 2000), bits: 8, stopped: 0xff }),
});

/** Manual PWM: 120 counts are full duty. */
const output = (index: number): OutputSpec => ({
  register: byte(0x26 + index),
  scale: linear({ lsb: 100 / 120, bits: 8, max: 100 }),
  settings: [{ register: byte(0x10 + 4 * index), mask: 0x80, value: 0x80 }],
});

export const max6639 = defineChip({
  compatible: ['max6639'],
  datasheet: 'Maxim MAX6639, register map; Linux drivers/hwmon/max6639.c',
  quality: 'kernel-checked',
  kernel: { driver: 'max6639' },
  channels: { temp1: temperature(0), temp2: temperature(1), fan1: fan(0), fan2: fan(1) },
  identity: [
    { register: byte(0x3d), value: 0x58 },
    { register: byte(0x3e), value: 0x4d },
  ],
  outputs: { pwm1: output(0), pwm2: output(1) },
  settings: [{ register: byte(0x04), mask: 0x80, value: 0 }],
  powerOn: [0, 1].map((index) => ({ register: byte(0x10 + 4 * index), value: 0x02 })),
});

export default [max6639];
