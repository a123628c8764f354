/** Network interfaces of a BMC: shown, and set. */
import { isIPv4 } from 'node:net';
import { isObject, type JsonObject, valueAt } from '@redfishd/client';
import type { Bmc } from '../bmc.ts';
import { CommandError, usageError } from '../exit.ts';
import type { Arguments } from '../options.ts';
import type { Row } from '../output.ts';

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

const addressesOf = (list: unknown, mask: string): string[] =>
  (Array.isArray(list) ? list : [])
    .filter(isObject)
    // The unspecified address stands for an entry that is not in use.
    .filter(({ Address }) => typeof Address === 'string' && !['', '::', '0.0.0.0'].includes(Address))
    .map(
      (entry) =>
        `${entry.Address}${entry[mask] === undefined || entry[mask] === null ? '' : `/${prefixOf(entry[mask])}`}`,
    );

/** The length of a prefix; of a mask such as 255.255.255.0 its bits. */
export function prefixOf(mask: unknown): string {
  if (typeof mask !== 'string' || !/^\d+(\.\d+){3}$/.test(mask)) return String(mask);
  const bits = mask.split('.').map((byte) => Number(byte).toString(2).replaceAll('0', '').length);
  return String(bits.reduce((sum, count) => sum + count, 0));
}

function portRow(port: JsonObject): Row {
  const v4 = Array.isArray(port.IPv4Addresses) ? port.IPv4Addresses.filter(isObject) : [];
  const servers = Array.isArray(port.NameServers) ? port.NameServers : [];
  return {
    id: text(port.Id),
    mac: text(port.MACAddress),
    link: text(port.LinkStatus),
    speedMbps: port.SpeedMbps ?? null,
    dhcp: valueAt(port, 'DHCPv4/DHCPEnabled') ?? null,
    ipv4: addressesOf(v4, 'SubnetMask'),
    gateway: text(v4.map(({ Gateway }) => Gateway).find((gateway) => typeof gateway === 'string')),
    ipv6: addressesOf(port.IPv6Addresses, 'PrefixLength'),
    vlan: valueAt(port, 'VLAN/VLANEnable') === true ? (valueAt(port, 'VLAN/VLANId') ?? null) : null,
    hostName: text(port.HostName),
    nameServers: servers.filter((one) => typeof one === 'string'),
  };
}

/** The mask of a prefix: 24 → 255.255.255.0. */
export function maskOf(bits: number): string {
  const mask = bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
  return [24, 16, 8, 0].map((shift) => (mask >>> shift) & 0xff).join('.');
}

/** The static address of `--ip A/N --gateway G`. @throws CommandError `usage` */
function addressOf(ip: string, gateway: string | undefined): JsonObject {
  const [address = '', prefix = ''] = ip.split('/', 2);
  if (!isIPv4(address) || !/^\d+$/.test(prefix) || Number(prefix) > 32)
    throw usageError(`--ip ${ip}: give an address with its prefix, as in 192.0.2.7/24`);
  if (gateway !== undefined && !isIPv4(gateway)) throw usageError(`--gateway ${gateway} is no IPv4 address`);
  const more = gateway === undefined ? {} : { Gateway: gateway };
  return { Address: address, SubnetMask: maskOf(Number(prefix)), ...more };
}

/** The changes of `net set`. @throws CommandError `usage` */
export function netChanges(args: Arguments): JsonObject {
  const [ip, gateway, hostName] = [args.text('ip'), args.text('gateway'), args.text('hostname')];
  if (args.has('dhcp') && ip !== undefined) throw usageError('give --dhcp or --ip, not both');
  if (gateway !== undefined && ip === undefined) throw usageError('--gateway belongs to --ip');
  const vlan = args.text('vlan') === 'none' ? 0 : args.number('vlan', 1);
  if (vlan !== undefined && (!Number.isInteger(vlan) || vlan > 4094))
    throw usageError('--vlan: give 1 to 4094, or none');
  const changes: JsonObject = {
    ...(args.has('dhcp') ? { DHCPv4: { DHCPEnabled: true } } : {}),
    ...(ip === undefined
      ? {}
      : { DHCPv4: { DHCPEnabled: false }, IPv4StaticAddresses: [addressOf(ip, gateway)] }),
    ...(vlan === undefined
      ? {}
      : { VLAN: vlan === 0 ? { VLANEnable: false } : { VLANEnable: true, VLANId: vlan } }),
    ...(hostName === undefined ? {} : { HostName: hostName }),
  };
  if (!Object.keys(changes).length) throw usageError('net set: give --dhcp, --ip, --vlan or --hostname');
  return changes;
}

/** The interface that --interface names, or the only one. */
function chosenPort(bmc: Bmc, ports: readonly JsonObject[]): JsonObject {
  const wanted = bmc.args.text('interface');
  const found = wanted === undefined ? ports : ports.filter(({ Id }) => Id === wanted);
  const ids = ports.map(({ Id }) => Id).join(', ');
  const [port] = found;
  if (port === undefined)
    throw new CommandError(
      'missing',
      `${bmc.name}: no interface ${wanted ?? ''}; there are: ${ids || 'none'}`,
    );
  if (found.length > 1)
    throw usageError(`${bmc.name} has several interfaces: give --interface ${ids.replaceAll(', ', ' | ')}`);
  return port;
}

/** `net [show]`, `net set …`: the interfaces of the managers. */
export async function net(bmc: Bmc): Promise<Row[]> {
  const [word = 'show'] = bmc.args.words;
  if (word !== 'show' && word !== 'set') throw usageError(`net ${word}: give show or set`);
  const changes = word === 'set' ? netChanges(bmc.args) : undefined;
  const managers = await bmc.managers();
  const ports = (await Promise.all(managers.map((one) => bmc.members(one.EthernetInterfaces)))).flat();
  if (!changes) return ports.map(portRow);
  return [portRow(await bmc.patch(chosenPort(bmc, ports), changes))];
}
