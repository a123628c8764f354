/**
 * The state of the network from sysfs, procfs and resolv.conf. Unreadable values are null. Nothing here waits or starts a
 * process.
 */
import type { NetworkInterfaceInfo } from 'node:os';
import { canonicalIpv6, isLinkLocalIpv6 } from './addresses.ts';
import { namesIn, textOf } from './files.ts';
import type { InterfaceSettings, Ipv4Address, Ipv6Address, NetworkInterface } from './model.ts';

/** Addresses as `os.networkInterfaces()` gives them. */
export type AddressList = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/** ARPHRD_ETHER of linux/if_arp.h. */
const ethernet = '1';

/** Returns the Ethernet interfaces with hardware; all of them when none has hardware (a container). */
export function interfaceNames(root: string): string[] {
  const all = namesIn(`${root}sys/class/net`).filter((name) => {
    const kind = /^DEVTYPE=(.*)$/m.exec(textOf(`${root}sys/class/net/${name}/uevent`) ?? '')?.[1];
    return attribute(root, name, 'type') === ethernet && kind !== 'vlan' && kind !== 'bridge';
  });
  const physical = all.filter((name) => namesIn(`${root}sys/class/net/${name}`).includes('device'));
  return (physical.length > 0 ? physical : all).sort();
}

/** Returns the state of an interface. `over` is the name of its VLAN interface, which then has the addresses. */
export function readInterface(
  root: string,
  id: string,
  over: string,
  settings: InterfaceSettings,
  addresses: AddressList,
): Omit<NetworkInterface, 'own'> {
  const number = (name: string) => {
    const value = Number(attribute(root, id, name) ?? Number.NaN);
    // A link that is down reports -1.
    return Number.isInteger(value) && value >= 0 ? value : null;
  };
  const up = isUp(attribute(root, id, 'flags'));
  // The attribute `carrier` cannot be read while the interface is down.
  const carrier = up ? attribute(root, id, 'carrier') : '0';
  const duplex = attribute(root, id, 'duplex');
  const macAddress = attribute(root, id, 'address') ?? '00:00:00:00:00:00';
  const gateway = ipv4Gateways(textOf(`${root}proc/net/route`) ?? '').get(over) ?? null;
  return {
    id,
    macAddress,
    // 0 is NET_ADDR_PERM of linux/netdevice.h.
    permanentMacAddress: attribute(root, id, 'addr_assign_type') === '0' ? macAddress : null,
    up,
    linkUp: carrier === null ? null : carrier === '1',
    speedMbps: number('speed'),
    fullDuplex: duplex === 'full' ? true : duplex === 'half' ? false : null,
    mtu: number('mtu'),
    ipv4: (addresses[over] ?? [])
      .filter(({ family }) => family === 'IPv4')
      .map((each, index) => ({
        address: each.address,
        subnetMask: each.netmask,
        // An interface has one default gateway; only the first address shows it.
        gateway: index === 0 ? gateway : null,
        origin: ipv4Origin(each.address, settings),
      })),
    ipv6: ipv6Addresses(textOf(`${root}proc/net/if_inet6`) ?? '', over, settings),
    ipv6Gateway: ipv6Gateways(textOf(`${root}proc/net/ipv6_route`) ?? '').get(over) ?? null,
    settings,
  };
}

/** IFF_UP of linux/if.h. */
const isUp = (flags: string | null): boolean => (Number(flags ?? 0) & 1) === 1;

/** Derives the origin of an IPv4 address from the settings: the kernel does not record it. */
function ipv4Origin(address: string, { dhcp4, ipv4 }: InterfaceSettings): Ipv4Address['origin'] {
  if (address.startsWith('169.254.')) return 'IPv4LinkLocal';
  if (dhcp4.enabled) return 'DHCP';
  return ipv4.some((each) => each.address === address) ? 'Static' : null;
}

/** Flags of an address in linux/if_addr.h. */
const flag = { dadFailed: 0x08, deprecated: 0x20, tentative: 0x40, permanent: 0x80 };

/** Returns the addresses of an interface from /proc/net/if_inet6 (address, index, prefix length, scope, flags, name). */
export function ipv6Addresses(
  table: string,
  id: string,
  { ipv6 }: Pick<InterfaceSettings, 'ipv6'>,
): Ipv6Address[] {
  return table.split('\n').flatMap((line): Ipv6Address[] => {
    const [hex = '', , length = '', , bits = '', name] = line.trim().split(/\s+/);
    const address = ipv6OfHex(hex);
    if (name !== id || address === undefined) return [];
    const prefixLength = Number.parseInt(length, 16);
    const flags = Number.parseInt(bits, 16);
    const isStatic = ipv6.some((each) => canonicalIpv6(each.address) === address);
    return [
      {
        address,
        prefixLength,
        origin: isLinkLocalIpv6(address)
          ? 'LinkLocal'
          : isStatic || (flags & flag.permanent) !== 0
            ? 'Static'
            : // DHCPv6 hands out single addresses, router advertisements prefixes.
              prefixLength === 128
              ? 'DHCPv6'
              : 'SLAAC',
        state:
          (flags & flag.dadFailed) !== 0
            ? 'Failed'
            : (flags & flag.tentative) !== 0
              ? 'Tentative'
              : (flags & flag.deprecated) !== 0
                ? 'Deprecated'
                : 'Preferred',
      },
    ];
  });
}

/** Returns the address of 32 hexadecimal digits; undefined for any other text. */
const ipv6OfHex = (hex: string): string | undefined =>
  /^[0-9a-f]{32}$/i.test(hex) ? canonicalIpv6((hex.match(/.{4}/g) ?? []).join(':')) : undefined;

/** Returns the default gateways by interface from /proc/net/route (hexadecimal addresses in host byte order). */
export function ipv4Gateways(table: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of table.split('\n').slice(1)) {
    const [name = '', destination, gateway = ''] = line.trim().split(/\s+/);
    if (destination !== '00000000' || !/^[0-9A-F]{8}$/i.test(gateway) || /^0+$/.test(gateway)) continue;
    const bytes = (gateway.match(/../g) ?? []).map((hex) => Number.parseInt(hex, 16)).reverse();
    if (!found.has(name)) found.set(name, bytes.join('.'));
  }
  return found;
}

/** RTF_REJECT of linux/route.h: an unreachable destination. */
const reject = 0x0200;

/** Returns the default gateways by interface from /proc/net/ipv6_route. */
export function ipv6Gateways(table: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of table.split('\n')) {
    const [destination, length, , , gateway = '', , , , flags = '', name = ''] = line.trim().split(/\s+/);
    const address = ipv6OfHex(gateway);
    if (!/^0{32}$/.test(destination ?? '') || length !== '00' || address === undefined || address === '::')
      continue;
    if ((Number.parseInt(flags, 16) & reject) === 0 && !found.has(name)) found.set(name, address);
  }
  return found;
}

/** Returns the name servers and the search domain of a resolv.conf(5). */
export function resolverOf(text: string): { readonly servers: string[]; readonly domain: string | null } {
  return {
    servers: [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)].map((match) => match[1] ?? ''),
    domain: /^\s*(?:domain|search)\s+([^\s.]\S*)/m.exec(text)?.[1] ?? null,
  };
}

/** Whether a socket listens on a TCP port, from /proc/net/tcp and tcp6 (0A is TCP_LISTEN). */
export function isListening(tables: string, port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return new RegExp(`^\\s*\\d+: [0-9A-F]+:${hex} [0-9A-F]+:0000 0A `, 'm').test(tables);
}

const attribute = (root: string, id: string, name: string): string | null =>
  textOf(`${root}sys/class/net/${id}/${name}`)?.trim() ?? null;
