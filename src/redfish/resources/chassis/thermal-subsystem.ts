/** ThermalSubsystem and ThermalMetrics of a chassis. */
import { worst } from '../../../board/health.ts';
import type { Sensor } from '../../../board/model/sensor.ts';
import { resource } from '../../app.ts';
import type { SensorBodyExcerpt, ThermalMetricsBody, ThermalSubsystemBody } from '../../generated/types.ts';
import { link, statusOf } from '../../mapping/common.ts';
import { sensorUri } from '../../uris.ts';
import { fansOf } from './fans.ts';
import { leakDetectionLink, leakDetectorsOf } from './leak-detection.ts';
import { excerpt, round, sensorsOf } from './sensors.ts';

export const thermalSubsystem = resource({
  uri: '/redfish/v1/Chassis/{ChassisId}/ThermalSubsystem',
  schema: 'ThermalSubsystem',
  find: (app, { ChassisId }) => app.board.chassis.get(ChassisId),
  body: ({ id }, { app, uri }): ThermalSubsystemBody => {
    const health = worst([...fansOf(app, id), ...leakDetectorsOf(app, id)].map((each) => each.status.health));
    return {
      Name: 'Thermal subsystem',
      Fans: link(`${uri}/Fans`),
      ThermalMetrics: link(`${uri}/ThermalMetrics`),
      FanRedundancy: [],
      LeakDetection: leakDetectionLink(app, id),
      Status: statusOf({ state: 'Enabled', health }),
    };
  },
});

export const thermalMetrics = resource({
  uri: '/redfish/v1/Chassis/{ChassisId}/ThermalSubsystem/ThermalMetrics',
  schema: 'ThermalMetrics',
  shows: 'readings',
  find: (app, { ChassisId }) => app.board.chassis.get(ChassisId),
  body: ({ id }, { app }): ThermalMetricsBody => {
    const temperatures = sensorsOf(app, id).filter(({ quantity }) => quantity === 'Temperature');
    const at = (context: string) => excerpt(temperatures.find((sensor) => sensor.context === context));
    return {
      Name: 'Thermal metrics',
      TemperatureSummaryCelsius: {
        Intake: at('Intake'),
        Exhaust: at('Exhaust'),
        Internal: at('SystemBoard') ?? at('CPU'),
      },
      TemperatureReadingsCelsius: temperatures.map(named),
    };
  },
});

/** An excerpt in an array, which also says which device it speaks of. */
const named = (sensor: Sensor): SensorBodyExcerpt => ({
  DataSourceUri: sensorUri(sensor),
  DeviceName: sensor.name,
  PhysicalContext: sensor.context ?? undefined,
  Reading: round(sensor.reading),
});
