/**
 * The network of a twin: one interface with addresses that are kept for documentation (RFC 5737, RFC 3849), as if a DHCP
 * server and a router were present. Its configuration is kept in the settings, so it survives a restart.
 */
import { createHash } from 'node:crypto';
import { defaultPolicies } from '../network/address-policies.ts';
import { canonicalIpv6, eui64, maskOf } from '../network/addresses.ts';
import {
  type AddressPolicy,
  defaultInterfaceSettings,
  type InterfaceSettings,
  type Ipv4Address,
  type Ipv6Address,
  type ManagerNetwork,
  type NetworkBackend,
  type NetworkChange,
  type NetworkInterface,
} from '../network/model.ts';
import { isLike } from '../network/shape.ts';

const id = 'eth0';
const gigabit = 1000;
const defaultMtu = 1500;

/** Configuration that the simulated servers provide. */
const lease = {
  address: '192.0.2.10',
  prefixLength: 24,
  gateway: '192.0.2.1',
  nameServers: ['192.0.2.53'],
  timeServers: ['192.0.2.123'],
  domain: 'example.com',
};
const lease6 = { address: '2001:db8::10', nameServers: ['2001:db8::53'] };
const router = { prefix: '2001:db8:0:0:', gateway: 'fe80::1' };

interface Configured {
  readonly settings: InterfaceSettings;
  readonly own: boolean;
  readonly hostName: string;
  readonly domain: string | null;
  readonly ntp: { readonly enabled: boolean; readonly servers: readonly string[] };
  readonly ssh: boolean;
  readonly addressPolicies: readonly AddressPolicy[];
}

const key = 'twin.network';

/** Where the configuration is kept, as the settings of the store are. */
export interface KeptSettings {
  json<T>(key: string, read: (value: unknown) => T | undefined, initial: T): T;
  setJson(key: string, value: unknown): void;
}

/** @param uuid of the service: the MAC address follows from it, so that twins differ. */
export function twinNetwork(settings: KeptSettings, uuid: string): NetworkBackend {
  const initial: Configured = {
    settings: defaultInterfaceSettings,
    own: false,
    hostName: `bmc-${uuid.slice(-4)}`,
    domain: null,
    ntp: { enabled: false, servers: [] },
    ssh: false,
    addressPolicies: defaultPolicies,
  };
  const mac = macOf(uuid);
  let configured = settings.json<Configured>(
    key,
    (value) => (isLike(value, initial) ? value : undefined),
    initial,
  );
  /** State of the interface; a change takes effect when it is activated. */
  let active = configured.settings;
  return {
    read: () => networkOf(configured, active, mac),
    write(change) {
      const next = after(configured, change);
      settings.setJson(key, next);
      configured = next;
    },
    async activate(change) {
      if (change.kind === 'interface') active = configured.settings;
    },
  };
}

function after(configured: Configured, change: NetworkChange): Configured {
  switch (change.kind) {
    case 'interface':
      return {
        ...configured,
        settings: change.settings ?? defaultInterfaceSettings,
        own: change.settings !== null,
      };
    case 'name':
      return { ...configured, hostName: change.hostName, domain: change.domain };
    case 'time':
      return { ...configured, ntp: { enabled: change.enabled, servers: change.servers } };
    case 'ssh':
      return { ...configured, ssh: change.enabled };
    case 'addressPolicies':
      return { ...configured, addressPolicies: change.policies };
  }
}

/** A locally administered address, as software gives them to interfaces (IEEE 802 clause 8.4). */
function macOf(uuid: string): string {
  const digest = createHash('sha256').update(uuid).digest('hex').slice(0, 10);
  return `02:${(digest.match(/../g) ?? []).join(':')}`;
}

function networkOf(configured: Configured, active: InterfaceSettings, mac: string): ManagerNetwork {
  const { dhcp4, dhcp6 } = active;
  const leased = active.enabled && dhcp4.enabled;
  const leased6 = active.enabled && dhcp6.enabled;
  return {
    hostName: configured.hostName,
    domain: configured.domain ?? (leased && dhcp4.useDomain ? lease.domain : null),
    nameServers: [
      ...active.nameServers,
      ...(leased && dhcp4.useDns ? lease.nameServers : []),
      ...(leased6 && dhcp6.useDns ? lease6.nameServers : []),
    ],
    interfaces: [interfaceOf(configured, active, mac)],
    ntp: { ...configured.ntp, suppliedServers: leased && dhcp4.useNtp ? lease.timeServers : [] },
    ssh: { enabled: configured.ssh, port: 22 },
    addressPolicies: configured.addressPolicies,
    configurable: true,
  };
}

function interfaceOf(
  { settings, own }: Configured,
  active: InterfaceSettings,
  permanent: string,
): NetworkInterface {
  const mac = active.macAddress ?? permanent;
  const routed = active.autoconf.ipv6 || active.dhcp6.enabled;
  return {
    ...{ id, settings, own, macAddress: mac, permanentMacAddress: permanent },
    up: active.enabled,
    linkUp: active.enabled,
    speedMbps: gigabit,
    fullDuplex: true,
    mtu: active.mtu ?? defaultMtu,
    ipv4: active.enabled ? ipv4Of(active) : [],
    ipv6: active.enabled ? ipv6Of(active, mac) : [],
    ipv6Gateway: active.enabled ? (active.gateways6[0]?.address ?? (routed ? router.gateway : null)) : null,
  };
}

function ipv4Of({ dhcp4, ipv4 }: InterfaceSettings): Ipv4Address[] {
  if (!dhcp4.enabled) {
    return ipv4.map(({ address, prefixLength, gateway }) => ({
      ...{ address, gateway, subnetMask: maskOf(prefixLength) },
      origin: 'Static',
    }));
  }
  const gateway = dhcp4.useGateway ? lease.gateway : null;
  return [{ address: lease.address, subnetMask: maskOf(lease.prefixLength), gateway, origin: 'DHCP' }];
}

function ipv6Of({ autoconf, dhcp6, ipv6 }: InterfaceSettings, mac: string): Ipv6Address[] {
  const state = 'Preferred';
  return [
    { address: eui64('fe80:0:0:0:', mac), prefixLength: 64, origin: 'LinkLocal', state },
    ...ipv6.map(
      ({ address, prefixLength }): Ipv6Address => ({
        ...{ address: canonicalIpv6(address) ?? address, prefixLength, state },
        origin: 'Static',
      }),
    ),
    ...(autoconf.ipv6
      ? [{ address: eui64(router.prefix, mac), prefixLength: 64, origin: 'SLAAC', state } as const]
      : []),
    ...(dhcp6.enabled
      ? [{ address: lease6.address, prefixLength: 128, origin: 'DHCPv6', state } as const]
      : []),
  ];
}
