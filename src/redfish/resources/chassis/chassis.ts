/** Chassis and its collection. */
import type { Chassis } from '../../../board/model/chassis.ts';
import type { ChassisReset } from '../../../board/model/power.ts';
import { collection, resource } from '../../app.ts';
import type { ChassisBody } from '../../generated/types.ts';
import { assetTag } from '../../mapping/asset-tag.ts';
import { link, links, statusOf } from '../../mapping/common.ts';
import { indicatorOf, indicatorWrite } from '../../mapping/indicators.ts';
import { runReset } from '../../mapping/resets.ts';
import { chassisUri, managerUri, systemUri } from '../../uris.ts';
import { drivesLink } from './drives.ts';
import { leakDetectorsLink } from './leak-detection.ts';
import { pcieSlotsLink } from './pcie-slots.ts';

export const chassis = resource({
  uri: '/redfish/v1/Chassis/{ChassisId}',
  schema: 'Chassis',
  ids: (app) => [...app.board.chassis.keys()],
  find: (app, { ChassisId }) => app.board.chassis.get(ChassisId),
  body: (model, { app, uri }): ChassisBody => {
    const { board } = app;
    const fru = model.facts.fru === undefined ? undefined : board.frus.get(model.facts.fru);
    // The descriptor names the board, which is its first chassis; of other chassis it states no identity.
    const described = board.platform.chassis[0]?.id === model.id ? board.platform : undefined;
    const around = model.facts.containedBy;
    const inside = [...board.chassis.values()].filter(({ facts }) => facts.containedBy === model.id);
    const manager = managerUri(board.platform.manager.id);
    const holdsManager = (board.platform.manager.chassis ?? [...board.chassis.keys()][0]) === model.id;
    return {
      Name: model.name,
      ChassisType: model.facts.type,
      HotPluggable: model.facts.present === undefined ? undefined : true,
      Manufacturer: fru?.manufacturer ?? described?.manufacturer ?? null,
      Model: fru?.model ?? described?.name ?? null,
      SKU: null,
      PartNumber: fru?.chassisPartNumber ?? fru?.partNumber ?? null,
      SerialNumber: fru?.chassisSerialNumber ?? fru?.serialNumber ?? null,
      AssetTag: model.assetTag,
      PowerState: model.powerState,
      ...indicatorOf(model),
      Status: statusOf(model.status),
      Assembly: link(`${uri}/Assembly`),
      Controls: link(`${uri}/Controls`),
      Drives: drivesLink(app, model.id),
      EnvironmentMetrics: link(`${uri}/EnvironmentMetrics`),
      LeakDetectors: leakDetectorsLink(app, model.id),
      PCIeSlots: pcieSlotsLink(app, model.id),
      Power: link(`${uri}/Power`),
      PowerSubsystem: link(`${uri}/PowerSubsystem`),
      Sensors: link(`${uri}/Sensors`),
      Thermal: link(`${uri}/Thermal`),
      ThermalSubsystem: link(`${uri}/ThermalSubsystem`),
      Links: {
        ComputerSystems: links(
          [...board.hosts.values()]
            .filter((host) => host.chassis === model.id)
            .map(({ id }) => systemUri(id)),
        ),
        ManagedBy: links([manager]),
        ManagersInChassis: holdsManager ? links([manager]) : undefined,
        ContainedBy: around === undefined ? undefined : link(chassisUri(around)),
        Contains: inside.length === 0 ? undefined : links(inside.map(({ id }) => chassisUri(id))),
      },
    };
  },
  writes: [
    assetTag<Chassis>((app, { id }, tag) => app.board.setAssetTag({ chassis: id }, tag)),
    indicatorWrite<Chassis>((_app, model) => model),
  ],
  actions: {
    'Chassis.Reset': {
      isOrdered: true,
      when: (model) => model.supportedResets.length > 0,
      parameters: {
        ResetType: { type: 'String', required: true, allowable: (model) => model.supportedResets },
      },
      run: (model, { ResetType }, context) => {
        const { board } = context.app;
        const what = {
          name: model.name,
          action: 'Chassis.Reset',
          chassis: model.id,
          supported: model.supportedResets,
          refusal: (type: ChassisReset) => model.resetRefusal(type),
          reset: (type: ChassisReset) => board.resetChassis(model.id, type),
        };
        return runReset(what, ResetType, context);
      },
    },
  },
});

export const chassisCollection = collection({
  uri: '/redfish/v1/Chassis',
  schema: 'ChassisCollection',
  name: 'Chassis',
  members: chassis,
});
