/** What software runs here. Updating it comes later: nothing is offered that does not work. */
import type { Software } from '../../manager/software.ts';
import { type App, collection, resource } from './app.ts';
import { enabled, link, links } from './common.ts';
import { managerUri, root } from './uris.ts';

export const updateService = resource<App>({
  uri: '/redfish/v1/UpdateService',
  schema: 'UpdateService',
  find: (app) => app,
  body: () => ({
    Name: 'Update service',
    ServiceEnabled: false,
    FirmwareInventory: link(`${root}UpdateService/FirmwareInventory`),
    Status: { ...enabled, State: 'Disabled' },
  }),
  // None yet; clients (OpenStack's sushy) refuse the whole resource when it does not say so.
  actions: {},
});

export const softwareInventory = resource<Software>({
  uri: '/redfish/v1/UpdateService/FirmwareInventory/{SoftwareInventoryId}',
  schema: 'SoftwareInventory',
  ids: (app) => app.software.map(({ id }) => id),
  find: (app, { SoftwareInventoryId }) => app.software.find(({ id }) => id === SoftwareInventoryId),
  body: ({ name, manufacturer, version }, { app }) => ({
    Name: name,
    Manufacturer: manufacturer,
    Version: version,
    Updateable: false,
    RelatedItem: links([managerUri(app.board.platform.manager.id)]),
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
