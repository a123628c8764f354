/** ManagerNetworkProtocol. */
import { type Message, message, RedfishError } from '../../../messages/messages.ts';
import { isDomainName, isHostIpv4, isHostIpv6 } from '../../../network/addresses.ts';
import { fqdnOf } from '../../../network/model.ts';
import { type App, resource } from '../../app.ts';
import type { ManagerNetworkProtocolBody, Writables } from '../../generated/types.ts';
import { enabled, link } from '../../mapping/common.ts';
import { applyStep, trialFaults } from '../../mapping/network-steps.ts';
import { listed } from '../../mapping/written.ts';
import type { Changes, Write } from '../../service/declare.ts';
import { httpsCertificatesUri } from '../../uris.ts';
import { managerAt } from './managers.ts';

type Path = keyof Writables['ManagerNetworkProtocol'];

const ports = { http: 80, ntp: 123, ssdp: 1900, mdns: 5353 };

export const networkProtocol = resource({
  uri: '/redfish/v1/Managers/{ManagerId}/NetworkProtocol',
  schema: 'ManagerNetworkProtocol',
  live: true,
  find: managerAt,
  body: (_facts, { app }): ManagerNetworkProtocolBody => {
    const network = app.network.read();
    const { ntp, ssh, interfaces } = network;
    const { ssdp, dnsSd } = app.discovery.settings;
    return {
      Id: 'NetworkProtocol',
      Name: 'Network protocols of the manager',
      HostName: network.hostName,
      FQDN: fqdnOf(network),
      HTTP: { ProtocolEnabled: app.httpPort !== null, Port: app.httpPort ?? ports.http },
      HTTPS: {
        ProtocolEnabled: true,
        Port: app.httpsPort,
        Certificates: link(httpsCertificatesUri(app.board.platform.manager.id)),
      },
      SSDP: {
        ProtocolEnabled: ssdp.enabled,
        Port: ports.ssdp,
        NotifyMulticastIntervalSeconds: ssdp.interval,
        NotifyTTL: ssdp.ttl,
        NotifyIPv6Scope: ssdp.scope,
      },
      mDNS: { ProtocolEnabled: dnsSd.enabled, Port: ports.mdns },
      NTP: {
        ProtocolEnabled: ntp.enabled,
        NTPServers: ntp.servers,
        NetworkSuppliedServers: ntp.suppliedServers,
        Port: ports.ntp,
      },
      // Where the system has no SSH server, there is nothing to say of it.
      SSH: ssh === null ? undefined : { ProtocolEnabled: ssh.enabled, Port: ssh.port },
      DHCP: { ProtocolEnabled: interfaces.some(({ settings }) => settings.dhcp4.enabled) },
      DHCPv6: { ProtocolEnabled: interfaces.some(({ settings }) => settings.dhcp6.enabled) },
      Status: enabled,
    };
  },
  writes: [discoveryWrite(), timeWrite(), sshWrite(), portWrite()],
});

function fixed(_model: unknown, app: App): boolean {
  return !app.network.read().configurable;
}

/** A day between notifications, and the hops that an IP header can count. */
const maxInterval = 86_400;
const maxTtl = 255;

function discoveryWrite(): Write<App, unknown, 'ManagerNetworkProtocol'> {
  const properties: readonly Path[] = [
    'SSDP/ProtocolEnabled',
    'SSDP/NotifyMulticastIntervalSeconds',
    'SSDP/NotifyTTL',
    'SSDP/NotifyIPv6Scope',
    'mDNS/ProtocolEnabled',
  ];
  const tooLarge = (
    changes: Changes<Writables['ManagerNetworkProtocol']>,
    path: Path,
    most: number,
  ): readonly Message[] => {
    const value = changes.get(path);
    if (typeof value !== 'number' || value <= most) return [];
    const name = path.split('/').at(-1) ?? path;
    const options = { relatedProperties: [`#/${path}`] };
    return [message('Base.PropertyValueOutOfRange', [String(value), name], options)];
  };
  return {
    properties,
    check: (_model, changes) => [
      ...properties.flatMap((path) => notNull(changes, path)),
      ...tooLarge(changes, 'SSDP/NotifyMulticastIntervalSeconds', maxInterval),
      ...tooLarge(changes, 'SSDP/NotifyTTL', maxTtl),
    ],
    apply: async (_model, changes, { app: { discovery } }) => {
      const before = discovery.settings;
      const { ssdp, dnsSd } = before;
      await discovery.configure({
        ssdp: {
          enabled: changes.get('SSDP/ProtocolEnabled') ?? ssdp.enabled,
          interval: changes.get('SSDP/NotifyMulticastIntervalSeconds') ?? ssdp.interval,
          ttl: changes.get('SSDP/NotifyTTL') ?? ssdp.ttl,
          scope: changes.get('SSDP/NotifyIPv6Scope') ?? ssdp.scope,
        },
        dnsSd: { enabled: changes.get('mDNS/ProtocolEnabled') ?? dnsSd.enabled },
      });
      return () => discovery.configure(before);
    },
  };
}

const maxTimeServers = 8;

function timeWrite(): Write<App, unknown, 'ManagerNetworkProtocol'> {
  return {
    properties: ['NTP/ProtocolEnabled', 'NTP/NTPServers'],
    unless: fixed,
    check: (_model, changes) => {
      const servers = listed(changes.get('NTP/NTPServers'));
      if (servers.length > maxTimeServers) {
        const options = { relatedProperties: ['#/NTP/NTPServers'] };
        return [message('Base.ArraySizeTooLong', ['NTPServers', maxTimeServers], options)];
      }
      return [
        ...notNull(changes, 'NTP/ProtocolEnabled'),
        ...servers.flatMap((server, index) =>
          isHostIpv4(server) || isHostIpv6(server) || isDomainName(server)
            ? []
            : [
                message('Base.PropertyValueFormatError', [server, 'NTPServers'], {
                  relatedProperties: [`#/NTP/NTPServers/${index}`],
                }),
              ],
        ),
      ];
    },
    apply: (_model, changes, context) => {
      const { ntp } = context.app.network.read();
      const sent = changes.get('NTP/NTPServers');
      const servers = sent === undefined || sent === null ? ntp.servers : listed(sent);
      const enabled = (changes.get('NTP/ProtocolEnabled') ?? ntp.enabled) === true;
      return applyStep(context, { kind: 'time', enabled, servers });
    },
  };
}

function sshWrite(): Write<App, unknown, 'ManagerNetworkProtocol'> {
  return {
    properties: ['SSH/ProtocolEnabled'],
    unless: (model, app) => fixed(model, app) || app.network.read().ssh === null,
    check: (_model, changes) => notNull(changes, 'SSH/ProtocolEnabled'),
    apply: (_model, changes, context) =>
      applyStep(context, { kind: 'ssh', enabled: changes.get('SSH/ProtocolEnabled') === true }),
  };
}

/** The daemon listens on the new port before it answers, and on the old one until its clients have gone. */
function portWrite(): Write<App, unknown, 'ManagerNetworkProtocol'> {
  const path = 'HTTPS/Port';
  const options = { relatedProperties: [`#/${path}`] };
  return {
    properties: [path],
    check: (_model, changes, context) => {
      const port = changes.get(path);
      if (port === null) return [message('Base.PropertyValueTypeError', ['null', 'Port'], options)];
      if (Number(port) < 1 || Number(port) > 65_535)
        return [message('Base.PropertyValueOutOfRange', [String(port), 'Port'], options)];
      return trialFaults(context);
    },
    apply: async (_model, changes, context) => {
      const port = Number(changes.get(path));
      try {
        return await applyStep(context, { kind: 'httpsPort', port });
      } catch (error) {
        if (!/^(EADDRINUSE|EACCES)$/.test((error as NodeJS.ErrnoException).code ?? '')) throw error;
        // Somebody else has it, or the daemon may not have it.
        throw new RedfishError([
          message('Base.PropertyValueExternalConflict', ['Port', String(port)], options),
        ]);
      }
    },
  };
}

function notNull(changes: Changes<Writables['ManagerNetworkProtocol']>, path: Path): readonly Message[] {
  if (changes.get(path) !== null) return [];
  const name = path.split('/').at(-1) ?? path;
  return [message('Base.PropertyValueTypeError', ['null', name], { relatedProperties: [`#/${path}`] })];
}
