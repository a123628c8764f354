/** ThermalSubsystem and ThermalMetrics of a chassis. */
import { worst } from '../../../board/health.ts';
import type { Sensor } from '../../../board/model/sensor.ts';
import { message } from '../../../messages/messages.ts';
import { type App, resource } from '../../app.ts';
import type {
  RedundancyRedundantGroup,
  SensorBodyExcerpt,
  ThermalMetricsBody,
  ThermalSubsystemBody,
} from '../../generated/types.ts';
import { link, links, statusOf } from '../../mapping/common.ts';
import { zonesIn } from '../../mapping/fan-control.ts';
import { fanUri, sensorUri } from '../../uris.ts';
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
      FanRedundancy: redundancyOf(app, id),
      ...(fansOf(app, id).length > 0 && { FansFullSpeedOverrideEnable: app.board.cooling.isFullSpeed }),
      LeakDetection: leakDetectionLink(app, id),
      Status: statusOf({ state: 'Enabled', health }),
    };
  },
  writes: [
    {
      properties: ['FansFullSpeedOverrideEnable'],
      unless: ({ id }, app) => fansOf(app, id).length === 0,
      check: (_model, changes) =>
        changes.get('FansFullSpeedOverrideEnable') === null
          ? [message('Base.PropertyValueTypeError', ['null', 'FansFullSpeedOverrideEnable'])]
          : [],
      apply: async (_model, changes, { app }) => {
        const before = app.board.cooling.isFullSpeed;
        await app.board.setFullSpeed(changes.get('FansFullSpeedOverrideEnable') === true);
        return () => app.board.setFullSpeed(before);
      },
    },
  ],
});

/** A zone is a group of fans of which one may fail, where it has an answer to that below full duty or more fans. */
function redundancyOf(app: App, chassis: string): RedundancyRedundantGroup[] {
  return zonesIn(app, chassis)
    .filter(({ fans }) => fans.length > 1)
    .map((zone) => {
      const members = zone.fans.flatMap((id) => app.board.fans.get(id) ?? []);
      const failed = zone.failedFans.length;
      const health = failed === 0 ? 'OK' : failed === 1 ? 'Warning' : 'Critical';
      return {
        RedundancyType: 'NPlusM',
        GroupName: zone.name,
        MinNeededInGroup: zone.fans.length - 1,
        MaxSupportedInGroup: zone.fans.length,
        RedundancyGroup: links(members.map(fanUri)),
        Status: statusOf({ state: 'Enabled', health }),
      };
    });
}

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
