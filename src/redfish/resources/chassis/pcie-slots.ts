/** The expansion slots of a chassis, as the firmware of the systems in it has told them. */
import type { PcieSlot } from '../../../host/facts.ts';
import { type App, resource } from '../../app.ts';
import type { Link, PCIeSlotsBody, PCIeSlotsPCIeSlot } from '../../generated/types.ts';
import { link } from '../../mapping/common.ts';
import { chassisUri } from '../../uris.ts';

const slotsOf = (app: App, chassis: string): readonly PcieSlot[] =>
  [...app.board.hosts.values()]
    .filter((host) => host.chassis === chassis)
    .flatMap(({ id }) => app.hosts.get(id)?.inventory.slots() ?? []);

export const pcieSlotsLink = (app: App, chassis: string): Link | undefined =>
  slotsOf(app, chassis).length === 0 ? undefined : link(`${chassisUri(chassis)}/PCIeSlots`);

export const pcieSlots = resource({
  uri: '/redfish/v1/Chassis/{ChassisId}/PCIeSlots',
  schema: 'PCIeSlots',
  find: (app, { ChassisId }) =>
    slotsOf(app, ChassisId).length === 0 ? undefined : app.board.chassis.get(ChassisId),
  body: ({ id }, { app }): PCIeSlotsBody => ({
    Name: 'PCIe slots',
    Slots: slotsOf(app, id).map(slotBody),
  }),
});

const slotBody = ({ name, generation, lanes, inUse, available }: PcieSlot): PCIeSlotsPCIeSlot => ({
  PCIeType: generation,
  Lanes: lanes,
  ...(name === null ? {} : { Location: { PartLocation: { ServiceLabel: name, LocationType: 'Slot' } } }),
  Status: !available
    ? { State: 'UnavailableOffline' }
    : inUse === false
      ? { State: 'Absent' }
      : { State: 'Enabled', Health: 'OK' },
});
