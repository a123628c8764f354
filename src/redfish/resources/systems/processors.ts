/** The processors of a system, as its firmware has told them. */
import type { Host } from '../../../board/model/power.ts';
import type { Cache, Processor } from '../../../host/facts.ts';
import type { Part } from '../../../host/inventory.ts';
import { type App, collection, resource } from '../../app.ts';
import type { ProcessorBody, ProcessorMemoryType } from '../../generated/types.ts';
import { link } from '../../mapping/common.ts';
import { partStatus } from '../../mapping/host-parts.ts';
import { chassisUri } from '../../uris.ts';

interface HostProcessor {
  readonly host: Host;
  readonly part: Part<Processor>;
}

const processorsOf = (app: App, id: string): HostProcessor[] => {
  const host = app.board.hosts.get(id);
  const told = app.hosts.get(id)?.inventory.processors() ?? [];
  return host === undefined ? [] : told.map((part) => ({ host, part }));
};

export const processor = resource({
  uri: '/redfish/v1/Systems/{ComputerSystemId}/Processors/{ProcessorId}',
  schema: 'Processor',
  ids: (app, { ComputerSystemId }) => processorsOf(app, ComputerSystemId).map(({ part }) => part.id),
  find: (app, { ComputerSystemId, ProcessorId }) =>
    processorsOf(app, ComputerSystemId).find(({ part }) => part.id === ProcessorId),
  body: ({ host, part }): ProcessorBody => {
    const { id, facts } = part;
    return {
      Name: `Processor ${id}`,
      ProcessorType: 'CPU',
      ...architectureOf(facts),
      Socket: facts.socket ?? id,
      Manufacturer: facts.manufacturer,
      Model: facts.model,
      ProcessorId: {
        VendorId: facts.manufacturer,
        IdentificationRegisters: facts.id,
        ...(facts.ppin === null ? {} : { ProtectedIdentificationNumber: facts.ppin }),
      },
      MaxSpeedMHz: facts.maxMHz,
      OperatingSpeedMHz: facts.mhz,
      TotalCores: facts.cores,
      TotalEnabledCores: facts.enabledCores,
      TotalThreads: facts.threads,
      SerialNumber: facts.serialNumber,
      PartNumber: facts.partNumber,
      ...(facts.caches.length === 0 ? {} : { ProcessorMemory: facts.caches.map(cacheBody) }),
      Location: { PartLocation: { ServiceLabel: id, LocationType: 'Socket' } },
      Status: partStatus(host, part),
      Links: { Chassis: link(chassisUri(host.chassis)) },
    };
  },
});

export const processors = collection({
  uri: '/redfish/v1/Systems/{ComputerSystemId}/Processors',
  schema: 'ProcessorCollection',
  name: 'Processors',
  members: processor,
  exists: (app, { ComputerSystemId }) =>
    app.board.hosts.has(ComputerSystemId) && app.hosts.get(ComputerSystemId) !== undefined,
});

const x86 = { ProcessorArchitecture: 'x86', InstructionSet: 'x86-64' } as const;

/** Only the names of their makers tell architectures apart. */
function architectureOf({
  manufacturer,
  model,
}: Processor): Pick<ProcessorBody, 'ProcessorArchitecture' | 'InstructionSet'> {
  const name = `${manufacturer ?? ''} ${model ?? ''}`;
  return /intel|xeon|amd|epyc|opteron|hygon|zhaoxin/i.test(name)
    ? x86
    : { ProcessorArchitecture: null, InstructionSet: null };
}

const cacheBody = ({ level, kib }: Cache) => ({
  IntegratedMemory: true,
  MemoryType: `L${Math.min(level, 7)}Cache` as ProcessorMemoryType,
  // In whole mebibytes; smaller caches are not shown as 0.
  CapacityMiB: kib >= 1024 ? Math.round(kib / 1024) : null,
});
