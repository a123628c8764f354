/** PowerSupply, its metrics and its collection. */
import type { PowerSupply } from '../../../board/model/chassis.ts';
import { type App, collection, resource } from '../../app.ts';
import type { Link, PowerSupplyBody, PowerSupplyMetricsBody } from '../../generated/types.ts';
import { link, links, statusOf } from '../../mapping/common.ts';
import { chassisUri, powerSupplyUri } from '../../uris.ts';
import { excerpt } from './sensors.ts';

const find = (
  app: App,
  { ChassisId, PowerSupplyId }: { readonly ChassisId: string; readonly PowerSupplyId: string },
): PowerSupply | undefined => {
  const found = app.board.powerSupplies.get(PowerSupplyId);
  return found?.chassis === ChassisId ? found : undefined;
};

export const powerSupply = resource({
  uri: '/redfish/v1/Chassis/{ChassisId}/PowerSubsystem/PowerSupplies/{PowerSupplyId}',
  schema: 'PowerSupply',
  ids: (app, { ChassisId }) => powerSuppliesOf(app, ChassisId).map(({ id }) => id),
  find,
  body: (supply, { app, uri }): PowerSupplyBody => ({
    Name: supply.name,
    PowerSupplyType: supply.facts.type,
    PowerCapacityWatts: supply.facts.capacity ?? null,
    HotPluggable: supply.facts.hotPluggable ?? false,
    ...supplyNames(app, supply),
    Status: statusOf(supply.status),
    Metrics: link(`${uri}/Metrics`),
    Links: { PoweringChassis: [link(chassisUri(supply.chassis))] },
  }),
});

export const powerSupplies = collection({
  uri: '/redfish/v1/Chassis/{ChassisId}/PowerSubsystem/PowerSupplies',
  schema: 'PowerSupplyCollection',
  name: 'Power supplies',
  members: powerSupply,
  exists: (app, { ChassisId }) => app.board.chassis.has(ChassisId),
});

export const powerSupplyMetrics = resource({
  uri: '/redfish/v1/Chassis/{ChassisId}/PowerSubsystem/PowerSupplies/{PowerSupplyId}/Metrics',
  schema: 'PowerSupplyMetrics',
  shows: 'readings',
  spans: true,
  find,
  body: ({ facts, name, status }, { app }): PowerSupplyMetricsBody => {
    const of = (id: string | undefined) =>
      id === undefined ? undefined : excerpt(app.board.sensors.get(id));
    const inList = (id: string | undefined) => {
      const value = of(id);
      return value === undefined ? undefined : [value];
    };
    return {
      Name: `Metrics of ${name}`,
      Status: statusOf(status),
      InputVoltage: of(facts.inputVoltage),
      InputCurrentAmps: of(facts.inputCurrent),
      InputPowerWatts: of(facts.inputPower),
      OutputPowerWatts: of(facts.outputPower),
      RailVoltage: inList(facts.outputVoltage),
      RailCurrentAmps: inList(facts.outputCurrent),
      TemperatureCelsius: of(facts.temperature),
    };
  },
});

export const powerSuppliesOf = (app: App, chassis: string): PowerSupply[] =>
  [...app.board.powerSupplies.values()].filter((supply) => supply.chassis === chassis);

/** What the supply's own FRU says of it, where it has one. */
export function supplyNames(
  app: App,
  { facts }: PowerSupply,
): Pick<PowerSupplyBody, 'Manufacturer' | 'Model' | 'PartNumber' | 'SerialNumber'> {
  const fru = facts.fru === undefined ? undefined : app.board.frus.get(facts.fru);
  if (fru === undefined) return {};
  return {
    Manufacturer: fru.manufacturer,
    Model: fru.model,
    PartNumber: fru.partNumber,
    SerialNumber: fru.serialNumber,
  };
}

/** Links to the supplies of a chassis. */
export const powerSupplyLinks = (app: App, chassis: string): Link[] =>
  links(powerSuppliesOf(app, chassis).map(powerSupplyUri));
