/** The Thermal resource of the older model: the same sensors and fans, seen the way that older clients ask for them. */

import type { Fan } from '../../../board/model/chassis.ts';
import type { Sensor } from '../../../board/model/sensor.ts';
import { type App, resource } from '../../app.ts';
import type { ThermalBody, ThermalFan, ThermalTemperature } from '../../generated/types.ts';
import { link, statusOf } from '../../mapping/common.ts';
import { chassisUri, fanUri, sensorUri } from '../../uris.ts';
import { round, sensorsOf } from './sensors.ts';

export const thermal = resource({
  uri: '/redfish/v1/Chassis/{ChassisId}/Thermal',
  schema: 'Thermal',
  shows: 'readings',
  spans: true,
  find: (app, { ChassisId }) => (app.board.chassis.has(ChassisId) ? ChassisId : undefined),
  body: (chassis, { app, uri }): ThermalBody => ({
    Name: 'Thermal',
    Status: statusOf(app.board.chassis.get(chassis)?.status ?? { state: 'Enabled', health: 'OK' }),
    Temperatures: temperatures(app, chassis).map((sensor, index) => temperature(sensor, uri, index)),
    Fans: rotors(app, chassis).map((rotor, index) => fanEntry(rotor, uri, index)),
    Redundancy: [],
  }),
});

const temperatures = (app: App, chassis: string): Sensor[] =>
  sensorsOf(app, chassis).filter(({ quantity }) => quantity === 'Temperature');

function temperature(sensor: Sensor, uri: string, index: number): ThermalTemperature {
  return {
    '@odata.id': `${uri}#/Temperatures/${index}`,
    MemberId: String(index),
    Name: sensor.name,
    ReadingCelsius: round(sensor.reading),
    ...legacyThresholds(sensor),
    MinReadingRangeTemp: sensor.range?.min,
    MaxReadingRangeTemp: sensor.range?.max,
    PhysicalContext: sensor.context ?? undefined,
    Status: statusOf(sensor.status),
    RelatedItem: [link(sensorUri(sensor)), link(chassisUri(sensor.chassis))],
  };
}

interface Rotor {
  readonly fan: Fan;
  readonly sensor: Sensor;
}

/** One entry for each tachometer, as the older model counts fans. */
function rotors(app: App, chassis: string): Rotor[] {
  return [...app.board.fans.values()]
    .filter((fan) => fan.chassis === chassis)
    .flatMap((fan) =>
      fan.sensors.flatMap((id) => {
        const sensor = app.board.sensors.get(id);
        return sensor === undefined ? [] : [{ fan, sensor }];
      }),
    );
}

function fanEntry({ fan, sensor }: Rotor, uri: string, index: number): ThermalFan {
  return {
    '@odata.id': `${uri}#/Fans/${index}`,
    MemberId: String(index),
    Name: fan.sensors.length > 1 ? sensor.name : fan.name,
    // An integer by schema; a tachometer does not know more.
    Reading: sensor.reading === null ? null : Math.round(sensor.reading),
    ReadingUnits: 'RPM',
    ...legacyThresholds(sensor, Math.round),
    PhysicalContext: sensor.context ?? 'Fan',
    HotPluggable: fan.facts.hotPluggable ?? false,
    Status: statusOf(fan.present ? sensor.status : fan.status),
    RelatedItem: [link(fanUri(fan)), link(sensorUri(sensor))],
  };
}

/** Thresholds under the names of the older model. */
export function legacyThresholds(
  { thresholds }: Sensor,
  shown: (limit: number) => number = (limit) => limit,
) {
  const of = (limit: number | undefined) => (limit === undefined ? undefined : shown(limit));
  return {
    UpperThresholdNonCritical: of(thresholds.upperCaution),
    UpperThresholdCritical: of(thresholds.upperCritical),
    UpperThresholdFatal: of(thresholds.upperFatal),
    LowerThresholdNonCritical: of(thresholds.lowerCaution),
    LowerThresholdCritical: of(thresholds.lowerCritical),
    LowerThresholdFatal: of(thresholds.lowerFatal),
  };
}
