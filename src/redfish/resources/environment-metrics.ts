import type { Chassis } from '../../board/model.ts';
import { resource } from './app.ts';
import { fansOf, speedOf } from './fans.ts';
import { excerpt, sensorsOf } from './sensors.ts';

export const environmentMetrics = resource<Chassis>({
  uri: '/redfish/v1/Chassis/{ChassisId}/EnvironmentMetrics',
  schema: 'EnvironmentMetrics',
  find: (app, { ChassisId }) => app.board.chassis.get(ChassisId ?? ''),
  body: ({ id, facts }, { app }) => {
    const sensors = sensorsOf(app, id);
    const intake = sensors.find(
      ({ quantity, context }) => quantity === 'Temperature' && context === 'Intake',
    );
    const consumed = facts.power?.consumed;
    return {
      Name: 'Environment metrics',
      TemperatureCelsius: excerpt(intake),
      HumidityPercent: excerpt(sensors.find(({ quantity }) => quantity === 'Humidity')),
      PowerWatts: consumed === undefined ? undefined : excerpt(app.board.sensors.get(consumed)),
      FanSpeedsPercent: fansOf(app, id).flatMap((fan) => {
        const speed = speedOf(app, fan, 0);
        return speed === undefined ? [] : [{ ...speed, DeviceName: fan.name }];
      }),
    };
  },
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
