/**
 * The management controller's own network as the running system has it. Everything is read from the kernel and from
 * the files that every Linux keeps; what cannot be read is null.
 */
import { readFileSync } from 'node:fs';
import { hostname, type NetworkInterfaceInfo, networkInterfaces } from 'node:os';

export interface Ipv4Address {
  readonly address: string;
  readonly subnetMask: string;
  readonly gateway: string | null;
}

export interface Ipv6Address {
  readonly address: string;
  readonly prefixLength: number;
  readonly linkLocal: boolean;
}

export interface NetworkInterface {
  readonly id: string;
  readonly macAddress: string;
  readonly permanentMacAddress: string | null;
  readonly up: boolean;
  readonly linkUp: boolean | null;
  readonly speedMbps: number | null;
  readonly fullDuplex: boolean | null;
  readonly mtu: number | null;
  readonly ipv4: readonly Ipv4Address[];
  readonly ipv6: readonly Ipv6Address[];
}

export interface ManagerNetwork {
  readonly hostName: string;
  /** Fully qualified name; the host name alone where no domain is known. */
  readonly fqdn: string;
  readonly nameServers: readonly string[];
  readonly interfaces: readonly NetworkInterface[];
}

/** How long a reading of the system is good for; a GET must not walk sysfs each time. */
const freshness = 2_000;

/** Reads the network of this machine below `root`, keeping each reading for two seconds. */
export function systemNetwork(root = '/'): { read(): ManagerNetwork } {
  let last: { readonly at: number; readonly network: ManagerNetwork } | undefined;
  return {
    read() {
      const now = Date.now();
      // A clock that steps back must not freeze what was read.
      if (last === undefined || now < last.at || now - last.at > freshness) {
        last = { at: now, network: readNetwork(root) };
      }
      return last.network;
    },
  };
}

function readNetwork(root: string): ManagerNetwork {
  const gateways = defaultGateways(text(`${root}proc/net/route`) ?? '');
  const resolv = text(`${root}etc/resolv.conf`) ?? '';
  const domain = /^\s*(?:domain|search)\s+(\S+)/m.exec(resolv)?.[1];
  const name = hostname();
  const short = name.split('.')[0] ?? name;
  return {
    hostName: short,
    fqdn: name.includes('.') ? name : domain === undefined ? name : `${name}.${domain}`,
    nameServers: [...resolv.matchAll(/^\s*nameserver\s+(\S+)/gm)].map((match) => match[1] ?? ''),
    interfaces: Object.entries(networkInterfaces())
      .filter(([, addresses]) => addresses?.some((address) => !address.internal))
      .map(([id, addresses]) => readInterface(root, id, addresses ?? [], gateways.get(id) ?? null)),
  };
}

function readInterface(
  root: string,
  id: string,
  addresses: readonly NetworkInterfaceInfo[],
  gateway: string | null,
): NetworkInterface {
  const attribute = (name: string) => text(`${root}sys/class/net/${id}/${name}`)?.trim() ?? null;
  const number = (name: string) => {
    const value = Number(attribute(name) ?? Number.NaN);
    // A link that is down reports -1.
    return Number.isInteger(value) && value >= 0 ? value : null;
  };
  const carrier = attribute('carrier');
  const duplex = attribute('duplex');
  const macAddress = attribute('address') ?? addresses[0]?.mac ?? '00:00:00:00:00:00';
  return {
    id,
    macAddress,
    permanentMacAddress: attribute('addr_assign_type') === '0' ? macAddress : null,
    up: attribute('operstate') !== 'down',
    linkUp: carrier === null ? null : carrier === '1',
    speedMbps: number('speed'),
    fullDuplex: duplex === 'full' ? true : duplex === 'half' ? false : null,
    mtu: number('mtu'),
    ipv4: addresses
      .filter((each) => each.family === 'IPv4')
      .map((each) => ({ address: each.address, subnetMask: each.netmask, gateway })),
    ipv6: addresses
      .filter((each) => each.family === 'IPv6')
      .map((each) => ({
        address: each.address,
        prefixLength: Number(each.cidr?.split('/')[1] ?? 64),
        linkLocal: each.scopeid !== 0,
      })),
  };
}

/** Default gateways by interface, from /proc/net/route (addresses in host byte order, hexadecimal). */
export function defaultGateways(table: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of table.split('\n').slice(1)) {
    const [name, destination, gateway] = line.trim().split(/\s+/);
    if (
      name === undefined ||
      destination !== '00000000' ||
      gateway === undefined ||
      !/^[0-9A-F]{8}$/i.test(gateway)
    )
      continue;
    const bytes = (gateway.match(/../g) ?? []).map((hex) => Number.parseInt(hex, 16)).reverse();
    if (!found.has(name)) found.set(name, bytes.join('.'));
  }
  return found;
}

function text(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
