/** The network of the management controller: what the system shows, what it is told, and what carries that out. */

export interface Ipv4Address {
  readonly address: string;
  readonly subnetMask: string;
  readonly gateway: string | null;
  /** Null where the system does not tell. */
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

/** What an interface is told to be. Static IPv4 addresses rest while DHCP is enabled. */
export interface InterfaceSettings {
  readonly enabled: boolean;
  /** Null: the one that the hardware has. */
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
  /** At most one: the profiles of OCP want a gateway with each address, and an interface has but one. */
  readonly ipv4: readonly StaticIpv4[];
  readonly ipv6: readonly StaticIpv6[];
  readonly gateways6: readonly string[];
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
  /** The settings were made here; otherwise they are the system's own. */
  readonly own: boolean;
}

/** An entry of the address selection table (RFC 6724 clause 2.1). */
export interface AddressPolicy {
  readonly prefix: string;
  readonly precedence: number;
  readonly label: number;
}

export interface ManagerNetwork {
  /** Without any domain. */
  readonly hostName: string;
  readonly domain: string | null;
  readonly nameServers: readonly string[];
  readonly interfaces: readonly NetworkInterface[];
  readonly ntp: {
    readonly enabled: boolean;
    readonly servers: readonly string[];
    /** Those that DHCP brought. */
    readonly suppliedServers: readonly string[];
  };
  /** Null where the system has no SSH server. */
  readonly ssh: { readonly enabled: boolean; readonly port: number } | null;
  readonly addressPolicies: readonly AddressPolicy[];
  /** False where nothing is there that could carry out a change: then all of this can only be read. */
  readonly configurable: boolean;
}

/** The fully qualified name; the host name alone where no domain is known. */
export const fqdnOf = ({ hostName, domain }: Pick<ManagerNetwork, 'hostName' | 'domain'>): string =>
  domain === null ? hostName : `${hostName}.${domain}`;

/** One thing that can be told to the network. Settings of null give an interface back to the system's own. */
export type NetworkChange =
  | { readonly kind: 'interface'; readonly id: string; readonly settings: InterfaceSettings | null }
  | { readonly kind: 'name'; readonly hostName: string; readonly domain: string | null }
  | { readonly kind: 'time'; readonly enabled: boolean; readonly servers: readonly string[] }
  | { readonly kind: 'ssh'; readonly enabled: boolean }
  | { readonly kind: 'addressPolicies'; readonly policies: readonly AddressPolicy[] };

/** What carries out changes: the system's network daemon on a board, memory on a twin. */
export interface NetworkBackend {
  /** At most a few seconds old; never waits for anything. */
  read(): ManagerNetwork;
  /** Makes a change durable, all of it or nothing; it holds once activated. @throws NetworkError */
  write(change: NetworkChange): void;
  /** Puts to work what was written. @throws NetworkError */
  activate(change: NetworkChange): Promise<void>;
}

export type NetworkFailure = 'file' | 'command-missing' | 'command-failed' | 'command-timeout';

/** The system could not be told; the message says what was tried and what came of it. */
export class NetworkError extends Error {
  readonly reason: NetworkFailure;

  constructor(reason: NetworkFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NetworkError';
    this.reason = reason;
  }
}
