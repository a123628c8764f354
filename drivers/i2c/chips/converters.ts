/** Converters whose inputs are named by a message: MAX127, ADS1015. */
import { type ChannelSpec, defineChip } from '../chip.ts';
import { word } from '../register.ts';
import { linear } from '../scale.ts';

const eight = [0, 1, 2, 3, 4, 5, 6, 7];

/** A control byte starts a conversion from 0 to 5 V; then twelve bits can be read. */
export const max127 = defineChip({
  compatible: ['max127'],
  datasheet: 'Maxim MAX127, control byte; Linux drivers/hwmon/max127.c',
  quality: 'driver-checked',
  kernel: { driver: 'max127' },
  channels: Object.fromEntries(
    eight.map((index): [string, ChannelSpec] => [
      `in${index}`,
      {
        quantity: 'Voltage',
        register: word(0x80 | (index << 4)),
        scale: linear({ lsb: 5 / 4096, bits: 12, shift: 4 }),
        zeros: 0x000f,
      },
    ]),
  ),
  identity: [],
});

/** One conversion of an input against ground, 4.096 V full scale, 1600 samples a second, no comparator. */
const start = (index: number) => [0x01, 0x80 | ((4 + index) << 4) | 0x03, 0x83];

export const ads1015 = defineChip({
  compatible: ['ads1015'],
  datasheet: 'TI SBAS473 (ADS1015), register map; Linux drivers/iio/adc/ti-ads1015.c',
  quality: 'driver-checked',
  kernel: { driver: 'ti-ads1015', id: 'ads1015' },
  channels: Object.fromEntries(
    [0, 1, 2, 3].map((index): [string, ChannelSpec] => [
      `in${index}`,
      {
        quantity: 'Voltage',
        hwmon: { iio: `in_voltage${index}` },
        register: { ...word(0x00), request: { bytes: start(index), wait: 2 } },
        scale: linear({ lsb: 0.002, bits: 12, shift: 4, signed: true, min: -0.3 }),
        zeros: 0x000f,
      },
    ]),
  ),
  identity: [],
});

export default [max127, ads1015];
