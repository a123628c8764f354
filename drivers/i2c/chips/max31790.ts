/** The MAX31790: six PWM outputs and six tachometers, or up to twelve where PWM pins count pulses too. */

import { type ChannelSpec, defineChip, type OutputSpec, type Setting } from '../chip.ts';
import { byte, word } from '../register.ts';
import { linear, reciprocal } from '../scale.ts';

const configuration = byte(0x00);
const fanConfiguration = (index: number) => byte(0x02 + index);
const fanDynamics = (index: number) => byte(0x08 + index);
/** Revolutions that are counted, by SR of the fan dynamics. */
const periods = [1, 2, 4, 8, 16, 32, 32, 32];

/** A clock of 8192 Hz counts how long SR turns take; 11 bits, all ones for a fan that stands. */
const speed = (pulses: number, dynamics: number) =>
  reciprocal({
    at1: (60 * 8192 * (periods[dynamics >> 5] ?? 1)) / pulses,
    bits: 11,
    shift: 5,
    stopped: 0x7ff,
  });

function fan(number: number): ChannelSpec {
  const index = (number - 1) % 6;
  const tach = { quantity: 'Rotational', register: word(0x18 + 2 * (number - 1)), zeros: 0x001f } as const;
  if (number <= 6) {
    return { ...tach, mode: fanDynamics(index), scale: ({ pulses = 2 }, sr = 0) => speed(pulses, sr) };
  }
  return {
    ...tach,
    mode: [fanDynamics(index), fanConfiguration(index)],
    // The pin counts only where it is not a PWM output.
    scale: ({ pulses = 2 }, sr = 0, use = 0) => (use & 0x01 ? speed(pulses, sr) : undefined),
  };
}

const channels: Record<string, ChannelSpec> = {};
for (let number = 1; number <= 12; number++) channels[`fan${number}`] = fan(number);
for (let index = 0; index < 6; index++) {
  channels[`pwm${index + 1}`] = {
    quantity: 'Percent',
    register: word(0x30 + 2 * index),
    scale: linear({ lsb: 100 / 511, bits: 9, shift: 7 }),
    zeros: 0x007f,
  };
}

/** Not in standby; and the tachometers in use are on. Whether a pin is an output is the board's choice. */
function settings(used: ReadonlySet<string>): Setting[] {
  const list: Setting[] = [{ register: configuration, mask: 0x80, value: 0 }];
  for (let index = 0; index < 6; index++) {
    const on = used.has(`fan${index + 1}`) || used.has(`fan${index + 7}`);
    if (on) list.push({ register: fanConfiguration(index), mask: 0x08, value: 0x08 });
  }
  return list;
}

/** PWM mode, the pin an output; the duty is set apart from the one that is shown. */
const outputs: Record<string, OutputSpec> = {};
for (let index = 0; index < 6; index++) {
  outputs[`pwm${index + 1}`] = {
    register: word(0x40 + 2 * index),
    scale: linear({ lsb: 100 / 511, bits: 9, shift: 7 }),
    settings: [{ register: fanConfiguration(index), mask: 0x81, value: 0 }],
  };
}

export const max31790 = defineChip({
  compatible: ['max31790'],
  datasheet: 'Maxim MAX31790, register map; Linux drivers/hwmon/max31790.c',
  quality: 'driver-checked',
  kernel: { driver: 'max31790' },
  channels,
  // No identity: the reset bit reads as zero.
  identity: [{ register: configuration, mask: 0x40, value: 0 }],
  settings,
  outputs,
  // I2C watchdog of 10 s.
  watchdog: { setting: { register: configuration, mask: 0x06, value: 0x04 }, timeout: 10_000 },
  powerOn: [
    { register: configuration, value: 0x20 },
    ...[0, 1, 2, 3, 4, 5].map((index) => ({ register: fanDynamics(index), value: 0x4c })),
  ],
});

export default [max31790];
