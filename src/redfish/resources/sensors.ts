import type { Sensor, ThresholdName } from '../../board/model.ts';
import type { JsonObject } from '../service/resource.ts';
import { type App, collection, resource } from './app.ts';
import { durationOf, statusOf } from './common.ts';
import { quantities } from './quantities.ts';
import { sensorUri } from './uris.ts';

export const sensor = resource<Sensor>({
  uri: '/redfish/v1/Chassis/{ChassisId}/Sensors/{SensorId}',
  schema: 'Sensor',
  ids: (app, { ChassisId }) => sensorsOf(app, ChassisId ?? '').map(({ id }) => id),
  find: (app, { ChassisId, SensorId }) => {
    const found = app.board.sensors.get(SensorId ?? '');
    return found?.chassis === ChassisId ? found : undefined;
  },
  excerpt: ({ ReadingType }) => excerptKinds[String(ReadingType)],
  body: (model) => ({
    Name: model.name,
    ReadingType: quantities[model.quantity].type,
    ReadingUnits: quantities[model.quantity].units,
    Reading: round(model.reading),
    // A time says when the reading was taken, so where there never was one it says nothing.
    ReadingTime: model.readingTime?.toISOString() ?? null,
    ReadingRangeMin: model.range?.min,
    ReadingRangeMax: model.range?.max,
    ReadingBasis: 'Zero',
    PhysicalContext: model.context ?? undefined,
    Implementation: 'PhysicalSensor',
    SensingInterval: durationOf(model.period),
    Thresholds: thresholdsOf(model),
    Status: statusOf(model.status),
  }),
});

export const sensors = collection({
  uri: '/redfish/v1/Chassis/{ChassisId}/Sensors',
  schema: 'SensorCollection',
  name: 'Sensors',
  members: sensor,
  exists: (app, { ChassisId }) => app.board.chassis.has(ChassisId ?? ''),
});

/** Excerpts of the Sensor schema that are about one kind of reading. */
const excerptKinds: Readonly<Record<string, string>> = {
  Current: 'Current',
  EnergykWh: 'EnergykWh',
  Power: 'Power',
  Rotational: 'Fan',
  Voltage: 'Voltage',
};

const thresholdNames: readonly (readonly [ThresholdName, string])[] = [
  ['upperFatal', 'UpperFatal'],
  ['upperCritical', 'UpperCritical'],
  ['upperCaution', 'UpperCaution'],
  ['lowerCaution', 'LowerCaution'],
  ['lowerCritical', 'LowerCritical'],
  ['lowerFatal', 'LowerFatal'],
];

function thresholdsOf({ thresholds }: Sensor): JsonObject | undefined {
  const set = thresholdNames.flatMap(([key, name]) => {
    const Reading = thresholds[key];
    const Activation = key.startsWith('upper') ? 'Increasing' : 'Decreasing';
    return Reading === undefined ? [] : [[name, { Reading, Activation }] as const];
  });
  return set.length === 0 ? undefined : Object.fromEntries(set);
}

/** Sensors of a chassis, in the order of the descriptor. */
export const sensorsOf = (app: App, chassis: string): Sensor[] =>
  [...app.board.sensors.values()].filter((each) => each.chassis === chassis);

/** A reading without the digits that no sensor measures. */
export const round = (reading: number | null): number | null =>
  reading === null ? null : Number(reading.toPrecision(7));

/** A reading shown elsewhere: what a Sensor excerpt may hold (`Reading` and where it comes from). */
export const excerpt = (model: Sensor | undefined): JsonObject | undefined =>
  model === undefined ? undefined : { DataSourceUri: sensorUri(model), Reading: round(model.reading) };
