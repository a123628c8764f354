/** Infineon's multiphase regulators for processors and memory: one rail on each page, output voltage as VID codes. */
import { defineChip } from '../chip.ts';
import {
  amd625mv,
  code,
  imvp9,
  inputChannels,
  railChannels,
  revisionIdentity,
  statusWord,
  voutModeAtPowerOn,
  vr12,
  vr13,
} from '../pmbus.ts';

/** Mode "VID", table 2. */
const vr13Mode = 0x22;

/** It does not start on page 0. */
export const pxe1610 = defineChip({
  compatible: ['pxe1610', 'pxe1110', 'pxe1110c', 'pxe1211', 'pxm1310'],
  datasheet: 'not public; Linux drivers/hwmon/pmbus/pxe1610.c and Documentation/hwmon/pxe1610.rst',
  quality: 'driver-checked',
  kernel: { driver: 'pxe1610' },
  channels: { ...inputChannels(0, true), ...railChannels([0, 1, 2], { 1: vr12, 2: vr13 }) },
  identity: [{ block: code.manufacturer, text: 'XP', page: 0 }],
  status: [statusWord(0), statusWord(1), statusWord(2)],
  powerOn: voutModeAtPowerOn(vr13Mode, [0, 1, 2]),
});

export const xdpe122 = defineChip({
  compatible: ['xdpe12284', 'xdpe12254', 'xdpe11280'],
  datasheet: 'not public; Linux drivers/hwmon/pmbus/xdpe12284.c',
  quality: 'driver-checked',
  kernel: { driver: 'xdpe12284' },
  channels: {
    ...inputChannels(0, true),
    ...railChannels([0, 1], { 1: vr12, 2: vr13, 3: imvp9, 16: amd625mv }),
  },
  identity: [revisionIdentity],
  status: [statusWord(0), statusWord(1)],
  powerOn: [{ register: revisionIdentity.register, value: 0x22 }, ...voutModeAtPowerOn(vr13Mode, [0, 1])],
});

export default [pxe1610, xdpe122];
