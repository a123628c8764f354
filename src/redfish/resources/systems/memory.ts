/** The memory modules of a system and its empty slots, as its firmware has told them. */
import type { Host } from '../../../board/model/power.ts';
import type { MemoryModule } from '../../../host/facts.ts';
import type { Part } from '../../../host/inventory.ts';
import { type App, collection, resource } from '../../app.ts';
import type { MemoryBody, MemoryLocation } from '../../generated/types.ts';
import { link } from '../../mapping/common.ts';
import { partStatus } from '../../mapping/host-parts.ts';
import { chassisUri } from '../../uris.ts';

interface HostMemory {
  readonly host: Host;
  readonly part: Part<MemoryModule>;
}

const memoryOf = (app: App, id: string): HostMemory[] => {
  const host = app.board.hosts.get(id);
  const told = app.hosts.get(id)?.inventory.memory() ?? [];
  return host === undefined ? [] : told.map((part) => ({ host, part }));
};

export const memory = resource({
  uri: '/redfish/v1/Systems/{ComputerSystemId}/Memory/{MemoryId}',
  schema: 'Memory',
  ids: (app, { ComputerSystemId }) => memoryOf(app, ComputerSystemId).map(({ part }) => part.id),
  find: (app, { ComputerSystemId, MemoryId }) =>
    memoryOf(app, ComputerSystemId).find(({ part }) => part.id === MemoryId),
  body: ({ host, part }): MemoryBody => {
    const { id, facts } = part;
    return {
      Name: `Memory ${id}`,
      MemoryType: facts.present ? 'DRAM' : null,
      MemoryDeviceType: facts.type,
      BaseModuleType: facts.module,
      CapacityMiB: facts.mib,
      OperatingSpeedMhz: facts.mhz,
      ...(facts.maxMHz === null ? {} : { AllowedSpeedsMHz: [facts.maxMHz] }),
      Manufacturer: facts.manufacturer,
      PartNumber: facts.partNumber,
      SerialNumber: facts.serialNumber,
      RankCount: facts.ranks,
      DataWidthBits: facts.dataWidth,
      BusWidthBits: facts.totalWidth,
      ErrorCorrection: facts.errorCorrection,
      ...placeOf(facts),
      Location: { PartLocation: { ServiceLabel: facts.locator ?? id, LocationType: 'Slot' } },
      Status: partStatus(host, part),
      Links: { Chassis: link(chassisUri(host.chassis)) },
    };
  },
});

export const memoryCollection = collection({
  uri: '/redfish/v1/Systems/{ComputerSystemId}/Memory',
  schema: 'MemoryCollection',
  name: 'Memory modules',
  members: memory,
  exists: (app, { ComputerSystemId }) =>
    app.board.hosts.has(ComputerSystemId) && app.hosts.get(ComputerSystemId) !== undefined,
});

function placeOf({ socket, channel, slot }: MemoryModule): { readonly MemoryLocation?: MemoryLocation } {
  if (socket === null && channel === null && slot === null) return {};
  return { MemoryLocation: { Socket: socket, Channel: channel, Slot: slot } };
}
