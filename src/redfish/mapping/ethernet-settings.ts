/** What a PATCH of an EthernetInterface makes of the settings of the interface, and what is wrong with it. */

import { type Message, message } from '../../messages/messages.ts';
import {
  canonicalIpv6,
  inSameNetwork,
  isHostIn,
  isHostIpv4,
  isHostIpv6,
  prefixLengthOf,
} from '../../network/addresses.ts';
import type { InterfaceSettings, StaticGateway6, StaticIpv4, StaticIpv6 } from '../../network/model.ts';
import type { Writables } from '../generated/types.ts';
import type { Json, JsonObject } from '../service/json.ts';
import type { Changes } from '../service/resource.ts';

type Path = keyof Writables['EthernetInterface'];

/** Switches: where each has its place in the settings. */
const switches = {
  'DHCPv4/DHCPEnabled': ['dhcp4', 'enabled'],
  'DHCPv4/UseDNSServers': ['dhcp4', 'useDns'],
  'DHCPv4/UseDomainName': ['dhcp4', 'useDomain'],
  'DHCPv4/UseGateway': ['dhcp4', 'useGateway'],
  'DHCPv4/UseNTPServers': ['dhcp4', 'useNtp'],
  'DHCPv4/UseStaticRoutes': ['dhcp4', 'useRoutes'],
  'DHCPv6/UseDNSServers': ['dhcp6', 'useDns'],
  'DHCPv6/UseDomainName': ['dhcp6', 'useDomain'],
  'DHCPv6/UseNTPServers': ['dhcp6', 'useNtp'],
  'DHCPv6/UseRapidCommit': ['dhcp6', 'rapidCommit'],
  'StatelessAddressAutoConfig/IPv4AutoConfigEnabled': ['autoconf', 'ipv4'],
  'StatelessAddressAutoConfig/IPv6AutoConfigEnabled': ['autoconf', 'ipv6'],
  'VLAN/VLANEnable': ['vlan', 'enabled'],
} as const satisfies { readonly [P in Path]?: readonly ['dhcp4' | 'dhcp6' | 'autoconf' | 'vlan', string] };

const switchPaths = Object.keys(switches) as readonly (keyof typeof switches)[];

/** Properties of which the settings are made; the elements of arrays name theirs, so that a client sees them. */
export const settingsProperties: readonly Path[] = [
  'InterfaceEnabled',
  'MACAddress',
  'MTUSize',
  ...switchPaths,
  'DHCPv6/OperatingMode',
  'VLAN/VLANId',
  'VLAN/VLANPriority',
  // The schema lets clients read these two only, or advises it; the baseline profile of OCP wants them writable.
  'NameServers',
  'IPv4Addresses',
  'IPv4Addresses/Address',
  'IPv4Addresses/SubnetMask',
  'IPv4Addresses/Gateway',
  'StaticNameServers',
  'IPv4StaticAddresses',
  'IPv4StaticAddresses/Address',
  'IPv4StaticAddresses/SubnetMask',
  'IPv4StaticAddresses/Gateway',
  'IPv6StaticAddresses',
  'IPv6StaticAddresses/Address',
  'IPv6StaticAddresses/PrefixLength',
  'IPv6StaticDefaultGateways',
  'IPv6StaticDefaultGateways/Address',
  'IPv6StaticDefaultGateways/PrefixLength',
];

export const maxIpv6 = 16;
const maxGateways = 4;
const maxNameServers = 8;
/** What IPv6 needs (RFC 8200 clause 5), and what Ethernet controllers of this kind can do. */
const mtuRange = { least: 1280, most: 9000 };

/** The settings after the changes; of use only without faults. */
export function patchedSettings(
  before: InterfaceSettings,
  changes: Changes,
): { readonly settings: InterfaceSettings; readonly faults: readonly Message[] } {
  const patch = new SettingsPatch(before, changes);
  return { settings: patch.settings, faults: patch.faults };
}

class SettingsPatch {
  readonly faults: Message[] = [];
  readonly settings: InterfaceSettings;
  readonly #changes: Changes;

  constructor(before: InterfaceSettings, changes: Changes) {
    this.#changes = changes;
    const group = <K extends 'dhcp4' | 'dhcp6' | 'autoconf' | 'vlan'>(name: K): InterfaceSettings[K] => ({
      ...before[name],
      ...Object.fromEntries(
        Object.entries(switches).flatMap(([path, [at, key]]) =>
          at === name && changes.has(path) ? [[key, this.#flag(path)]] : [],
        ),
      ),
    });
    const mode = changes.get('DHCPv6/OperatingMode');
    if (mode === null) this.#wrong('PropertyValueTypeError', 'DHCPv6/OperatingMode', mode);
    this.settings = {
      enabled: changes.has('InterfaceEnabled') ? this.#flag('InterfaceEnabled') : before.enabled,
      macAddress: this.#mac(before.macAddress),
      mtu: this.#number('MTUSize', before.mtu, mtuRange.least, mtuRange.most),
      vlan: {
        ...group('vlan'),
        id: changes.get('VLAN/VLANId') === null ? null : this.#number('VLAN/VLANId', before.vlan.id, 1, 4094),
        priority: this.#number('VLAN/VLANPriority', before.vlan.priority, 0, 7) ?? 0,
      },
      dhcp4: group('dhcp4'),
      dhcp6: { ...group('dhcp6'), ...(mode === undefined ? {} : { enabled: mode === 'Enabled' }) },
      autoconf: group('autoconf'),
      ipv4: this.#either('IPv4StaticAddresses', 'IPv4Addresses', before.ipv4, (path) => this.#ipv4(path)),
      ipv6: this.#list('IPv6StaticAddresses', before.ipv6, maxIpv6, (each, path) => this.#ipv6(each, path)),
      gateways6: this.#list('IPv6StaticDefaultGateways', before.gateways6, maxGateways, (each, path) =>
        this.#gateway6(each, path),
      ),
      nameServers: this.#either('StaticNameServers', 'NameServers', before.nameServers, (path) =>
        this.#list(path, [], maxNameServers, (each, at) => this.#nameServer(each, at)),
      ),
    };
    this.#agree();
  }

  /** What is right by itself and yet does not go together. */
  #agree(): void {
    const { vlan, dhcp4 } = this.settings;
    if (vlan.enabled && vlan.id === null) this.#conflict('VLAN/VLANEnable', 'VLAN/VLANId');
    if (dhcp4.enabled && this.#changes.has('IPv4Addresses'))
      this.#conflict('IPv4Addresses', 'DHCPv4/DHCPEnabled');
  }

  #flag(path: string): boolean {
    const value = this.#changes.get(path);
    if (typeof value !== 'boolean') this.#wrong('PropertyValueTypeError', path, value);
    return value === true;
  }

  #number<T>(path: string, before: T, least: number, most: number): T | number {
    const value = this.#changes.get(path);
    if (value === undefined) return before;
    if (typeof value !== 'number') this.#wrong('PropertyValueTypeError', path, value);
    else if (value >= least && value <= most) return value;
    else this.#wrong('PropertyValueOutOfRange', path, value);
    return before;
  }

  /** The address of one station: bit 0 of the first octet would make it one of a group. */
  #mac(before: string | null): string | null {
    const value = this.#changes.get('MACAddress');
    if (value === undefined) return before;
    const mac = String(value).toLowerCase().replaceAll('-', ':');
    const first = Number.parseInt(mac.slice(0, 2), 16);
    if (value === null || Number.isNaN(first) || first % 2 === 1 || mac === '00:00:00:00:00:00')
      this.#wrong('PropertyValueFormatError', 'MACAddress', value);
    return mac;
  }

  /** A property and the older one that means the same. */
  #either<T>(name: string, older: string, before: T, read: (path: string) => T): T {
    const given = [name, older].filter((path) => this.#changes.has(path));
    if (given.length > 1) this.#conflict(older, name);
    return given[0] === undefined ? before : read(given[0]);
  }

  #list<T>(
    path: string,
    before: readonly T[],
    most: number,
    read: (value: Json, path: string) => T | undefined,
  ): readonly T[] {
    const value = this.#changes.get(path);
    if (!Array.isArray(value)) return before;
    const given: readonly Json[] = value;
    if (given.length > most) {
      this.faults.push(message('Base.ArraySizeTooLong', [path, most], { relatedProperties: [`#/${path}`] }));
      return before;
    }
    return given.flatMap((each, index) => read(each, `${path}/${index}`) ?? []);
  }

  #ipv4(path: string): readonly StaticIpv4[] {
    return this.#list(path, [], 1, (each, at): StaticIpv4 | undefined => {
      const { Address, SubnetMask, Gateway } = each as JsonObject;
      const address = String(Address);
      const prefixLength = prefixLengthOf(String(SubnetMask));
      if (!this.#given(at, { Address, SubnetMask })) return undefined;
      if (prefixLength === undefined || prefixLength === 0) {
        this.#wrong('PropertyValueFormatError', `${at}/SubnetMask`, SubnetMask);
        return undefined;
      }
      if (!isHostIpv4(address) || !isHostIn(address, prefixLength)) {
        this.#wrong('PropertyValueFormatError', `${at}/Address`, Address);
        return undefined;
      }
      if (Gateway === undefined || Gateway === null) return { address, prefixLength, gateway: null };
      const gateway = String(Gateway);
      if (!isHostIpv4(gateway) || !isHostIn(gateway, prefixLength))
        this.#wrong('PropertyValueFormatError', `${at}/Gateway`, Gateway);
      else if (gateway === address || !inSameNetwork(gateway, address, prefixLength))
        this.#conflict(`${at}/Gateway`, `${at}/Address`);
      return { address, prefixLength, gateway };
    });
  }

  #ipv6(each: Json, path: string): StaticIpv6 | undefined {
    const { Address, PrefixLength } = each as JsonObject;
    const address = this.#address6(each, path);
    if (!this.#given(path, { Address, PrefixLength }) || address === undefined) return undefined;
    return { address, prefixLength: Number(PrefixLength) };
  }

  #gateway6(each: Json, path: string): StaticGateway6 | undefined {
    const { PrefixLength } = each as JsonObject;
    const address = this.#address6(each, path);
    return address === undefined
      ? undefined
      : { address, prefixLength: typeof PrefixLength === 'number' ? PrefixLength : null };
  }

  #address6(each: Json, path: string): string | undefined {
    const { Address } = each as JsonObject;
    const text = String(Address);
    if (isHostIpv6(text)) return canonicalIpv6(text);
    this.#wrong('PropertyValueFormatError', `${path}/Address`, Address);
    return undefined;
  }

  #nameServer(value: Json, path: string): string | undefined {
    const text = String(value);
    if (isHostIpv4(text)) return text;
    if (isHostIpv6(text)) return canonicalIpv6(text);
    this.#wrong('PropertyValueFormatError', path, value);
    return undefined;
  }

  #given(path: string, members: Readonly<Record<string, Json | undefined>>): boolean {
    const missing = Object.entries(members).filter(([, value]) => value === undefined || value === null);
    for (const [name] of missing)
      this.faults.push(message('Base.PropertyMissing', [name], { relatedProperties: [`#/${path}/${name}`] }));
    return missing.length === 0;
  }

  #wrong(
    kind: 'PropertyValueTypeError' | 'PropertyValueFormatError' | 'PropertyValueOutOfRange',
    path: string,
    value: Json | undefined,
  ): void {
    const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
    const options = { relatedProperties: [`#/${path}`] };
    this.faults.push(message(`Base.${kind}`, [text, lastName(path)], options));
  }

  #conflict(path: string, other: string): void {
    this.faults.push(
      message('Base.PropertyValueConflict', [lastName(path), lastName(other)], {
        relatedProperties: [`#/${path}`, `#/${other}`],
      }),
    );
  }
}

/** The name of a property by its path; of an element of an array, that of the array. */
const lastName = (path: string): string =>
  path
    .split('/')
    .filter((step) => !/^\d+$/.test(step))
    .at(-1) ?? path;
