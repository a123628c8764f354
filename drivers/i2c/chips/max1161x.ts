/**
 * MAX11612 to MAX11617: four, eight or twelve inputs of 12 bits against the supply. Two bytes, setup and configuration,
 * name an input; it is converted as it is read.
 */
import { type ChannelSpec, defineChip, type SensorChipSpec } from '../chip.ts';
import { word } from '../register.ts';
import { linear } from '../scale.ts';

/** Supply as reference, internal clock, unipolar, no reset. */
const setup = 0x82;
/** Only the input that is named, single-ended. */
const configuration = (index: number) => 0x61 | (index << 1);

const input = (index: number): ChannelSpec => ({
  quantity: 'Voltage',
  register: word((setup << 8) | configuration(index)),
  // Four ones come before the twelve bits.
  scale: ({ reference = Number.NaN }) => {
    const lsb = reference / 4096;
    // The highest code stands for anything from there on.
    const { encode, ...field } = linear({ lsb, bits: 12, max: lsb * 4094 });
    return { ...field, encode: (value) => 0xf000 | encode(value) };
  },
});

function converter(compatible: readonly [string, ...string[]], inputs: number): SensorChipSpec {
  return defineChip({
    compatible,
    datasheet: 'Maxim MAX11612 to MAX11617, setup and configuration bytes; Linux drivers/iio/adc/max1363.c',
    quality: 'driver-checked',
    channels: Object.fromEntries(
      Array.from({ length: inputs }, (_, index) => [`in${index}`, input(index)] as const),
    ),
    identity: [],
    needs: ['reference'],
    pointerBytes: 2,
  });
}

export default [
  converter(['max11612', 'max11613'], 4),
  converter(['max11614', 'max11615'], 8),
  converter(['max11616', 'max11617'], 12),
];
