import type { PowerSupply } from '../../../board/model.ts';
import { type App, collection, resource } from '../../app.ts';
import { link, links, statusOf } from '../../mapping/common.ts';
import type { JsonObject } from '../../service/json.ts';
import { chassisUri, powerSupplyUri } from '../../uris.ts';
import { excerpt } from './sensors.ts';

const find = (
  app: App,
  { ChassisId, PowerSupplyId }: Readonly<Record<string, string>>,
): PowerSupply | undefined => {
  const found = app.board.powerSupplies.get(PowerSupplyId ?? '');
  return found?.chassis === ChassisId ? found : undefined;
};

export const powerSupply = resource<PowerSupply>({
  uri: '/redfish/v1/Chassis/{ChassisId}/PowerSubsystem/PowerSupplies/{PowerSupplyId}',
  schema: 'PowerSupply',
  ids: (app, { ChassisId }) => powerSuppliesOf(app, ChassisId ?? '').map(({ id }) => id),
  find,
  body: (supply, { app, uri }) => ({
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
  exists: (app, { ChassisId }) => app.board.chassis.has(ChassisId ?? ''),
});

export const powerSupplyMetrics = resource<PowerSupply>({
  uri: '/redfish/v1/Chassis/{ChassisId}/PowerSubsystem/PowerSupplies/{PowerSupplyId}/Metrics',
  schema: 'PowerSupplyMetrics',
  find,
  body: ({ facts, name, status }, { app }) => {
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
export function supplyNames(app: App, { facts }: PowerSupply): JsonObject {
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
export const powerSupplyLinks = (app: App, chassis: string): JsonObject[] =>
  links(powerSuppliesOf(app, chassis).map(powerSupplyUri));
