/** Fan and its collection. */
import type { Fan } from '../../../board/model/chassis.ts';
import { type App, collection, resource } from '../../app.ts';
import type { FanBody, SensorBodyExcerpt } from '../../generated/types.ts';
import { statusOf } from '../../mapping/common.ts';
import { sensorUri } from '../../uris.ts';
import { round } from './sensors.ts';

export const fan = resource({
  uri: '/redfish/v1/Chassis/{ChassisId}/ThermalSubsystem/Fans/{FanId}',
  schema: 'Fan',
  shows: 'readings',
  spans: true,
  ids: (app, { ChassisId }) => fansOf(app, ChassisId).map(({ id }) => id),
  find: (app, { ChassisId, FanId }) => {
    const found = app.board.fans.get(FanId);
    return found?.chassis === ChassisId ? found : undefined;
  },
  body: (model, { app }): FanBody => ({
    Name: model.name,
    PhysicalContext: 'Fan',
    HotPluggable: model.facts.hotPluggable ?? false,
    RatedSpeedRPM: model.facts.maxSpeed,
    SpeedPercent: speedOf(app, model, 0),
    SecondarySpeedPercent: speedOf(app, model, 1),
    Status: statusOf(model.status),
  }),
});

export const fans = collection({
  uri: '/redfish/v1/Chassis/{ChassisId}/ThermalSubsystem/Fans',
  schema: 'FanCollection',
  name: 'Fans',
  members: fan,
  exists: (app, { ChassisId }) => app.board.chassis.has(ChassisId),
});

export const fansOf = (app: App, chassis: string): Fan[] =>
  [...app.board.fans.values()].filter((each) => each.chassis === chassis);

/**
 * Speed of one rotor: in percent of the rated speed where that is known, and as the tachometer counts it.
 * Undefined where the fan has no such rotor.
 */
export function speedOf(app: App, model: Fan, rotor: number): SensorBodyExcerpt | undefined {
  const id = model.sensors[rotor];
  const sensor = id === undefined ? undefined : app.board.sensors.get(id);
  if (sensor === undefined) return undefined;
  const { maxSpeed } = model.facts;
  const percent =
    sensor.reading === null || maxSpeed === undefined ? null : (sensor.reading / maxSpeed) * 100;
  return { DataSourceUri: sensorUri(sensor), Reading: round(percent), SpeedRPM: round(sensor.reading) };
}
