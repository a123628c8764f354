/** The network of the management controller: its state, its settings, and the backend that applies changes. */

export interface Ipv4Address {
  readonly address: string;
  readonly subnetMask: string;
  readonly gateway: string | null;
  /** Null: unknown. */
  readonly origin: 'Static' | 'DHCP' | 'IPv4LinkLocal' | null;
}

export interface Ipv6Address {
  readonly address: string;
  readonly prefixLength: number;
  readonly origin: 'Static' | 'DHCPv6' | 'LinkLocal' | 'SLAAC' | null;
  /** RFC 4862 clause 5.5.4. */
  readonly state: 'Preferred' | 'Deprecated' | 'Tentative' | 'Failed' | null;
}

export interface StaticIpv4 {
  readonly address: string;
  readonly prefixLength: number;
  readonly gateway: string | null;
}

export interface StaticIpv6 {
  readonly address: string;
  readonly prefixLength: number;
}

export interface StaticGateway6 {
  readonly address: string;
  /** Told by clients and shown to them; a default route has no use for it. Null: it was not told. */
  readonly prefixLength: number | null;
}

/** Settings of an interface. Static IPv4 addresses are inactive while DHCP is enabled. */
export interface InterfaceSettings {
  readonly enabled: boolean;
  /** Null: the permanent address of the hardware. */
  readonly macAddress: string | null;
  /** Octets; null: the driver's default. */
  readonly mtu: number | null;
  readonly vlan: { readonly enabled: boolean; readonly id: number | null; readonly priority: number };
  readonly dhcp4: {
    readonly enabled: boolean;
    readonly useDns: boolean;
    readonly useDomain: boolean;
    readonly useGateway: boolean;
    readonly useNtp: boolean;
    readonly useRoutes: boolean;
  };
  readonly dhcp6: {
    readonly enabled: boolean;
    readonly useDns: boolean;
    readonly useDomain: boolean;
    readonly useNtp: boolean;
    readonly rapidCommit: boolean;
  };
  /** IPv4 link-local addresses (RFC 3927), and IPv6 addresses from router advertisements (RFC 4862). */
  readonly autoconf: { readonly ipv4: boolean; readonly ipv6: boolean };
  /** At most one: OCP profiles require a gateway with each address, and an interface has one gateway. */
  readonly ipv4: readonly StaticIpv4[];
  readonly ipv6: readonly StaticIpv6[];
  readonly gateways6: readonly StaticGateway6[];
  readonly nameServers: readonly string[];
}

export const defaultInterfaceSettings: InterfaceSettings = {
  enabled: true,
  macAddress: null,
  mtu: null,
  vlan: { enabled: false, id: null, priority: 0 },
  dhcp4: {
    enabled: true,
    useDns: true,
    useDomain: false,
    useGateway: true,
    useNtp: true,
    useRoutes: true,
  },
  dhcp6: { enabled: true, useDns: true, useDomain: false, useNtp: true, rapidCommit: true },
  autoconf: { ipv4: false, ipv6: true },
  ipv4: [],
  ipv6: [],
  gateways6: [],
  nameServers: [],
};

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
  readonly ipv6Gateway: string | null;
  readonly settings: InterfaceSettings;
  /** True: settings of this service; false: of the system. */
  readonly own: boolean;
}

/** An entry of the address selection table (RFC 6724 clause 2.1). */
export interface AddressPolicy {
  readonly prefix: string;
  readonly precedence: number;
  readonly label: number;
}

export interface ManagerNetwork {
  /** Host name without a domain. */
  readonly hostName: string;
  readonly domain: string | null;
  readonly nameServers: readonly string[];
  readonly interfaces: readonly NetworkInterface[];
  readonly ntp: {
    readonly enabled: boolean;
    readonly servers: readonly string[];
    /** NTP servers from DHCP. */
    readonly suppliedServers: readonly string[];
  };
  /** Null: the system has no SSH server. */
  readonly ssh: { readonly enabled: boolean; readonly port: number } | null;
  readonly addressPolicies: readonly AddressPolicy[];
  /** False: no network daemon applies changes, so the network is read-only. */
  readonly configurable: boolean;
}

/** Returns the fully qualified name; the host name when no domain is known. */
export const fqdnOf = ({ hostName, domain }: Pick<ManagerNetwork, 'hostName' | 'domain'>): string =>
  domain === null ? hostName : `${hostName}.${domain}`;

/** One change. Settings of null restore the system's own configuration of an interface. */
export type NetworkChange =
  | { readonly kind: 'interface'; readonly id: string; readonly settings: InterfaceSettings | null }
  | { readonly kind: 'name'; readonly hostName: string; readonly domain: string | null }
  | { readonly kind: 'time'; readonly enabled: boolean; readonly servers: readonly string[] }
  | { readonly kind: 'ssh'; readonly enabled: boolean }
  | { readonly kind: 'addressPolicies'; readonly policies: readonly AddressPolicy[] };

/** Applies changes: through the network daemon on a board, in memory on a twin. */
export interface NetworkBackend {
  /** Returns the state, at most a few seconds old, without waiting. */
  read(): ManagerNetwork;
  /** Stores a change durably, all or nothing; `activate` makes it effective. @throws NetworkError */
  write(change: NetworkChange): void;
  /** Makes a written change effective. @throws NetworkError */
  activate(change: NetworkChange): Promise<void>;
}

export type NetworkFailure = 'file' | 'command-missing' | 'command-failed' | 'command-timeout';

/** A change failed; the message names the operation and its result. */
export class NetworkError extends Error {
  readonly reason: NetworkFailure;

  constructor(reason: NetworkFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NetworkError';
    this.reason = reason;
  }
}
