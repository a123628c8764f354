import type { Chassis } from '../../../board/model.ts';
import { resource } from '../../app.ts';
import { link, statusOf } from '../../mapping/common.ts';
import { powerSuppliesOf } from './power-supplies.ts';

export const powerSubsystem = resource<Chassis>({
  uri: '/redfish/v1/Chassis/{ChassisId}/PowerSubsystem',
  schema: 'PowerSubsystem',
  find: (app, { ChassisId }) => app.board.chassis.get(ChassisId ?? ''),
  body: ({ id, facts }, { app, uri }) => {
    const supplies = powerSuppliesOf(app, id);
    const worst = supplies.some(({ status }) => status.health === 'Critical')
      ? 'Critical'
      : supplies.some(({ status }) => status.health === 'Warning')
        ? 'Warning'
        : 'OK';
    return {
      Name: 'Power subsystem',
      CapacityWatts: facts.power?.capacity ?? null,
      PowerSupplies: link(`${uri}/PowerSupplies`),
      PowerSupplyRedundancy: [],
      Status: statusOf({ state: 'Enabled', health: worst }),
    };
  },
});
