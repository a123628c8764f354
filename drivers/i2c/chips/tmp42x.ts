/** TMP42x and TMP44x: the chip's own temperature and that of one to three transistors elsewhere. */

import { type ChannelSpec, defineChip, type SensorChipSpec } from '../chip.ts';
import { byte, word } from '../register.ts';
import { linear } from '../scale.ts';

const configuration1 = byte(0x09);
const configuration2 = byte(0x0a);
/** RANGE of configuration register 1: the code counts from -64 Cel. */
const extendedRange = 0x04;

const facts = { lsb: 0.0625, bits: 12, shift: 4 };
const standard = linear({ ...facts, signed: true, min: -64 });
const extended = linear({ ...facts, offset: -64 });

/** High byte at `address`; a two-byte read gives the low byte of the same conversion with it. */
function temperature(address: number, open: boolean): ChannelSpec {
  const undervoltage = { mask: 0x02, text: 'the supply of the chip is too low to measure' };
  return {
    quantity: 'Temperature',
    register: word(address),
    mode: configuration1,
    scale: (_parameters, mode) => (mode & extendedRange ? extended : standard),
    zeros: open ? 0x000c : 0x000d,
    faults: open ? [undervoltage, { mask: 0x01, text: 'the diode is open or shorted' }] : [undervoltage],
  };
}

function sensor(name: string, id: number, remotes: number, datasheet: string): SensorChipSpec {
  const channels: Record<string, ChannelSpec> = { local: temperature(0x00, false) };
  for (let remote = 1; remote <= remotes; remote++) channels[`remote${remote}`] = temperature(remote, true);
  /** LEN and one REN for each remote channel. */
  const enabled = (2 ** (remotes + 1) - 1) << 3;
  return defineChip({
    compatible: [name],
    datasheet,
    quality: 'kernel-checked',
    kernel: { driver: 'tmp421' },
    channels,
    identity: [
      { register: byte(0xfe), value: 0x55 },
      { register: byte(0xff), value: id },
    ],
    settings: [
      { register: configuration1, mask: 0x40, value: 0 },
      { register: configuration2, mask: enabled, value: enabled },
    ],
    // RC, the series resistance correction, is on as well.
    powerOn: [{ register: configuration2, value: enabled | 0x04 }],
  });
}

export const tmp421 = sensor('tmp421', 0x21, 1, 'TI SBOS398C, tables 1 to 3');
export const tmp422 = sensor('tmp422', 0x22, 2, 'TI SBOS398C, tables 1 to 3');
export const tmp423 = sensor('tmp423', 0x23, 3, 'TI SBOS398C, tables 1 to 3');
export const tmp441 = sensor('tmp441', 0x41, 1, 'TI SBOS425A, tables 1 to 4');
export const tmp442 = sensor('tmp442', 0x42, 2, 'TI SBOS425A, tables 1 to 4');

export default [tmp421, tmp422, tmp423, tmp441, tmp442];
