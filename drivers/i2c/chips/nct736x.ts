/** NCT7362 and NCT7363: sixteen pins, each a PWM output or a tachometer. */

import { type ChannelSpec, defineChip, type OutputSpec, type Setting } from '../chip.ts';
import { byte, split } from '../register.ts';
import { linear, rearranged, reciprocal } from '../scale.ts';

/** 13 bits: eight in the high byte, five at the lower end of the low one. */
const speed = (pulses: number) =>
  rearranged(
    reciprocal({ at1: 2_700_000 / pulses, bits: 13, stopped: 0x1fff }),
    (code) => (code >> 8) * 32 + (code & 0x1f),
    (count) => ((count >> 5) << 8) | (count & 0x1f),
  );

const channels: Record<string, ChannelSpec> = {};
for (let pin = 0; pin < 16; pin++) {
  channels[`fan${pin + 1}`] = {
    quantity: 'Rotational',
    // The chip knows no reads of several bytes.
    register: split(0x48 + 2 * pin, 0x49 + 2 * pin),
    scale: ({ pulses = 2 }) => speed(pulses),
    zeros: 0x00e0,
  };
}
for (let pin = 0; pin < 16; pin++) {
  channels[`pwm${pin + 1}`] = {
    quantity: 'Percent',
    register: byte(0x90 + 2 * pin),
    scale: linear({ lsb: 100 / 255, bits: 8 }),
  };
}

/** The pin is given its function as an output, and that is switched on. */
const outputs: Record<string, OutputSpec> = {};
for (let pin = 0; pin < 16; pin++) {
  const shift = (pin % 4) * 2;
  outputs[`pwm${pin + 1}`] = {
    register: byte(0x90 + 2 * pin),
    scale: linear({ lsb: 100 / 255, bits: 8 }),
    settings: [
      { register: byte(0x20 + (pin >> 2)), mask: 0x03 << shift, value: 0x01 << shift },
      { register: byte(0x38 + (pin >> 3)), mask: 1 << (pin % 8), value: 1 << (pin % 8) },
    ],
  };
}

/** Pins in use as tachometers are given that function, and counted. Tachometer 0 is on the ninth pin, 8 on the first. */
function settings(used: ReadonlySet<string>): Setting[] {
  return Array.from({ length: 16 }, (_, fan) => fan)
    .filter((fan) => used.has(`fan${fan + 1}`))
    .flatMap((fan) => {
      const pin = (fan + 8) % 16;
      const shift = (pin % 4) * 2;
      return [
        { register: byte(0x20 + (pin >> 2)), mask: 0x03 << shift, value: 0x02 << shift },
        { register: byte(0x41 + (fan >> 3)), mask: 1 << (fan % 8), value: 1 << (fan % 8) },
      ];
    });
}

export const nct7363 = defineChip({
  compatible: ['nct7363', 'nct7362'],
  datasheet: 'Nuvoton NCT7363Y, not public; Linux drivers/hwmon/nct7363.c of Linux 6.15',
  quality: 'driver-checked',
  kernel: { driver: 'nct7363' },
  channels,
  identity: [
    { register: byte(0xfd), value: 0x49 },
    { register: byte(0xfe), value: 0x19 },
  ],
  settings,
  outputs,
});

export default [nct7363];
