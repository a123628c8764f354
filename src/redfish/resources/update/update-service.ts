/** What software runs here. Updating it comes later: nothing is offered that does not work. */
import type { Software } from '../../../firmware/software.ts';
import { type App, collection, resource } from '../../app.ts';
import type { SoftwareInventoryBody, UpdateServiceBody } from '../../generated/types.ts';
import { enabled, link, links } from '../../mapping/common.ts';
import { chassisUri, managerUri, root, systemUri } from '../../uris.ts';

export const updateService = resource({
  uri: '/redfish/v1/UpdateService',
  schema: 'UpdateService',
  find: (app) => app,
  body: (): UpdateServiceBody => ({
    Name: 'Update service',
    ServiceEnabled: false,
    FirmwareInventory: link(`${root}UpdateService/FirmwareInventory`),
    Status: { ...enabled, State: 'Disabled' },
  }),
  // Empty, but present: OpenStack's sushy refuses an UpdateService without this property.
  actions: {},
});

interface Installed extends Software {
  /** What it runs on. */
  readonly on: string;
}

/** What runs on the controller itself, and on the controllers of its nodes. */
function installed({ software, board }: App): readonly Installed[] {
  const manager = managerUri(board.platform.manager.id);
  return [
    ...software.map((each) => ({ ...each, on: manager })),
    ...[...board.nodes.values()].flatMap(({ firmware, chassis, facts: { host } }) =>
      firmware.map((each) => ({
        ...each,
        manufacturer: null,
        on: host === undefined ? chassisUri(chassis) : systemUri(host),
      })),
    ),
  ];
}

export const softwareInventory = resource({
  uri: '/redfish/v1/UpdateService/FirmwareInventory/{SoftwareInventoryId}',
  schema: 'SoftwareInventory',
  ids: (app) => installed(app).map(({ id }) => id),
  find: (app, { SoftwareInventoryId }) => installed(app).find(({ id }) => id === SoftwareInventoryId),
  body: ({ name, manufacturer, version, on }): SoftwareInventoryBody => ({
    Name: name,
    // OCP's service baseline demands the property, even of software that does not tell who made it.
    Manufacturer: manufacturer,
    Version: version,
    Updateable: false,
    RelatedItem: links([on]),
    'RelatedItem@odata.count': 1,
    Status: enabled,
  }),
});

export const firmwareInventory = collection({
  uri: '/redfish/v1/UpdateService/FirmwareInventory',
  schema: 'SoftwareInventoryCollection',
  name: 'Software of this service',
  members: softwareInventory,
});
