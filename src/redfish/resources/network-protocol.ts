import { resource } from './app.ts';
import { enabled, link } from './common.ts';
import { managerAt } from './managers.ts';
import { httpsCertificatesUri } from './uris.ts';

export const networkProtocol = resource({
  uri: '/redfish/v1/Managers/{ManagerId}/NetworkProtocol',
  schema: 'ManagerNetworkProtocol',
  live: true,
  find: managerAt,
  body: (_facts, { app }) => {
    const { hostName, fqdn } = app.network.read();
    return {
      Id: 'NetworkProtocol',
      Name: 'Network protocols of the manager',
      HostName: hostName,
      FQDN: fqdn,
      // The daemon listens on HTTPS and on nothing else; other services of the system are not its to speak of.
      HTTP: { ProtocolEnabled: false, Port: 80 },
      HTTPS: {
        ProtocolEnabled: true,
        Port: app.httpsPort,
        Certificates: link(httpsCertificatesUri(app.board.platform.manager.id)),
      },
      Status: enabled,
    };
  },
});
