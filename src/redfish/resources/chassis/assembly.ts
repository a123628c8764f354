/** Assembly: the inventory of the parts of a chassis. */
import type { Fru } from '../../../board/model/chassis.ts';
import { resource } from '../../app.ts';
import type { AssemblyBody, AssemblyData } from '../../generated/types.ts';
import { statusOf } from '../../mapping/common.ts';

export const assembly = resource({
  uri: '/redfish/v1/Chassis/{ChassisId}/Assembly',
  schema: 'Assembly',
  find: (app, { ChassisId }) => app.board.chassis.get(ChassisId),
  body: ({ id }, { app, uri }): AssemblyBody => {
    const frus = [...app.board.frus.values()].filter(({ chassis }) => chassis === id);
    return {
      Name: 'Assembly',
      Assemblies: frus.map((fru, index) => entry(fru, uri, index)),
      'Assemblies@odata.count': frus.length,
    };
  },
});

function entry(fru: Fru, uri: string, index: number): AssemblyData {
  return {
    '@odata.id': `${uri}#/Assemblies/${index}`,
    MemberId: String(index),
    Name: fru.name,
    Vendor: fru.manufacturer,
    Producer: fru.boardManufacturer,
    Model: fru.model ?? fru.boardModel,
    PartNumber: fru.partNumber ?? fru.boardPartNumber,
    SerialNumber: fru.serialNumber ?? fru.boardSerialNumber,
    Version: fru.version,
    ProductionDate: fru.manufactured?.toISOString() ?? null,
    PhysicalContext: fru.context ?? undefined,
    Status: statusOf(fru.status),
  };
}
