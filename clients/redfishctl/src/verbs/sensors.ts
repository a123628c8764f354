/** Sensors of every chassis: Sensor resources, or the older Thermal and Power where there are none. */
import { isObject, type JsonObject, numberOf, valueAt } from '@redfishd/client';
import type { Bmc } from '../bmc.ts';
import { CommandError, usageError } from '../exit.ts';
import type { Row } from '../output.ts';

const thresholdNames = ['UpperCritical', 'UpperCaution', 'LowerCaution', 'LowerCritical'] as const;

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const lower = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

function sensorRow(chassis: string, sensor: JsonObject): Row {
  const limits = thresholdNames.map((name) => [
    lower(name),
    numberOf(valueAt(sensor, `Thresholds/${name}/Reading`)) ?? null,
  ]);
  return {
    name: text(sensor.Name) ?? text(sensor.Id),
    reading: numberOf(sensor.Reading) ?? null,
    units: text(sensor.ReadingUnits),
    health: text(valueAt(sensor, 'Status/Health')),
    state: text(valueAt(sensor, 'Status/State')),
    type: text(sensor.ReadingType),
    chassis,
    id: text(sensor.Id),
    ...Object.fromEntries(limits),
  };
}

/** Arrays of Thermal and Power: where the reading is, its unit and type, and the names of its thresholds. */
const legacy = [
  { link: 'Thermal', list: 'Temperatures', reading: 'ReadingCelsius', units: 'Cel', type: 'Temperature' },
  { link: 'Thermal', list: 'Fans', reading: 'Reading', units: 'RPM', type: 'Rotational' },
  { link: 'Power', list: 'Voltages', reading: 'ReadingVolts', units: 'V', type: 'Voltage' },
  { link: 'Power', list: 'PowerControl', reading: 'PowerConsumedWatts', units: 'W', type: 'Power' },
] as const;

const legacyLimits = {
  ...{ upperCritical: 'UpperThresholdCritical', upperCaution: 'UpperThresholdNonCritical' },
  ...{ lowerCaution: 'LowerThresholdNonCritical', lowerCritical: 'LowerThresholdCritical' },
};

function legacyRow(chassis: string, entry: JsonObject, kind: (typeof legacy)[number]): Row {
  const units = entry.ReadingUnits === 'Percent' ? '%' : kind.units;
  const limits = Object.entries(legacyLimits).map(([name, from]) => [name, numberOf(entry[from]) ?? null]);
  return {
    name: text(entry.Name) ?? text(entry.FanName) ?? text(entry.MemberId),
    reading: numberOf(entry[kind.reading]) ?? null,
    units,
    health: text(valueAt(entry, 'Status/Health')),
    state: text(valueAt(entry, 'Status/State')),
    type: units === '%' ? 'Percent' : kind.type,
    chassis,
    id: text(entry.MemberId),
    ...Object.fromEntries(limits),
  };
}

async function legacyRows(bmc: Bmc, chassis: JsonObject, id: string): Promise<Row[]> {
  const thermal = await bmc.follow(chassis.Thermal);
  const power = await bmc.follow(chassis.Power);
  return legacy.flatMap((kind) => {
    const list = (kind.link === 'Thermal' ? thermal : power)?.[kind.list];
    return (Array.isArray(list) ? list : []).filter(isObject).map((entry) => legacyRow(id, entry, kind));
  });
}

/** The Sensor behind a row; those of Thermal and Power have none. */
const resources = new WeakMap<Row, JsonObject>();

/** Every sensor of the service. */
export async function allSensors(bmc: Bmc): Promise<Row[]> {
  const ofEach = await Promise.all(
    (await bmc.chassis()).map(async (chassis) => {
      const id = text(chassis.Id) ?? '';
      const rows = (await bmc.members(chassis.Sensors)).map((sensor) => {
        const row = sensorRow(id, sensor);
        resources.set(row, sensor);
        return row;
      });
      // Some services have a Sensor for the power alone, and all else in the older resources.
      if (rows.some(({ type }) => type === 'Temperature')) return rows;
      const known = new Set(rows.map(({ name }) => name));
      return [...rows, ...(await legacyRows(bmc, chassis, id)).filter(({ name }) => !known.has(name))];
    }),
  );
  return ofEach.flat();
}

const matches = (row: Row, word: string): boolean =>
  [row.name, row.id].some(
    (name) => typeof name === 'string' && name.toLowerCase().includes(word.toLowerCase()),
  );

const exactly = (row: Row, word: string): boolean =>
  [row.name, row.id].some((name) => typeof name === 'string' && name.toLowerCase() === word.toLowerCase());

/** Rows that a word names: those of exactly that name, else all that contain it. */
function named(rows: readonly Row[], word: string): Row[] {
  const exact = rows.filter((row) => exactly(row, word));
  return exact.length ? exact : rows.filter((row) => matches(row, word));
}

/** `upperCritical=80` → the Thresholds of a PATCH; `none` takes a threshold away. @throws CommandError `usage` */
export function thresholdChanges(words: readonly string[]): JsonObject {
  const changes = words.map((word) => {
    const [name = '', value = ''] = word.split('=', 2);
    const known = thresholdNames.find((one) => one.toLowerCase() === name.toLowerCase());
    const reading = value === 'none' ? null : numberOf(value);
    if (known === undefined || reading === undefined)
      throw usageError(`${word}: give ${thresholdNames.map(lower).join(', ')} = a number or none`);
    return [known, { Reading: reading }];
  });
  if (!changes.length) throw usageError('give a threshold, as in upperCritical=80');
  return { Thresholds: Object.fromEntries(changes) };
}

/** `thresh NAME upperCritical=80 …` */
export async function thresh(bmc: Bmc): Promise<Row[]> {
  const [name, ...words] = bmc.args.words;
  if (name === undefined) throw usageError('thresh: give the NAME of a sensor');
  const changes = thresholdChanges(words);
  const found = named(await allSensors(bmc), name);
  const [row] = found;
  if (row === undefined) throw new CommandError('missing', `${bmc.name}: no sensor ${name}`);
  if (found.length > 1)
    throw usageError(`${name} names several sensors: ${found.map((one) => one.name).join(', ')}`);
  const sensor = resources.get(row);
  if (!sensor)
    throw new CommandError(
      'refused',
      `${bmc.name}: ${row.name} is no Sensor resource; its thresholds are fixed`,
    );
  return [sensorRow(String(row.chassis), await bmc.patch(sensor, changes))];
}

/** `sensors [NAME…] [--type T] [--faulty]` */
export async function sensors(bmc: Bmc): Promise<Row[]> {
  const { args } = bmc;
  const type = args.text('type')?.toLowerCase();
  const all = (await allSensors(bmc)).filter(
    (row) =>
      (type === undefined || String(row.type).toLowerCase() === type) &&
      (!args.has('faulty') || (row.health !== null && row.health !== 'OK')),
  );
  if (!args.words.length) return all;
  const found = new Set(args.words.flatMap((word) => named(all, word)));
  if (!found.size) throw new CommandError('missing', `${bmc.name}: no sensor ${args.words.join(', ')}`);
  return all.filter((row) => found.has(row));
}
