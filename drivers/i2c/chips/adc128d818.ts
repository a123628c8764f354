/** The ADC128D818: eight inputs, or seven and its own temperature. */

import { type ChannelSpec, defineChip, type Setting } from '../chip.ts';
import { byte, word } from '../register.ts';
import { linear } from '../scale.ts';

const configuration = byte(0x00);
const advanced = byte(0x0b);
/** Bits of the advanced configuration: operation mode, external reference. */
const modeBits = 0x06;
const externalReference = 0x01;
const internal = 2.56;

const input = (index: number): ChannelSpec => ({
  quantity: 'Voltage',
  register: word(0x20 + index),
  mode: advanced,
  scale: ({ reference }, mode = 0) => {
    const volt = mode & externalReference ? reference : internal;
    // The last input is a channel only where the temperature is not; pairs (modes 2 and 3) are not read.
    const offered = index === 7 ? [1] : [0, 1];
    return volt === undefined || !offered.includes((mode & modeBits) >> 1)
      ? undefined
      : linear({ lsb: volt / 4096, bits: 12, shift: 4 });
  },
  zeros: 0x000f,
});

const temperature: ChannelSpec = {
  quantity: 'Temperature',
  register: word(0x27),
  mode: advanced,
  scale: (_parameters, mode = 0) =>
    (mode & modeBits) >> 1 === 1
      ? undefined
      : linear({ lsb: 0.5, bits: 9, shift: 7, signed: true, min: -40, max: 125 }),
};

/** The mode may change only while the chip stands still. */
function settings(used: ReadonlySet<string>): Setting[] {
  const mode = used.has('temperature') ? [0] : used.has('in7') ? [0x02] : [];
  return [
    { register: configuration, mask: 0x09, value: 0 },
    ...mode.map((value) => ({ register: advanced, mask: modeBits, value })),
    { register: configuration, mask: 0x01, value: 0x01 },
  ];
}

export const adc128d818 = defineChip({
  compatible: ['adc128d818'],
  datasheet: 'TI SNAS483 (ADC128D818), register map; Linux drivers/hwmon/adc128d818.c',
  quality: 'driver-checked',
  kernel: { driver: 'adc128d818' },
  channels: {
    ...Object.fromEntries([0, 1, 2, 3, 4, 5, 6, 7].map((index) => [`in${index}`, input(index)])),
    temperature,
  },
  identity: [
    { register: byte(0x3e), value: 0x01 },
    { register: byte(0x3f), value: 0x09 },
  ],
  settings,
  powerOn: [{ register: configuration, value: 0x08 }],
});

export default [adc128d818];
