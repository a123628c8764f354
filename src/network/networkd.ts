/**
 * Converts the settings of an interface to and from files of systemd-networkd (systemd.network(5), systemd.netdev(5)). Other
 * content of the files is kept. A VLAN is an interface of its own on Linux: it has the addresses, and the interface below has
 * none. systemd ignores sections with names that begin with X-; one of them stores inactive addresses.
 */
import { isIPv4 } from 'node:net';
import { flagOf, formatIni, lastOf, parseIni, type Section, valuesOf } from './ini.ts';
import type { InterfaceSettings, StaticIpv4 } from './model.ts';

const resting = 'X-Redfishd';
/** Key of the prefix length of an IPv6 gateway, for which networkd has no place. */
const gatewayPrefix = 'GatewayPrefix';

/** Names of our files. networkd uses the first matching file in order of names. */
export const fileNames = (id: string) => ({
  network: `05-redfishd-${id}.network`,
  vlanDevice: `05-redfishd-${id}-vlan.netdev`,
  vlanNetwork: `05-redfishd-${id}-vlan.network`,
});

/** Returns the name of a VLAN interface. */
export const vlanName = (id: string, vlan: number): string => `${id}.${vlan}`;

/** Equivalent of no file: networkd does not configure the interface. */
export const unmanaged: readonly Section[] = parseIni('[Network]\nDHCP=no\n[IPv6AcceptRA]\nDHCPv6Client=no');

/**
 * Returns the settings of a `.network` file.
 * @param vlan sections of the VLAN interface's file, when it is ours
 */
export function settingsFrom(main: readonly Section[], vlan?: readonly Section[]): InterfaceSettings {
  const file = vlan ?? main;
  const network = (key: string) => lastOf(file, 'Network', key);
  const flag = (section: string, key: string, fallback: boolean) =>
    flagOf(lastOf(file, section, key) ?? lastOf(file, 'DHCP', key), fallback);
  const dhcp = (network('DHCP') ?? 'no').toLowerCase();
  const linkLocal = (network('LinkLocalAddressing') ?? 'ipv6').toLowerCase();
  const advertised = flagOf(network('IPv6AcceptRA'), true);
  const vlanId = Number(lastOf(main, resting, 'VLANId') ?? Number.NaN);
  const mtu = Number(lastOf(main, 'Link', 'MTUBytes') ?? Number.NaN);
  return {
    enabled: !/^(always-)?down$/.test(lastOf(main, 'Link', 'ActivationPolicy') ?? ''),
    macAddress: lastOf(main, 'Link', 'MACAddress') ?? null,
    mtu: Number.isInteger(mtu) ? mtu : null,
    vlan: {
      enabled: vlan !== undefined,
      id: Number.isInteger(vlanId) ? vlanId : null,
      priority: Number(lastOf(main, resting, 'VLANPriority') ?? 0),
    },
    dhcp4: {
      enabled: /^(yes|true|on|1|both|ipv4|v4)$/.test(dhcp),
      useDns: flag('DHCPv4', 'UseDNS', true),
      useDomain: flag('DHCPv4', 'UseDomains', false),
      useGateway: flag('DHCPv4', 'UseGateway', true),
      useNtp: flag('DHCPv4', 'UseNTP', true),
      useRoutes: flag('DHCPv4', 'UseRoutes', true),
    },
    dhcp6: {
      enabled:
        /^(yes|true|on|1|both|ipv6|v6)$/.test(dhcp) ||
        (advertised && !/^(no|false|off|0)$/.test(lastOf(file, 'IPv6AcceptRA', 'DHCPv6Client') ?? 'yes')),
      useDns: flag('DHCPv6', 'UseDNS', true),
      useDomain: flag('DHCPv6', 'UseDomains', false),
      useNtp: flag('DHCPv6', 'UseNTP', true),
      rapidCommit: flag('DHCPv6', 'RapidCommit', true),
    },
    autoconf: {
      ipv4: /^(yes|true|on|1|ipv4)$/.test(linkLocal),
      ipv6: advertised && flagOf(lastOf(file, 'IPv6AcceptRA', 'UseAutonomousPrefix'), true),
    },
    ...addressesFrom(file),
    nameServers: valuesOf(file, 'Network', 'DNS').flatMap((value) => value.split(/\s+/)),
  };
}

function addressesFrom(file: readonly Section[]): Pick<InterfaceSettings, 'ipv4' | 'ipv6' | 'gateways6'> {
  const addresses = ['Network', 'Address', resting].flatMap((name) => valuesOf(file, name, 'Address'));
  const gateways = [
    ...valuesOf(file, 'Network', 'Gateway'),
    ...file.filter(isDefaultRoute).flatMap((section) => valuesOf([section], 'Route', 'Gateway')),
    ...valuesOf(file, resting, 'Gateway'),
  ];
  const parted = addresses.map((each) => {
    const [address = '', length] = each.split('/');
    return { address, prefixLength: Number(length ?? (isIPv4(address) ? 32 : 128)) };
  });
  const gateway = gateways.find((each) => isIPv4(each)) ?? null;
  const prefixes = new Map(
    valuesOf(file, resting, gatewayPrefix).map((each) => {
      const [address = '', length] = each.split('/');
      return [address, Number(length)];
    }),
  );
  return {
    ipv4: parted
      .filter(({ address }) => isIPv4(address))
      .map((each, index): StaticIpv4 => ({ ...each, gateway: index === 0 ? gateway : null })),
    ipv6: parted.filter(({ address }) => address.includes(':')),
    gateways6: gateways
      .filter((each) => each.includes(':'))
      .map((address) => ({ address, prefixLength: prefixes.get(address) ?? null })),
  };
}

const isDefaultRoute = (section: Section): boolean =>
  section.name === 'Route' &&
  section.entries.some(([key]) => key === 'Gateway') &&
  section.entries.every(([key, value]) => key !== 'Destination' || value === '0.0.0.0/0' || value === '::/0');

/** The keys that settings cover, by section; all others in a file are kept. */
const ours: Readonly<Record<string, readonly string[]>> = {
  Link: ['MACAddress', 'MTUBytes', 'ActivationPolicy'],
  Network: ['DHCP', 'LinkLocalAddressing', 'IPv6AcceptRA', 'Address', 'Gateway', 'DNS', 'VLAN'],
  DHCP: ['UseDNS', 'UseDomains', 'UseGateway', 'UseNTP', 'UseRoutes', 'RapidCommit'],
  DHCPv4: ['UseDNS', 'UseDomains', 'UseGateway', 'UseNTP', 'UseRoutes'],
  DHCPv6: ['UseDNS', 'UseDomains', 'UseNTP', 'RapidCommit', 'WithoutRA'],
  IPv6AcceptRA: ['DHCPv6Client', 'UseAutonomousPrefix'],
};

type Entries = readonly (readonly [string, string])[];

/** Returns the files of settings by name; null: the file is removed. */
export function filesOf(
  id: string,
  settings: InterfaceSettings,
  before: readonly Section[],
): ReadonlyMap<string, string | null> {
  const names = fileNames(id);
  const { vlan } = settings;
  const addressing = addressingOf(settings);
  const above = vlan.enabled && vlan.id !== null ? vlanName(id, vlan.id) : undefined;
  const bare: Readonly<Record<string, Entries>> = {
    Network: [
      ...(above === undefined ? [] : [['VLAN', above] as const]),
      ['DHCP', 'no'],
      ['LinkLocalAddressing', 'no'],
      ['IPv6AcceptRA', 'no'],
    ],
  };
  const main = merge(before, {
    Match: [['Name', id]],
    Link: linkOf(settings),
    ...(above === undefined ? addressing : bare),
    [resting]: [...vlanMemory(settings), ...(above === undefined ? restingOf(settings) : [])],
  });
  if (above === undefined) {
    return new Map([
      [names.network, main],
      [names.vlanNetwork, null],
      [names.vlanDevice, null],
    ]);
  }
  const device: Section[] = [
    {
      name: 'NetDev',
      entries: [
        ['Name', above],
        ['Kind', 'vlan'],
      ],
    },
    {
      name: 'VLAN',
      entries: [
        ['Id', String(vlan.id)],
        ...(vlan.priority > 0 ? [['EgressQOSMaps', `0-${vlan.priority}`] as const] : []),
      ],
    },
  ];
  const network = merge([], { Match: [['Name', above]], ...addressing, [resting]: restingOf(settings) });
  return new Map([
    [names.vlanDevice, formatIni(device)],
    [names.vlanNetwork, network],
    [names.network, main],
  ]);
}

const yes = (value: boolean): string => (value ? 'yes' : 'no');

const linkOf = ({ enabled, macAddress, mtu }: InterfaceSettings): Entries => [
  ...(macAddress === null ? [] : [['MACAddress', macAddress] as const]),
  ...(mtu === null ? [] : [['MTUBytes', String(mtu)] as const]),
  ...(enabled ? [] : [['ActivationPolicy', 'always-down'] as const]),
];

function addressingOf(settings: InterfaceSettings): Readonly<Record<string, Entries>> {
  const { dhcp4, dhcp6, autoconf, ipv6, gateways6, nameServers } = settings;
  const ipv4 = dhcp4.enabled ? [] : settings.ipv4;
  const both = dhcp4.enabled && dhcp6.enabled;
  return {
    Network: [
      ['DHCP', both ? 'yes' : dhcp4.enabled ? 'ipv4' : dhcp6.enabled ? 'ipv6' : 'no'],
      ['LinkLocalAddressing', autoconf.ipv4 ? 'yes' : 'ipv6'],
      ['IPv6AcceptRA', yes(autoconf.ipv6 || dhcp6.enabled)],
      ...ipv4.map(({ address, prefixLength }) => ['Address', `${address}/${prefixLength}`] as const),
      ...ipv6.map(({ address, prefixLength }) => ['Address', `${address}/${prefixLength}`] as const),
      ...ipv4.flatMap(({ gateway }) => (gateway === null ? [] : [['Gateway', gateway] as const])),
      ...gateways6.map(({ address }) => ['Gateway', address] as const),
      ...nameServers.map((server) => ['DNS', server] as const),
    ],
    DHCPv4: [
      ['UseDNS', yes(dhcp4.useDns)],
      ['UseDomains', yes(dhcp4.useDomain)],
      ['UseGateway', yes(dhcp4.useGateway)],
      ['UseNTP', yes(dhcp4.useNtp)],
      ['UseRoutes', yes(dhcp4.useRoutes)],
    ],
    DHCPv6: [
      ['UseDNS', yes(dhcp6.useDns)],
      ['UseDomains', yes(dhcp6.useDomain)],
      ['UseNTP', yes(dhcp6.useNtp)],
      ['RapidCommit', yes(dhcp6.rapidCommit)],
      // DHCPv6 starts without a router advertisement.
      ...(dhcp6.enabled ? [['WithoutRA', 'solicit'] as const] : []),
    ],
    IPv6AcceptRA: [
      ['DHCPv6Client', yes(dhcp6.enabled)],
      ['UseAutonomousPrefix', yes(autoconf.ipv6)],
    ],
  };
}

const vlanMemory = ({ vlan }: InterfaceSettings): Entries => [
  ...(vlan.id === null ? [] : [['VLANId', String(vlan.id)] as const]),
  ...(vlan.priority === 0 ? [] : [['VLANPriority', String(vlan.priority)] as const]),
];

/** Returns the inactive static IPv4 addresses while DHCP is enabled. */
const restingOf = ({ dhcp4, ipv4, gateways6 }: InterfaceSettings): Entries => [
  ...(dhcp4.enabled ? ipv4 : []).flatMap(({ address, prefixLength, gateway }) => [
    ['Address', `${address}/${prefixLength}`] as const,
    ...(gateway === null ? [] : [['Gateway', gateway] as const]),
  ]),
  ...gateways6.flatMap(({ address, prefixLength }) =>
    prefixLength === null ? [] : [[gatewayPrefix, `${address}/${prefixLength}`] as const],
  ),
];

/** Returns a file with our entries before the other entries of each section of `before`. */
function merge(before: readonly Section[], entries: Readonly<Record<string, Entries>>): string {
  const rest = before
    .filter((section) => !['Match', 'Address', resting].includes(section.name) && !isDefaultRoute(section))
    .map(({ name, entries: old }) => ({
      name,
      entries: old.filter(([key]) => !ours[name]?.includes(key)),
    }));
  const mine = Object.entries(entries).map(([name, own]) => ({
    name,
    entries: [
      ...own,
      ...rest.filter((section) => section.name === name && merges(name)).flatMap((each) => each.entries),
    ],
  }));
  const others = rest.filter(({ name }) => !(merges(name) && Object.hasOwn(entries, name)));
  return formatIni([...mine, ...others]);
}

/** Whether sections of a name are merged. Sections such as Route describe one object each and are not. */
const merges = (name: string): boolean => Object.hasOwn(ours, name) || name === resting || name === 'Match';
