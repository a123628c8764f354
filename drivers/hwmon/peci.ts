/**
 * Values of a processor behind PECI, as the kernel's drivers peci-cputemp and peci-dimmtemp show them.
 *
 * Linux: Documentation/hwmon/peci-cputemp.rst, peci-dimmtemp.rst.
 */
import { DeviceError } from '../errors.ts';
import type { Hwmon } from './hwmon.ts';

/** Millidegrees. */
const unit = 1 / 1000;
const firstAddress = 0x30;

/** A value: what is read of the labelled inputs of a driver, in Cel. */
interface PeciValue {
  readonly driver: 'peci_cputemp' | 'peci_dimmtemp';
  readonly labels: RegExp;
  /** From the readings by label. */
  value(readings: ReadonlyMap<string, number>): number | undefined;
}

const hottest = (readings: ReadonlyMap<string, number>): number | undefined =>
  readings.size === 0 ? undefined : Math.max(...readings.values());

const die = (labels: RegExp, value: PeciValue['value']): PeciValue => ({
  driver: 'peci_cputemp',
  labels,
  value,
});
/** The hottest module of some channels; the label names channel and slot. */
const modules = (channels: string): PeciValue => ({
  driver: 'peci_dimmtemp',
  labels: new RegExp(`^DIMM [${channels}]\\d$`),
  value: hottest,
});

/** Every value of a processor by its name in descriptors. */
export const peciValues: Readonly<Record<string, PeciValue>> = {
  temperature: die(/^Die$/, (readings) => readings.get('Die')),
  tjMax: die(/^Tjmax$/, (readings) => readings.get('Tjmax')),
  /** Distance to the limit of the die, negative below it. */
  thermalMargin: die(/^(Die|Tjmax)$/, (readings) => {
    const [now, limit] = [readings.get('Die'), readings.get('Tjmax')];
    return now === undefined || limit === undefined ? undefined : now - limit;
  }),
  memory: modules('A-Z'),
  dimmGroupA: modules('A-C'),
  dimmGroupB: modules('D-F'),
};

/** Reads a value of the processor at a client address, Cel. @throws DeviceError */
export async function readPeci(hwmon: Hwmon, address: number, name: string): Promise<number> {
  const found = peciValues[name];
  const where = `PECI 0x${address.toString(16)}`;
  if (found === undefined) throw new DeviceError('unsupported', where, `${name} is no value of a processor`);
  const device = `${found.driver}.cpu${address - firstAddress}`;
  const readings = await hwmon.labelled(device, found.labels);
  const scaled = new Map([...readings].map(([label, value]) => [label, value * unit]));
  const value = found.value(scaled);
  if (value === undefined) throw new DeviceError('wrong-data', where, `${device} does not show ${name}`);
  return value;
}
