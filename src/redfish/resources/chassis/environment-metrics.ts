/** EnvironmentMetrics of a chassis. */
import type { Node } from '../../../board/model/node.ts';
import { type App, resource } from '../../app.ts';
import type { ControlBodyExcerpt, EnvironmentMetricsBody, Writables } from '../../generated/types.ts';
import {
  consumedBy,
  limitControl,
  limitedIn,
  limitId,
  pointFaults,
  setPoint,
  type WrittenPoint,
} from '../../mapping/power-limit.ts';
import type { Changes } from '../../service/declare.ts';
import { controlUri } from '../../uris.ts';
import { fansOf, speedOf } from './fans.ts';
import { excerpt, sensorsOf } from './sensors.ts';

export const environmentMetrics = resource({
  uri: '/redfish/v1/Chassis/{ChassisId}/EnvironmentMetrics',
  schema: 'EnvironmentMetrics',
  shows: 'readings',
  spans: true,
  find: (app, { ChassisId }) => app.board.chassis.get(ChassisId),
  body: ({ id }, { app }): EnvironmentMetricsBody => {
    const sensors = sensorsOf(app, id);
    const intake = sensors.find(
      ({ quantity, context }) => quantity === 'Temperature' && context === 'Intake',
    );
    const [limited] = limitedIn(app, id);
    return {
      Name: 'Environment metrics',
      TemperatureCelsius: excerpt(intake),
      HumidityPercent: excerpt(sensors.find(({ quantity }) => quantity === 'Humidity')),
      PowerWatts: excerpt(consumedBy(app, id)),
      PowerLimitWatts: limited === undefined ? undefined : limitExcerpt(app, limited),
      FanSpeedsPercent: fansOf(app, id).flatMap((fan) => {
        const speed = speedOf(app, fan, 0);
        return speed === undefined ? [] : [{ ...speed, DeviceName: fan.name }];
      }),
    };
  },
  writes: [
    {
      properties: ['PowerLimitWatts/SetPoint', 'PowerLimitWatts/ControlMode'],
      unless: ({ id }, app) => limitedIn(app, id).length === 0,
      allowable: () => ({ 'PowerLimitWatts/ControlMode': ['Automatic', 'Disabled'] }),
      check: (_model, changes) => pointFaults(pointIn(changes), 'PowerLimitWatts/'),
      apply: ({ id }, changes, { app }) => {
        const [node] = limitedIn(app, id);
        return node && setPoint(app, node, pointIn(changes));
      },
    },
  ],
  actions: {
    'EnvironmentMetrics.ResetMetrics': {
      parameters: {},
      run: async ({ id }, _args, { app }) => {
        app.telemetry.resetStatistics(sensorsOf(app, id).map((sensor) => sensor.id));
        return undefined;
      },
    },
  },
});

const pointIn = (changes: Changes<Writables['EnvironmentMetrics']>): WrittenPoint => ({
  point: changes.get('PowerLimitWatts/SetPoint'),
  mode: changes.get('PowerLimitWatts/ControlMode'),
});

/** What an excerpt of a control with a single set point holds. */
function limitExcerpt(app: App, node: Node): ControlBodyExcerpt {
  const { SetPoint, ControlMode, AllowableMin, AllowableMax } = limitControl(app, node);
  const DataSourceUri = controlUri({ chassis: node.chassis, id: limitId(node) });
  return { DataSourceUri, SetPoint, ControlMode, AllowableMin, AllowableMax };
}
