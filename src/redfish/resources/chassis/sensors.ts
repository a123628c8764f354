/** Sensor and its collection. */
import type { Sensor } from '../../../board/model/sensor.ts';
import { averagingInterval } from '../../../telemetry/telemetry.ts';
import { type App, collection, resource } from '../../app.ts';
import type { SensorBody, SensorBodyExcerpt } from '../../generated/types.ts';
import { durationOf, statusOf } from '../../mapping/common.ts';
import { quantities } from '../../mapping/quantities.ts';
import { thresholdsOf, thresholdWrite } from '../../mapping/thresholds.ts';
import { sensorUri } from '../../uris.ts';

export const sensor = resource({
  uri: '/redfish/v1/Chassis/{ChassisId}/Sensors/{SensorId}',
  schema: 'Sensor',
  stamp: ({ revision }, { telemetry }) => revision + telemetry.statisticsRevision,
  ids: (app, { ChassisId }) => sensorsOf(app, ChassisId).map(({ id }) => id),
  find: (app, { ChassisId, SensorId }) => {
    const found = app.board.sensors.get(SensorId);
    return found?.chassis === ChassisId ? found : undefined;
  },
  excerpt: ({ ReadingType }) => excerptKinds[String(ReadingType)],
  body: (model, { app }): SensorBody => ({
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
    Implementation: model.inputs.length === 0 ? 'PhysicalSensor' : 'Synthesized',
    SensingInterval: durationOf(model.period),
    Thresholds: thresholdsOf(model),
    Status: statusOf(model.status),
    ...statisticsOf(app, model),
  }),
  writes: [thresholdWrite],
  actions: {
    'Sensor.ResetToDefaults': {
      parameters: {},
      run: async ({ id }, _args, { app }) => {
        await app.board.resetThresholds(id);
        return undefined;
      },
    },
    'Sensor.ResetMetrics': {
      parameters: {},
      run: async ({ id }, _args, { app }) => {
        app.telemetry.resetStatistics([id]);
        return undefined;
      },
    },
  },
  // An hour comes to an end, and the first reading to pass: nobody has changed anything.
  volatile: ['AveragingIntervalAchieved', 'SensorResetTime'],
});

/** What there is to say of a sensor's past; nothing of one that has never been read. */
function statisticsOf(app: App, { id }: Sensor): Partial<SensorBody> {
  const { lowest, peak, since, average, achieved } = app.telemetry.statistics(id);
  const timeOf = (reading: { readonly time: number } | null) =>
    reading === null ? null : new Date(reading.time).toISOString();
  return {
    LowestReading: round(lowest?.value ?? null),
    LowestReadingTime: timeOf(lowest),
    PeakReading: round(peak?.value ?? null),
    PeakReadingTime: timeOf(peak),
    AverageReading: round(average),
    AveragingInterval: durationOf(averagingInterval),
    AveragingIntervalAchieved: achieved,
    SensorResetTime: since === null ? null : new Date(since).toISOString(),
  };
}

export const sensors = collection({
  uri: '/redfish/v1/Chassis/{ChassisId}/Sensors',
  schema: 'SensorCollection',
  name: 'Sensors',
  members: sensor,
  exists: (app, { ChassisId }) => app.board.chassis.has(ChassisId),
});

/** Excerpts of the Sensor schema that are about one kind of reading. */
const excerptKinds: Readonly<Record<string, string>> = {
  Current: 'Current',
  EnergykWh: 'EnergykWh',
  Power: 'Power',
  Rotational: 'Fan',
  Voltage: 'Voltage',
};

/** Sensors of a chassis, in the order of the descriptor. */
export const sensorsOf = (app: App, chassis: string): Sensor[] =>
  [...app.board.sensors.values()].filter((each) => each.chassis === chassis);

/** A reading without the digits that no sensor measures. */
export const round = (reading: number | null): number | null =>
  reading === null ? null : Number(reading.toPrecision(7));

/** A reading shown elsewhere: what a Sensor excerpt may hold (`Reading` and where it comes from). */
export const excerpt = (model: Sensor | undefined): SensorBodyExcerpt | undefined =>
  model === undefined ? undefined : { DataSourceUri: sensorUri(model), Reading: round(model.reading) };
