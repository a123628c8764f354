import type { Chassis, Node } from '../../../board/model.ts';
import { type App, resource } from '../../app.ts';
import {
  consumedBy,
  limitControl,
  limitedIn,
  limitId,
  pointFaults,
  setPoint,
} from '../../mapping/power-limit.ts';
import type { JsonObject } from '../../service/json.ts';
import { controlUri } from '../../uris.ts';
import { fansOf, speedOf } from './fans.ts';
import { excerpt, sensorsOf } from './sensors.ts';

export const environmentMetrics = resource<Chassis>({
  uri: '/redfish/v1/Chassis/{ChassisId}/EnvironmentMetrics',
  schema: 'EnvironmentMetrics',
  find: (app, { ChassisId }) => app.board.chassis.get(ChassisId ?? ''),
  body: ({ id }, { app }) => {
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
      check: (_model, changes) => pointFaults(changes, 'PowerLimitWatts/'),
      apply: ({ id }, changes, { app }) => {
        const [node] = limitedIn(app, id);
        return node && setPoint(app, node, changes, 'PowerLimitWatts/');
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

/** What an excerpt of a control with a single set point holds. */
function limitExcerpt(app: App, node: Node): JsonObject {
  const { SetPoint, ControlMode, AllowableMin, AllowableMax } = limitControl(app, node);
  const DataSourceUri = controlUri({ chassis: node.chassis, id: limitId(node) });
  return { DataSourceUri, SetPoint, ControlMode, AllowableMin, AllowableMax };
}
