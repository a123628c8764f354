/** EthernetInterface of the manager and its collection. */
import { type Message, message } from '../../../messages/messages.ts';
import { canonicalPrefix } from '../../../network/address-policies.ts';
import { isDomainName, isHostName, maskOf, maxHostName } from '../../../network/addresses.ts';
import { fqdnOf, type NetworkInterface } from '../../../network/model.ts';
import { type App, collection, resource } from '../../app.ts';
import type { EthernetInterfaceBody, Writables } from '../../generated/types.ts';
import { maxIpv6, patchedSettings, settingsProperties } from '../../mapping/ethernet-settings.ts';
import { applyStep, trialFaults } from '../../mapping/network-steps.ts';
import type { Changes, Write } from '../../service/declare.ts';
import type { Json, JsonObject } from '../../service/json.ts';
import { managerAt } from './managers.ts';

const fixed = (_model: NetworkInterface, app: App): boolean => !app.network.read().configurable;

export const ethernetInterface = resource({
  uri: '/redfish/v1/Managers/{ManagerId}/EthernetInterfaces/{EthernetInterfaceId}',
  schema: 'EthernetInterface',
  // The system's network may change without the board knowing.
  live: true,
  ids: (app) => app.network.read().interfaces.map(({ id }) => id),
  find: (app, params) =>
    managerAt(app, params) &&
    app.network.read().interfaces.find(({ id }) => id === params.EthernetInterfaceId),
  body: (model, { app }): EthernetInterfaceBody => {
    const network = app.network.read();
    const { settings } = model;
    return {
      Name: `Interface ${model.id}`,
      EthernetInterfaceType: 'Physical',
      InterfaceEnabled: settings.enabled,
      LinkStatus: model.linkUp === null ? null : model.linkUp ? 'LinkUp' : 'LinkDown',
      MACAddress: settings.macAddress ?? model.macAddress,
      PermanentMACAddress: model.permanentMacAddress,
      SpeedMbps: model.speedMbps,
      FullDuplex: model.fullDuplex,
      MTUSize: settings.mtu ?? model.mtu,
      HostName: network.hostName,
      FQDN: fqdnOf(network),
      NameServers: network.nameServers,
      StaticNameServers: settings.nameServers,
      ...addressesOf(model),
      IPv6AddressPolicyTable: network.addressPolicies.map(({ prefix, precedence, label }) => ({
        Prefix: prefix,
        Precedence: precedence,
        Label: label,
      })),
      ...protocolsOf(model),
      Status: {
        State: model.up ? 'Enabled' : 'Disabled',
        Health: model.up && model.linkUp === false ? 'Warning' : 'OK',
      },
    };
  },
  writes: [policyWrite(), nameWrite(), settingsWrite()],
});

export const ethernetInterfaces = collection({
  uri: '/redfish/v1/Managers/{ManagerId}/EthernetInterfaces',
  schema: 'EthernetInterfaceCollection',
  name: 'Network interfaces of the manager',
  members: ethernetInterface,
  exists: (app, params) => managerAt(app, params) !== undefined,
});

/** Addresses in use, and those that were told. */
const addressesOf = ({ ipv4, ipv6, ipv6Gateway, settings }: NetworkInterface): JsonObject => ({
  IPv4Addresses: ipv4.map(({ address, subnetMask, gateway, origin }) => ({
    ...{ Address: address, SubnetMask: subnetMask, AddressOrigin: origin, Gateway: gateway },
  })),
  IPv4StaticAddresses: settings.ipv4.map(({ address, prefixLength, gateway }) => ({
    ...{ Address: address, SubnetMask: maskOf(prefixLength), Gateway: gateway },
  })),
  IPv6Addresses: ipv6.map(({ address, prefixLength, origin, state }) => ({
    ...{ Address: address, PrefixLength: prefixLength, AddressOrigin: origin, AddressState: state },
  })),
  IPv6StaticAddresses: settings.ipv6.map(({ address, prefixLength }) => ({
    ...{ Address: address, PrefixLength: prefixLength },
  })),
  MaxIPv6StaticAddresses: maxIpv6,
  IPv6DefaultGateway: ipv6Gateway,
  IPv6StaticDefaultGateways: settings.gateways6.map(({ address, prefixLength }) => ({
    ...{ Address: address, PrefixLength: prefixLength ?? undefined },
  })),
});

const protocolsOf = ({ settings: { dhcp4, dhcp6, autoconf, vlan } }: NetworkInterface): JsonObject => ({
  DHCPv4: {
    DHCPEnabled: dhcp4.enabled,
    UseDNSServers: dhcp4.useDns,
    UseDomainName: dhcp4.useDomain,
    UseGateway: dhcp4.useGateway,
    UseNTPServers: dhcp4.useNtp,
    UseStaticRoutes: dhcp4.useRoutes,
  },
  DHCPv6: {
    OperatingMode: dhcp6.enabled ? 'Enabled' : 'Disabled',
    UseDNSServers: dhcp6.useDns,
    UseDomainName: dhcp6.useDomain,
    UseNTPServers: dhcp6.useNtp,
    UseRapidCommit: dhcp6.rapidCommit,
  },
  StatelessAddressAutoConfig: {
    IPv4AutoConfigEnabled: autoconf.ipv4,
    IPv6AutoConfigEnabled: autoconf.ipv6,
  },
  // Until one has been set, there is no number to show; it can be set all the same.
  VLAN:
    vlan.id === null ? undefined : { VLANEnable: vlan.enabled, VLANId: vlan.id, VLANPriority: vlan.priority },
});

/** Last of all: what cuts the client off waits for nothing that could still fail. */
function settingsWrite(): Write<App, NetworkInterface, 'EthernetInterface'> {
  return {
    properties: settingsProperties,
    unless: fixed,
    // The schema has deprecated the other two modes: which it is, the server says.
    allowable: () => ({ 'DHCPv6/OperatingMode': ['Enabled', 'Disabled'] }),
    check: ({ settings }, changes, context) => [
      ...patchedSettings(settings, changes).faults,
      ...trialFaults(context),
    ],
    apply: ({ id, settings }, changes, context) =>
      applyStep(context, { kind: 'interface', id, settings: patchedSettings(settings, changes).settings }),
  };
}

/** The name is the controller's and so that of all its interfaces. A host name beside an FQDN is passed over, as the schema says. */
function nameWrite(): Write<App, NetworkInterface, 'EthernetInterface'> {
  const read = (app: App, changes: Changes<Writables['EthernetInterface']>) => {
    const { domain } = app.network.read();
    const fqdn = changes.get('FQDN');
    if (fqdn === undefined) return { property: 'HostName', given: changes.get('HostName'), domain };
    const [, ...rest] = String(fqdn).split('.');
    return { property: 'FQDN', given: fqdn, domain: rest.length === 0 ? null : rest.join('.') };
  };
  return {
    properties: ['HostName', 'FQDN'],
    unless: fixed,
    check: (_model, changes, { app }) => {
      const { property, given } = read(app, changes);
      const text = String(given);
      const options = { relatedProperties: [`#/${property}`] };
      if (given === null) return [message('Base.PropertyValueTypeError', ['null', property], options)];
      if (text.length > maxHostName)
        return [message('Base.StringValueTooLong', [property, maxHostName], options)];
      return (property === 'FQDN' ? isDomainName : isHostName)(text)
        ? []
        : [message('Base.PropertyValueFormatError', [text, property], options)];
    },
    apply: (_model, changes, context) => {
      const { given, domain } = read(context.app, changes);
      const [hostName = ''] = String(given).split('.');
      return applyStep(context, { kind: 'name', hostName, domain });
    },
  };
}

const maxPolicies = 64;

function policyWrite(): Write<App, NetworkInterface, 'EthernetInterface'> {
  const table = 'IPv6AddressPolicyTable';
  const entries = (changes: Changes<Writables['EthernetInterface']>) =>
    ((changes.get(table) ?? []) as readonly JsonObject[]).map(({ Prefix, Precedence, Label }) => ({
      prefix: canonicalPrefix(String(Prefix)),
      ...{ given: Prefix, precedence: Precedence, label: Label },
    }));
  return {
    properties: [table, `${table}/Prefix`, `${table}/Precedence`, `${table}/Label`],
    unless: fixed,
    check: (_model, changes) => {
      const all = entries(changes);
      if (all.length > maxPolicies)
        return [
          message('Base.ArraySizeTooLong', [table, maxPolicies], { relatedProperties: [`#/${table}`] }),
        ];
      return all.flatMap(({ prefix, given, precedence, label }, index) => [
        ...(prefix === undefined ? [wrongPolicy('Prefix', given, index)] : []),
        ...(typeof precedence === 'number' ? [] : [wrongPolicy('Precedence', precedence, index)]),
        ...(typeof label === 'number' ? [] : [wrongPolicy('Label', label, index)]),
      ]);
    },
    apply: (_model, changes, context) => {
      const policies = entries(changes).map(({ prefix = '', precedence, label }) => ({
        ...{ prefix, precedence: Number(precedence), label: Number(label) },
      }));
      return applyStep(context, { kind: 'addressPolicies', policies });
    },
  };

  function wrongPolicy(name: string, value: Json | undefined, index: number): Message {
    const options = { relatedProperties: [`#/${table}/${index}/${name}`] };
    if (value === undefined) return message('Base.PropertyMissing', [name], options);
    return message('Base.PropertyValueFormatError', [String(value), name], options);
  }
}
