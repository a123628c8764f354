/** Any PMBus chip that keeps to the standard's own formats: LINEAR11, and LINEAR16 for its output voltage. */
import { defineChip } from '../chip.ts';
import {
  code,
  inputChannels,
  linear11Channel,
  railChannels,
  revisionIdentity,
  statusWord,
  voutChannel,
  voutModeAtPowerOn,
} from '../pmbus.ts';

const revision = { register: revisionIdentity.register, value: 0x22 };
/** Exponent -9, as many chips have it. */
const exponent = 0x17;

/** One output; the PAGE command is never used. */
export const pmbus = defineChip({
  compatible: ['pmbus'],
  datasheet: 'PMBus 1.2 part II, 7.1, 8.3.1, 17.2 and appendix I',
  quality: 'datasheet-checked',
  kernel: { driver: 'pmbus' },
  channels: {
    ...inputChannels(),
    vout1: voutChannel(undefined),
    iout1: linear11Channel('Current', code.iout),
    pout1: linear11Channel('Power', code.pout),
    temp1: linear11Channel('Temperature', code.temperature1),
    temp2: linear11Channel('Temperature', code.temperature2),
    temp3: linear11Channel('Temperature', code.temperature3),
  },
  identity: [revisionIdentity],
  status: [statusWord()],
  powerOn: [revision, ...voutModeAtPowerOn(exponent, [undefined])],
});

/** Two outputs, one on each page. */
export const pmbusDual = defineChip({
  compatible: ['pmbus-dual'],
  datasheet: 'PMBus 1.2 part II, 7.1, 8.3.1, 11.10, 17.2 and appendix I',
  quality: 'datasheet-checked',
  kernel: { driver: 'pmbus', id: 'pmbus' },
  channels: {
    ...inputChannels(0),
    ...railChannels([0, 1], {}),
    // The kernel's generic driver looks for temperatures on the first page only.
    temp2: { ...linear11Channel('Temperature', code.temperature1, 1), hwmon: null },
  },
  identity: [revisionIdentity],
  status: [statusWord(0), statusWord(1)],
  powerOn: [revision, ...voutModeAtPowerOn(exponent, [0, 1])],
});

export default [pmbus, pmbusDual];
