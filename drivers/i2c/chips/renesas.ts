/** Digital multiphase regulators of Renesas (ISL68xxx, ISL69xxx, RAA228xxx, RAA229xxx): DIRECT, a rail on each page. */
import { type ChannelSpec, defineChip, type SensorChipSpec } from '../chip.ts';
import { code, revisionIdentity, scaledChannel, statusWord } from '../pmbus.ts';
import { direct, type Scale } from '../scale.ts';

const units = (R: number) => direct({ m: 1, b: 0, R });

/** Coefficients of each reading. */
interface Units {
  readonly vin: Scale;
  readonly iin: Scale;
  readonly vout: Scale;
  readonly iout: Scale;
  readonly power: Scale;
}
const usual: Units = { vin: units(2), iin: units(2), vout: units(3), iout: units(1), power: units(0) };
/** Of those for 48 V. */
const high: Units = {
  vin: units(1),
  iin: direct({ m: 2, b: 0, R: 2 }),
  vout: direct({ m: 2, b: 0, R: 2 }),
  iout: units(1),
  power: direct({ m: 2, b: 0, R: -1 }),
};

interface Layout {
  readonly units?: Units;
  readonly rails: number;
  /** Inputs and temperature on every page, not only on the first. */
  readonly allOnEach: boolean;
}

function railsOf(pages: readonly number[], scales: Units, allOnEach: boolean): Record<string, ChannelSpec> {
  const paged = allOnEach && pages.length > 1;
  const channels: Record<string, ChannelSpec> = {
    vin: scaledChannel('Voltage', code.vin, scales.vin, 0),
    iin: scaledChannel('Current', code.iin, scales.iin, 0, paged),
    pin: scaledChannel('Power', code.pin, scales.power, 0, paged),
  };
  for (const page of pages) {
    const rail = page + 1;
    channels[`vout${rail}`] = scaledChannel('Voltage', code.vout, scales.vout, page);
    channels[`iout${rail}`] = scaledChannel('Current', code.iout, scales.iout, page);
    channels[`pout${rail}`] = scaledChannel('Power', code.pout, scales.power, page);
    if (page === 0 || allOnEach)
      channels[`temp${rail}`] = scaledChannel('Temperature', code.temperature1, units(0), page);
  }
  return channels;
}

function regulator(
  compatible: readonly [string, ...string[]],
  { rails, allOnEach, units: scales = usual }: Layout,
): SensorChipSpec {
  const pages = Array.from({ length: rails }, (_, page) => page);
  return defineChip({
    compatible,
    datasheet: 'Renesas ISL68137, PMBus commands; Linux drivers/hwmon/pmbus/isl68137.c',
    quality: 'driver-checked',
    kernel: { driver: 'isl68137' },
    channels: () => railsOf(pages, scales, allOnEach),
    identity: [revisionIdentity],
    status: pages.map((page) => statusWord(page)),
    powerOn: [{ register: revisionIdentity.register, value: 0x33 }],
  });
}

/** Of the first generation: everything but the rail itself only on the first page. */
export const isl68137 = regulator(['isl68137'], { rails: 2, allOnEach: false });
export const oneRail = regulator(['isl68227', 'isl69243'], { rails: 1, allOnEach: true });
export const highVoltage = regulator(['raa228000', 'raa228004', 'raa228006'], {
  rails: 1,
  allOnEach: true,
  units: high,
});
export const twoRails = regulator(
  [
    'isl69260',
    'isl68220',
    'isl68222',
    'isl68223',
    'isl68225',
    'isl68233',
    'isl69222',
    'isl69224',
    'isl69225',
    'isl69234',
    'isl69236',
    'isl69242',
    'isl69247',
    'isl69248',
    'isl69254',
    'isl69255',
    'isl69256',
    'isl69259',
    'isl69268',
    'isl69298',
    'raa228228',
    'raa229001',
    'raa229004',
  ],
  { rails: 2, allOnEach: true },
);
export const threeRails = regulator(
  [
    'isl69269',
    'isl68221',
    'isl68224',
    'isl68226',
    'isl68229',
    'isl68239',
    'isl69223',
    'isl69227',
    'isl69228',
    'isl69239',
  ],
  { rails: 3, allOnEach: true },
);

export default [isl68137, oneRail, highVoltage, twoRails, threeRails];
