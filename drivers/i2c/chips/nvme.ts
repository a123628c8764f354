/** Drives that answer NVMe-MI's Basic Management Command: a status block at address 6Ah, always with a check byte. */
import { type ChannelSpec, defineChip } from '../chip.ts';
import type { Register } from '../register.ts';
import { linear } from '../scale.ts';

/** Byte `at` of command 0: a count of 6, that many bytes. */
const status = (at: number): Register => ({
  address: 0,
  bytes: 1,
  order: 'be',
  within: { at, of: 7 },
});

const composite: ChannelSpec = {
  quantity: 'Temperature',
  register: status(3),
  scale: linear({ lsb: 1, bits: 8, signed: true, min: -60, max: 127 }),
  faults: [
    { mask: 0xff, value: 0x80, text: 'the drive has no temperature, or none of the last five seconds' },
    { mask: 0xff, value: 0x81, text: 'the temperature sensor of the drive has failed' },
  ],
};

export const nvme = defineChip({
  compatible: ['nvme', 'nvme-mi', 'nvme1000'],
  datasheet: 'NVMe-MI 1.2, appendix A (Basic Management Command); Intel 330566-009US, table 38',
  quality: 'datasheet-checked',
  channels: {
    temperature: composite,
    /** Of the endurance; may exceed 100. */
    lifeUsed: { quantity: 'Percent', register: status(4), scale: linear({ lsb: 1, bits: 8 }) },
  },
  identity: [{ register: status(0), value: 6 }],
  pec: true,
  status: [
    {
      register: status(1),
      flags: [
        { mask: 0x40, text: 'the drive is not ready' },
        { mask: 0x20, value: 0, text: 'the drive has failed' },
        { mask: 0x10, value: 0, text: 'the drive needs a reset' },
      ],
    },
    {
      register: status(2),
      flags: [
        { mask: 0x01, value: 0, text: 'spare capacity is below its threshold' },
        { mask: 0x02, value: 0, text: 'the temperature is beyond a threshold' },
        { mask: 0x04, value: 0, text: 'reliability is degraded by media or internal errors' },
        { mask: 0x08, value: 0, text: 'the media are read-only' },
        { mask: 0x10, value: 0, text: 'the volatile memory backup has failed' },
      ],
    },
  ],
  powerOn: [
    { register: status(1), value: 0x3f },
    { register: status(2), value: 0xff },
  ],
});

export default [nvme];
