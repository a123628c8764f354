/** TI's hot-swap controllers LM25066, LM5064, LM5066, LM5066I and the e-fuse TPS25990: DIRECT, 12-bit converters. */

import { type ChannelSpec, defineChip, type SensorChipSpec } from '../chip.ts';
import { code, revisionIdentity, scaledChannel, statusWord } from '../pmbus.ts';
import { byte } from '../register.ts';
import { direct } from '../scale.ts';

/** Coefficients m, b and R. */
type Coefficients = readonly [number, number, number];
const scaleOf = ([m, b, R]: Coefficients) => direct({ m, b, R });

interface Family {
  readonly vin: Coefficients;
  readonly vout: Coefficients;
  /** For a shunt of 1 mOhm, at the higher and at the lower current limit. */
  readonly iin: readonly [Coefficients, Coefficients];
  readonly pin: readonly [Coefficients, Coefficients];
}

/** MFR_READ_IIN and MFR_READ_PIN, and DEVICE_SETUP with the current limit in bit 4. */
const readIin = 0xd1;
const readPin = 0xd2;
const setup = byte(0xd9);
const lowLimit = 0x10;

function controller(name: string, document: string, { vin, vout, iin, pin }: Family): SensorChipSpec {
  /** The offset does not depend on the shunt. */
  const byShunt = ([high, low]: readonly [Coefficients, Coefficients]): ChannelSpec['scale'] => {
    return ({ shunt: ohm = Number.NaN }, mode = 0) => {
      const [m, b, R] = mode & lowLimit ? low : high;
      return direct({ m: m * ohm * 1000, b, R });
    };
  };
  return defineChip({
    compatible: [name],
    datasheet: `${document}, "Reading and Writing Telemetry Data"; Linux drivers/hwmon/pmbus/lm25066.c`,
    quality: 'driver-checked',
    kernel: { driver: 'lm25066' },
    channels: {
      vin: scaledChannel('Voltage', code.vin, scaleOf(vin)),
      vout: scaledChannel('Voltage', code.vout, scaleOf(vout)),
      iin: { ...scaledChannel('Current', readIin, byShunt(iin)), mode: setup, hwmon: { label: 'iin' } },
      pin: { ...scaledChannel('Power', readPin, byShunt(pin)), mode: setup, hwmon: { label: 'pin' } },
      temperature: scaledChannel('Temperature', code.temperature1, direct({ m: 16, b: 0, R: 0 })),
    },
    identity: [{ block: code.manufacturer, text: 'NSC' }],
    needs: ['shunt'],
    status: [statusWord()],
  });
}

export const lm25066 = controller('lm25066', 'TI SNVS654', {
  vin: [22070, -1800, -2],
  vout: [22070, -1800, -2],
  iin: [
    [13661, -5200, -2],
    [6854, -3100, -2],
  ],
  pin: [
    [736, -3300, -2],
    [369, -1900, -2],
  ],
});
export const lm5064 = controller('lm5064', 'TI SNVS718', {
  vin: [4611, -642, -2],
  vout: [4621, 423, -2],
  iin: [
    [5456, 2118, -2],
    [10742, 1552, -2],
  ],
  pin: [
    [612, 11202, -3],
    [1204, 8524, -3],
  ],
});
export const lm5066 = controller('lm5066', 'TI SNVS655', {
  vin: [4587, -1200, -2],
  vout: [4587, -2400, -2],
  iin: [
    [5405, -600, -2],
    [10753, -1200, -2],
  ],
  pin: [
    [605, -8000, -3],
    [1204, -6000, -3],
  ],
});
export const lm5066i = controller('lm5066i', 'TI SNVS950', {
  vin: [4617, -140, -2],
  vout: [4602, 500, -2],
  iin: [
    [7645, 100, -2],
    [15076, -504, -2],
  ],
  pin: [
    [861, -965, -3],
    [1701, -4000, -3],
  ],
});

/** What it calls RIMON stands in the place of the shunt: 1 kOhm or so, not milliohms. */
export const tps25990 = defineChip({
  compatible: ['tps25990'],
  datasheet: 'TI TPS25990, PMBus coefficients; Linux drivers/hwmon/pmbus/tps25990.c of Linux 6.14',
  quality: 'driver-checked',
  kernel: { driver: 'tps25990' },
  channels: {
    vin: scaledChannel('Voltage', code.vin, direct({ m: 5251, b: 0, R: -2 })),
    vout: scaledChannel('Voltage', code.vout, direct({ m: 5251, b: 0, R: -2 })),
    iin: scaledChannel('Current', code.iin, ({ shunt = Number.NaN }) =>
      direct({ m: 9.538 * shunt, b: 0, R: -3 }),
    ),
    pin: scaledChannel('Power', code.pin, ({ shunt = Number.NaN }) =>
      direct({ m: 4.901 * shunt, b: 0, R: -4 }),
    ),
    temperature: scaledChannel('Temperature', code.temperature1, direct({ m: 140, b: 32100, R: -2 })),
  },
  identity: [revisionIdentity],
  needs: ['shunt'],
  status: [statusWord()],
  powerOn: [{ register: revisionIdentity.register, value: 0x33 }],
});

export default [lm25066, lm5064, lm5066, lm5066i, tps25990];
