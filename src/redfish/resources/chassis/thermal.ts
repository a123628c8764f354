/** The Thermal resource of the older model: the same sensors and fans, seen the way that older clients ask for them. */
import type { Fan, Sensor } from '../../../board/model.ts';
import { type App, resource } from '../../app.ts';
import { link, statusOf } from '../../mapping/common.ts';
import type { JsonObject } from '../../service/json.ts';
import { chassisUri, fanUri, sensorUri } from '../../uris.ts';
import { round, sensorsOf } from './sensors.ts';

export const thermal = resource<string>({
  uri: '/redfish/v1/Chassis/{ChassisId}/Thermal',
  schema: 'Thermal',
  find: (app, { ChassisId }) => (app.board.chassis.has(ChassisId ?? '') ? ChassisId : undefined),
  body: (chassis, { app, uri }) => ({
    Name: 'Thermal',
    Status: statusOf(app.board.chassis.get(chassis)?.status ?? { state: 'Enabled', health: 'OK' }),
    Temperatures: temperatures(app, chassis).map((sensor, index) => temperature(sensor, uri, index)),
    Fans: rotors(app, chassis).map((rotor, index) => fanEntry(rotor, uri, index)),
    Redundancy: [],
  }),
});

const temperatures = (app: App, chassis: string): Sensor[] =>
  sensorsOf(app, chassis).filter(({ quantity }) => quantity === 'Temperature');

function temperature(sensor: Sensor, uri: string, index: number): JsonObject {
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

function fanEntry({ fan, sensor }: Rotor, uri: string, index: number): JsonObject {
  return {
    '@odata.id': `${uri}#/Fans/${index}`,
    MemberId: String(index),
    Name: fan.sensors.length > 1 ? sensor.name : fan.name,
    // An integer by schema; a tachometer does not know more.
    Reading: sensor.reading === null ? null : Math.round(sensor.reading),
    ReadingUnits: 'RPM',
    ...integers(legacyThresholds(sensor)),
    PhysicalContext: sensor.context ?? 'Fan',
    HotPluggable: fan.facts.hotPluggable ?? false,
    Status: statusOf(fan.present ? sensor.status : fan.status),
    RelatedItem: [link(fanUri(fan)), link(sensorUri(sensor))],
  };
}

const integers = (object: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(object).map(([name, value]) => [
      name,
      typeof value === 'number' ? Math.round(value) : value,
    ]),
  );

/** Thresholds under the names of the older model. */
export function legacyThresholds({ thresholds }: Sensor): JsonObject {
  return {
    UpperThresholdNonCritical: thresholds.upperCaution,
    UpperThresholdCritical: thresholds.upperCritical,
    UpperThresholdFatal: thresholds.upperFatal,
    LowerThresholdNonCritical: thresholds.lowerCaution,
    LowerThresholdCritical: thresholds.lowerCritical,
    LowerThresholdFatal: thresholds.lowerFatal,
  };
}
