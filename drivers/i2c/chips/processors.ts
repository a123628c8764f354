/** What sits beside a processor: AMD's SB-TSI thermometer, the PT5161L retimer. PECI and MCTP are not I2C registers. */

import { defineChip } from '../chip.ts';
import { byte, split } from '../register.ts';
import { linear } from '../scale.ts';

const configuration = byte(0x03);
const extended = 0x04;
const facts = { lsb: 0.125, bits: 11, shift: 5 };
const standardRange = linear(facts);
const extendedRange = linear({ ...facts, offset: -49 });

export const sbtsi = defineChip({
  compatible: ['sbtsi'],
  datasheet: 'AMD processor programming reference, SB-TSI registers; Linux drivers/hwmon/sbtsi_temp.c',
  quality: 'driver-checked',
  kernel: { driver: 'sbtsi_temp', id: 'sbtsi' },
  channels: {
    temperature: {
      quantity: 'Temperature',
      register: split(0x01, 0x10),
      mode: configuration,
      scale: (_parameters, mode = 0) => (mode & extended ? extendedRange : standardRange),
      zeros: 0x001f,
    },
  },
  // No identity: bit 0 of the configuration is reserved and zero.
  identity: [{ register: configuration, mask: 0x01, value: 0 }],
});

/** Read four bytes of a register: block write of the form, then of its address. */
const readCsr = (address: number) => [0x0a, 3, 3 << 1, address >> 8, address & 0xff];
/** What a converter of no temperature gives. */
const noReading = [0, 0x3ff].map((value) => ({
  mask: 0xffff_ffff,
  value,
  text: `the converter gives ${value === 0 ? 'nothing' : 'only ones'}`,
}));

export const pt5161l = defineChip({
  compatible: ['pt5161l'],
  datasheet: 'Astera Labs PT5161L, not public; Linux drivers/hwmon/pt5161l.c',
  quality: 'driver-checked',
  kernel: { driver: 'pt5161l' },
  channels: {
    temperature: {
      quantity: 'Temperature',
      register: {
        address: 0x09,
        bytes: 4,
        order: 'le',
        within: { at: 1, of: 5 },
        request: { bytes: readCsr(0x42c) },
      },
      // Falls with the code: 110 Cel at 334, 0.32 a count.
      scale: linear({ lsb: -0.32, bits: 32, offset: 110 + 0.32 * 334, min: -39.76, max: 150 }),
      faults: noReading,
    },
  },
  // No identity: the block has a count of four.
  identity: [
    {
      register: {
        address: 0x09,
        bytes: 1,
        order: 'le',
        within: { at: 0, of: 5 },
        request: { bytes: readCsr(0x42c) },
      },
      value: 4,
    },
  ],
});

export default [sbtsi, pt5161l];
