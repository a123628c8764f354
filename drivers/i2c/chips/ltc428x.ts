/** LTC4282 (registers of its own), LTC4286 and LTC4287 (PMBus) hot-swap controllers. */

import { type ChannelSpec, defineChip, type SensorChipSpec } from '../chip.ts';
import { code, command, scaledChannel, statusWord } from '../pmbus.ts';
import { byte, word } from '../register.ts';
import { direct, linear } from '../scale.ts';

/** Full scale of the output voltage, V, by VIN mode: 3.3, 5, 12 and 24 V. */
const fullScales = [5.54, 8.32, 16.64, 33.28];
const senseRange = 0.04;
const control = byte(0x01);
const adjustments = byte(0x11);
/** Set where the output (SOURCE) is measured, not the input (VDD). */
const outputMeasured = 0x04;
const fullScale = (mode: number) => fullScales[mode & 0x03] ?? 0;

const voltage = (ofOutput: boolean): ChannelSpec => ({
  quantity: 'Voltage',
  register: word(0x3a),
  mode: [control, adjustments],
  scale: (_parameters, mode = 0, adjusted = 0) =>
    ((adjusted & outputMeasured) !== 0) === ofOutput ? linear({ lsb: fullScale(mode) / 0xffff }) : undefined,
});

export const ltc4282 = defineChip({
  compatible: ['ltc4282', 'ltc4281'],
  datasheet: 'ADI LTC4282, register map; Linux drivers/hwmon/ltc4282.c',
  quality: 'driver-checked',
  kernel: { driver: 'ltc4282', id: 'ltc4282' },
  channels: {
    vout: { ...voltage(true), hwmon: 'in0_input' },
    vin: { ...voltage(false), hwmon: 'in1_input' },
    gpio: {
      quantity: 'Voltage',
      hwmon: 'in2_input',
      register: word(0x34),
      scale: linear({ lsb: 1.28 / 0xffff }),
    },
    current: {
      quantity: 'Current',
      register: word(0x40),
      scale: ({ shunt: ohm = Number.NaN }) => linear({ lsb: senseRange / 0xffff / ohm }),
    },
    power: {
      quantity: 'Power',
      register: word(0x46),
      mode: control,
      scale: ({ shunt: ohm = Number.NaN }, mode = 0) =>
        linear({ lsb: (senseRange * fullScale(mode) * 0x10000) / 0xffff ** 2 / ohm }),
    },
  },
  // No identity: the reset bit of the converter's control reads as zero.
  identity: [{ register: byte(0x1d), mask: 0x80, value: 0 }],
  needs: ['shunt'],
  // The reset bit takes the output along.
  powerCycle: { bytes: [0x1d, 0x80], off: 3_200 },
  powerOn: [
    { register: control, value: 0xbb },
    { register: adjustments, value: 0x96 },
  ],
  status: [
    {
      register: byte(0x1e),
      flags: [
        { mask: 0x01, text: 'input overvoltage' },
        { mask: 0x02, text: 'input undervoltage' },
        { mask: 0x04, text: 'overcurrent' },
        { mask: 0x20, text: 'the transistor is shorted' },
        { mask: 0x40, text: 'the transistor does not switch fully on' },
      ],
    },
  ],
});

/** MFR_CONFIG1, of which bit 1 is the higher voltage range. */
const configuration = command(0xf2);
const highRange = 0x02;

function pmbusController(name: string, datasheet: string): SensorChipSpec {
  const volt: ChannelSpec['scale'] = (_parameters, mode = 0) =>
    direct({ m: mode & highRange ? 32 : 128, b: 0, R: 1 });
  return defineChip({
    compatible: [name],
    datasheet: `${datasheet}, PMBus coefficients; Linux drivers/hwmon/pmbus/ltc4286.c`,
    quality: 'driver-checked',
    kernel: { driver: 'ltc4286' },
    channels: {
      vin: { ...scaledChannel('Voltage', code.vin, volt), mode: configuration },
      vout: { ...scaledChannel('Voltage', code.vout, volt), mode: configuration },
      iout: scaledChannel('Current', code.iout, ({ shunt: ohm = Number.NaN }) =>
        direct({ m: 1024 * ohm, b: 0, R: 3 }),
      ),
      pin: {
        ...scaledChannel('Power', code.pin, ({ shunt: ohm = Number.NaN }, mode = 0) =>
          direct({ m: (mode & highRange ? 1 : 4) * ohm, b: 0, R: 4 }),
        ),
        mode: configuration,
      },
      temperature: scaledChannel('Temperature', code.temperature1, direct({ m: 1, b: 273, R: 0 })),
    },
    identity: [
      { block: code.manufacturer, text: 'LTC' },
      { block: code.model, text: name.toUpperCase() },
    ],
    needs: ['shunt'],
    status: [statusWord()],
    powerOn: [{ register: configuration, value: highRange }],
  });
}

export const ltc4286 = pmbusController('ltc4286', 'ADI LTC4286');
export const ltc4287 = pmbusController('ltc4287', 'ADI LTC4287');

export default [ltc4282, ltc4286, ltc4287];
