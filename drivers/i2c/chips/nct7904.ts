/** The NCT7904D hardware monitor: voltages, fans and its own temperature, all in bank 0. */

import { type ChannelSpec, defineChip } from '../chip.ts';
import { byte, type Register, split } from '../register.ts';
import { linear, rearranged, reciprocal } from '../scale.ts';

/** High and low byte follow each other, and are read one by one. */
const pair = (address: number): Register => split(address, address + 1, 0);
/** Eight bits, and `bits` more at the lower end of the low byte. */
const joined = (bits: number) =>
  [
    (code: number) => (code >> 8) * 2 ** bits + (code & (2 ** bits - 1)),
    (field: number) => Math.floor(field / 2 ** bits) * 256 + (field & (2 ** bits - 1)),
  ] as const;

/** 2 mV a count, 6 mV for the supplies that come after the fourteen inputs. */
const voltage = (index: number): ChannelSpec => ({
  quantity: 'Voltage',
  register: pair(0x40 + 2 * index),
  scale: rearranged(linear({ lsb: index < 14 ? 0.002 : 0.006, bits: 11 }), ...joined(3)),
});
const fan = (index: number): ChannelSpec => ({
  quantity: 'Rotational',
  register: pair(0x80 + 2 * index),
  scale: ({ pulses = 2 }) =>
    rearranged(reciprocal({ at1: 2_700_000 / pulses, bits: 13, stopped: 0x1fff }), ...joined(5)),
});

const fourteen = Array.from({ length: 14 }, (_, index) => index);

export const nct7904 = defineChip({
  compatible: ['nct7904', 'nct7904d'],
  datasheet: 'Nuvoton NCT7904D, bank 0; Linux drivers/hwmon/nct7904.c',
  quality: 'kernel-checked',
  kernel: { driver: 'nct7904', id: 'nct7904' },
  channels: {
    ...Object.fromEntries(
      fourteen.map((index) => [`vsen${index + 1}`, { ...voltage(index), hwmon: `in${index + 1}_input` }]),
    ),
    v3vdd: { ...voltage(14), hwmon: 'in15_input' },
    vbat: { ...voltage(15), hwmon: 'in16_input' },
    v3vsb: { ...voltage(16), hwmon: 'in20_input' },
    ...Object.fromEntries(fourteen.slice(0, 12).map((index) => [`fan${index + 1}`, fan(index)])),
    temperature: {
      quantity: 'Temperature',
      hwmon: 'temp5_input',
      register: pair(0x62),
      scale: rearranged(linear({ lsb: 0.125, bits: 11, signed: true, min: -40, max: 127.875 }), ...joined(3)),
    },
  },
  identity: [
    { register: byte(0x7a, 0), value: 0x50 },
    { register: byte(0x7b, 0), value: 0xc5 },
  ],
  pageRegister: 0xff,
});

export default [nct7904];
