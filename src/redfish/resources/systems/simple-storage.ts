/** The drives that the firmware of a system has told. */
import type { Host } from '../../../board/model/power.ts';
import type { HostDrive } from '../../../host/facts.ts';
import type { Part } from '../../../host/inventory.ts';
import { type App, collection, resource } from '../../app.ts';
import type { Link, SimpleStorageBody } from '../../generated/types.ts';
import { enabled, link } from '../../mapping/common.ts';
import { partStatus } from '../../mapping/host-parts.ts';
import { chassisUri, systemUri } from '../../uris.ts';

const drivesOf = (app: App, id: string): readonly Part<HostDrive>[] =>
  app.hosts.get(id)?.inventory.drives() ?? [];

export const simpleStorageLink = (app: App, id: string): Link | undefined =>
  drivesOf(app, id).length === 0 ? undefined : link(`${systemUri(id)}/SimpleStorage`);

const found = (app: App, id: string): Host | undefined =>
  drivesOf(app, id).length === 0 ? undefined : app.board.hosts.get(id);

export const simpleStorage = resource({
  uri: '/redfish/v1/Systems/{ComputerSystemId}/SimpleStorage/{SimpleStorageId}',
  schema: 'SimpleStorage',
  ids: (app, { ComputerSystemId }) => (found(app, ComputerSystemId) === undefined ? [] : ['Drives']),
  find: (app, { ComputerSystemId, SimpleStorageId }) =>
    SimpleStorageId === 'Drives' ? found(app, ComputerSystemId) : undefined,
  body: (host, { app }): SimpleStorageBody => ({
    Name: 'Drives',
    Devices: drivesOf(app, host.id).map((part) => ({
      Name: part.id,
      Model: part.facts.model,
      CapacityBytes: part.facts.capacityBytes,
      Status: partStatus(host, part),
    })),
    Status: enabled,
    Links: { Chassis: link(chassisUri(host.chassis)) },
  }),
});

export const simpleStorages = collection({
  uri: '/redfish/v1/Systems/{ComputerSystemId}/SimpleStorage',
  schema: 'SimpleStorageCollection',
  name: 'Drives of the system',
  members: simpleStorage,
  exists: (app, { ComputerSystemId }) => found(app, ComputerSystemId) !== undefined,
});
