/** The boot devices of a system in the order of its firmware, where it tells one. */
import { type App, collection, resource } from '../../app.ts';
import type { BootOptionBody, ComputerSystemBootSource, Link } from '../../generated/types.ts';
import { link } from '../../mapping/common.ts';
import { systemUri } from '../../uris.ts';

interface BootDevice {
  readonly id: string;
  readonly name: string;
  readonly alias: ComputerSystemBootSource | null;
}

/** Devices of the boot order of Facebook's boards, by their number. */
const devices: Readonly<Record<number, BootDevice>> = {
  0: { id: 'Usb', name: 'USB device', alias: 'Usb' },
  1: { id: 'Pxe', name: 'Network', alias: 'Pxe' },
  9: { id: 'PxeIPv6', name: 'Network, IPv6 first', alias: 'Pxe' },
  2: { id: 'Hdd', name: 'Disk', alias: 'Hdd' },
  3: { id: 'Cd', name: 'CD', alias: 'Cd' },
  4: { id: 'Other', name: 'Other removable device', alias: null },
};

const orderOf = (app: App, host: string): readonly BootDevice[] | null => {
  const order = app.hosts.get(host)?.bootOrder ?? null;
  return order === null ? null : [...new Set(order)].flatMap((device) => devices[device] ?? []);
};

/** Properties of `Boot` that show the order; none where the firmware has told none. */
export function bootOrderOf(
  app: App,
  host: string,
): { readonly BootOptions?: Link; readonly BootOrder?: string[] } {
  const order = orderOf(app, host);
  if (order === null) return {};
  return { BootOptions: link(`${systemUri(host)}/BootOptions`), BootOrder: order.map(({ id }) => id) };
}

export const bootOption = resource({
  uri: '/redfish/v1/Systems/{ComputerSystemId}/BootOptions/{BootOptionId}',
  schema: 'BootOption',
  ids: (app, { ComputerSystemId }) => (orderOf(app, ComputerSystemId) ?? []).map(({ id }) => id),
  find: (app, { ComputerSystemId, BootOptionId }) =>
    orderOf(app, ComputerSystemId)?.find(({ id }) => id === BootOptionId),
  body: ({ id, name, alias }): BootOptionBody => ({
    Name: name,
    BootOptionReference: id,
    DisplayName: name,
    BootOptionEnabled: true,
    Alias: alias,
  }),
});

export const bootOptions = collection({
  uri: '/redfish/v1/Systems/{ComputerSystemId}/BootOptions',
  schema: 'BootOptionCollection',
  name: 'Boot options',
  members: bootOption,
  exists: (app, { ComputerSystemId }) => orderOf(app, ComputerSystemId) !== null,
});
