/** The HTTPS front end, and the plain listener that redirects to it. */
import type Koa from 'koa';
import type { Board } from '../../board/model.ts';
import type { EventHub } from '../../events/hub.ts';
import { createApp } from '../../http/app.ts';
import { authenticator } from '../../http/authenticate.ts';
import { type Consoles, consoles as serveConsoles } from '../../http/console.ts';
import { defaultLimits } from '../../http/limits.ts';
import { ownRegistry } from '../../messages/own.ts';
import { odataType } from '../../redfish/generated/versions.ts';
import { metadataDocument, serviceDocument } from '../../redfish/service/metadata.ts';
import { accountUri } from '../../redfish/uris.ts';
import type { Format } from '../../telemetry/exposition.ts';
import { ClientCertificates } from '../../tls/clients.ts';
import { FrontEnd } from '../front-end.ts';
import type { DaemonOptions, ModuleContext } from '../options.ts';
import type { ServedPorts } from '../ports.ts';
import type { Recording } from '../recording.ts';
import type { Access } from './accounts.ts';
import type { NetworkModule } from './network.ts';
import type { RedfishModule } from './redfish.ts';

export interface HttpParts {
  readonly redfish: RedfishModule;
  readonly access: Access;
  readonly recording: Recording;
  readonly board: Board;
  readonly events: EventHub;
  readonly network: NetworkModule;
  readonly ports: ServedPorts;
  readonly metrics: (format: Format) => string;
}

type Authenticate = ReturnType<typeof authenticator>;

/** The front end that listens from the start of the life cycle on. */
export function httpModule({ options, lifecycle }: ModuleContext, parts: HttpParts): FrontEnd {
  const { events } = parts;
  const authenticate = authenticatorOf(parts);
  const consoles = consolesOf(options, parts, authenticate);
  const frontEnd = new FrontEnd(koaOf(options, parts, authenticate, consoles), options, {
    ...parts.network,
    ports: parts.ports,
    certificates: parts.access.certificates,
  });
  lifecycle.add(
    'HTTPS listener',
    () => frontEnd.start(),
    async () => {
      await frontEnd.stopRedirect();
      events.endStreams();
      consoles.close();
      await frontEnd.stop();
    },
  );
  return frontEnd;
}

function authenticatorOf({ access, recording }: HttpParts): Authenticate {
  const { accounts, roles, sessions, logins, certificates } = access;
  const clients = new ClientCertificates(certificates);
  return authenticator({
    accounts,
    roles,
    sessions,
    accountUri,
    verify: (userName, password, address) => logins.each(userName, password, address),
    certified: (socket) => clients.userName(socket),
    failed: (userName, address) => void recording.login({ userName, address, ok: false }),
  });
}

function consolesOf(
  options: DaemonOptions,
  { access, recording, board }: HttpParts,
  authenticate: Authenticate,
): Consoles {
  const consoles = serveConsoles({
    // A host that is not present has no console either.
    find: (host) => (board.hosts.has(host) ? board.consoles.get(host) : undefined),
    authenticate,
    origins: options.corsOrigins ?? [],
    audit: recording.console,
  });
  for (const part of [access.accounts, access.roles, access.sessions])
    part.onChange(() => consoles.recheck());
  return consoles;
}

function koaOf(
  options: DaemonOptions,
  { redfish, access, recording, events, metrics }: HttpParts,
  authenticate: Authenticate,
  consoles: Consoles,
): Koa {
  const { service, app } = redfish;
  const { accounts, roles, logins } = access;
  return createApp({
    service,
    metadata: metadataDocument(),
    serviceDocument: serviceDocument(service.tree),
    registry: ownRegistry(odataType.MessageRegistry),
    authenticate,
    consoles,
    events,
    archives: app.archives,
    manager: options.platform.manager.id,
    announce: (kind, id, userName) => void recording.subscription(kind, id, userName),
    mayFollow: (id) => {
      const account = accounts.get(id);
      const role = account?.enabled === true ? roles.get(account.roleId) : undefined;
      return role?.privileges.includes('Login') === true;
    },
    onAccounts: (listener) => {
      accounts.onChange(listener);
      roles.onChange(listener);
    },
    limits: { ...defaultLimits, ...options.limits },
    corsOrigins: options.corsOrigins ?? [],
    metrics,
    advertiseBasic: () => logins.basic === 'Enabled',
    log: options.log.child('http'),
  });
}
