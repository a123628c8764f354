import type { NetworkInterface } from '../../manager/network.ts';
import { collection, resource } from './app.ts';
import { managerAt } from './managers.ts';

export const ethernetInterface = resource<NetworkInterface>({
  uri: '/redfish/v1/Managers/{ManagerId}/EthernetInterfaces/{EthernetInterfaceId}',
  schema: 'EthernetInterface',
  // The system's network may change without the board knowing.
  live: true,
  ids: (app) => app.network.read().interfaces.map(({ id }) => id),
  find: (app, params) =>
    managerAt(app, params) &&
    app.network.read().interfaces.find(({ id }) => id === params.EthernetInterfaceId),
  body: (model, { app }) => {
    const { hostName, fqdn, nameServers } = app.network.read();
    return {
      Name: `Interface ${model.id}`,
      EthernetInterfaceType: 'Physical',
      InterfaceEnabled: model.up,
      LinkStatus: model.linkUp === null ? null : model.linkUp ? 'LinkUp' : 'LinkDown',
      MACAddress: model.macAddress,
      PermanentMACAddress: model.permanentMacAddress,
      SpeedMbps: model.speedMbps,
      FullDuplex: model.fullDuplex,
      MTUSize: model.mtu,
      HostName: hostName,
      FQDN: fqdn,
      NameServers: nameServers,
      // Where an address came from is the network daemon's secret; a fixed answer would be a guess.
      IPv4Addresses: model.ipv4.map(({ address, subnetMask, gateway }) => ({
        Address: address,
        SubnetMask: subnetMask,
        AddressOrigin: null,
        Gateway: gateway,
      })),
      IPv6Addresses: model.ipv6.map(({ address, prefixLength, linkLocal }) => ({
        Address: address,
        PrefixLength: prefixLength,
        AddressOrigin: linkLocal ? 'LinkLocal' : null,
        AddressState: null,
      })),
      Status: {
        State: model.up ? 'Enabled' : 'Disabled',
        Health: model.up && model.linkUp === false ? 'Warning' : 'OK',
      },
    };
  },
});

export const ethernetInterfaces = collection({
  uri: '/redfish/v1/Managers/{ManagerId}/EthernetInterfaces',
  schema: 'EthernetInterfaceCollection',
  name: 'Network interfaces of the manager',
  members: ethernetInterface,
  exists: (app, params) => managerAt(app, params) !== undefined,
});
