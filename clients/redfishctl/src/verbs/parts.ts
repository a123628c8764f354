/** What a BMC manages: overview and inventory. */
import { isObject, type JsonObject, valueAt } from '@redfishd/client';
import type { Bmc } from '../bmc.ts';
import type { Row } from '../output.ts';

const text = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : null;

const at = (resource: JsonObject, path: string): string | null => text(valueAt(resource, path));

/** `status`: each system with its manager's state. */
export async function status(bmc: Bmc): Promise<Row[]> {
  const [systems, managers] = [await bmc.systems(), await bmc.managers()];
  const chassis = systems.length === 1 ? await bmc.chassis() : [];
  const intrusion = chassis
    .map((one) => at(one, 'PhysicalSecurity/IntrusionSensor'))
    .find((value) => value !== null);
  return systems.map((system) => ({
    system: system.Id ?? null,
    power: at(system, 'PowerState'),
    health: at(system, 'Status/HealthRollup') ?? at(system, 'Status/Health'),
    state: at(system, 'Status/State'),
    bootProgress: at(system, 'BootProgress/LastState'),
    lastReset: at(system, 'LastResetTime'),
    policy: at(system, 'PowerRestorePolicy'),
    intrusion: intrusion ?? null,
    model: at(system, 'Model'),
    serial: at(system, 'SerialNumber'),
    manager: managers.map((one) => one.Id).join(',') || null,
    firmware: managers.map((one) => text(one.FirmwareVersion) ?? '').join(',') || null,
    managerHealth: managers.map((one) => at(one, 'Status/Health') ?? '').join(',') || null,
  }));
}

const partRow = (kind: string, part: JsonObject): Row => ({
  kind,
  id: text(part.Id) ?? text(part.MemberId),
  name: text(part.Name) ?? text(part.ProductName),
  manufacturer: text(part.Manufacturer) ?? text(part.Producer) ?? text(part.Vendor),
  model: text(part.Model),
  partNumber: text(part.PartNumber),
  serialNumber: text(part.SerialNumber),
  state: at(part, 'Status/State'),
  health: at(part, 'Status/Health'),
  firmware: text(part.FirmwareVersion) ?? text(part.BiosVersion),
  location:
    at(part, 'Location/PartLocation/ServiceLabel') ?? at(part, 'PhysicalLocation/PartLocation/ServiceLabel'),
});

/** Collections below a resource, by the path of links that leads to them. */
const collections = {
  system: { processor: 'Processors', memory: 'Memory', nic: 'EthernetInterfaces' },
  chassis: {
    'power-supply': 'PowerSubsystem/PowerSupplies',
    fan: 'ThermalSubsystem/Fans',
    pcie: 'PCIeDevices',
    adapter: 'NetworkAdapters',
    leak: 'ThermalSubsystem/LeakDetection/LeakDetectors',
  },
  manager: {},
} as const;

/** Follows links by name, each read as a resource but the last. */
async function linkAt(bmc: Bmc, resource: JsonObject, path: string): Promise<unknown> {
  const [first = '', ...rest] = path.split('/');
  if (!rest.length) return resource[first];
  const next = await bmc.follow(resource[first]);
  return next && linkAt(bmc, next, rest.join('/'));
}

/** Drives are linked, not contained, so that each comes from its storage. */
async function drives(bmc: Bmc, system: JsonObject): Promise<Row[]> {
  const storages = await bmc.members(system.Storage);
  const links = storages.flatMap(({ Drives }) => (Array.isArray(Drives) ? Drives : []));
  const found = await Promise.all(links.map((link) => bmc.follow(link)));
  return found.filter((drive) => drive !== undefined).map((drive) => partRow('drive', drive));
}

async function assemblies(bmc: Bmc, resource: JsonObject): Promise<Row[]> {
  const assembly = await bmc.follow(resource.Assembly);
  const list = assembly?.Assemblies;
  return (Array.isArray(list) ? list : []).filter(isObject).map((part) => partRow('assembly', part));
}

async function partsOf(bmc: Bmc, kind: keyof typeof collections, resource: JsonObject): Promise<Row[]> {
  const lists = await Promise.all(
    Object.entries(collections[kind]).map(async ([name, path]: [string, string]) => {
      const members = await bmc.members(await linkAt(bmc, resource, path));
      return members.map((member) => partRow(name, member));
    }),
  );
  const more = kind === 'system' ? await drives(bmc, resource) : await assemblies(bmc, resource);
  return [partRow(kind, resource), ...lists.flat(), ...more];
}

/** `inventory [KIND…]` */
export async function inventory(bmc: Bmc): Promise<Row[]> {
  const groups = await Promise.all([
    ...(await bmc.systems()).map((one) => partsOf(bmc, 'system', one)),
    ...(await bmc.chassis()).map((one) => partsOf(bmc, 'chassis', one)),
    ...(await bmc.managers()).map((one) => partsOf(bmc, 'manager', one)),
  ]);
  const { words } = bmc.args;
  return groups.flat().filter(({ kind }) => !words.length || words.includes(String(kind)));
}
