/** PowerSubsystem of a chassis. */
import { worst } from '../../../board/health.ts';
import { resource } from '../../app.ts';
import type { PowerSubsystemBody } from '../../generated/types.ts';
import { link, statusOf } from '../../mapping/common.ts';
import { powerSuppliesOf } from './power-supplies.ts';

export const powerSubsystem = resource({
  uri: '/redfish/v1/Chassis/{ChassisId}/PowerSubsystem',
  schema: 'PowerSubsystem',
  find: (app, { ChassisId }) => app.board.chassis.get(ChassisId),
  body: ({ id, facts }, { app, uri }): PowerSubsystemBody => {
    const supplies = powerSuppliesOf(app, id);
    return {
      Name: 'Power subsystem',
      CapacityWatts: facts.power?.capacity ?? null,
      PowerSupplies: link(`${uri}/PowerSupplies`),
      PowerSupplyRedundancy: [],
      Status: statusOf({ state: 'Enabled', health: worst(supplies.map((each) => each.status.health)) }),
    };
  },
});
