/** The HTTPS front end, and the plain listener that redirects to it. */
import type Koa from 'koa';
import type { Board } from '../../board/model/board.ts';
import type { EventHub } from '../../events/hub.ts';
import { createApp } from '../../http/app.ts';
import { attachments } from '../../http/endpoints/attachment.ts';
import { Consoles } from '../../http/endpoints/console.ts';
import { documents } from '../../http/endpoints/documents.ts';
import { metrics as metricsRoute } from '../../http/endpoints/metrics.ts';
import { sse } from '../../http/endpoints/sse.ts';
import { Grants } from '../../http/grants.ts';
import { type Authenticate, authenticator } from '../../http/middleware/authenticate.ts';
import { registryAt, registryDocument } from '../../messages/registry-document.ts';
import { odataType } from '../../redfish/generated/versions.ts';
import { jsonSchemaAt, jsonSchemaDocument } from '../../redfish/service/json-schema.ts';
import { metadataDocument, serviceDocument } from '../../redfish/service/metadata.ts';
import {
  privilegeRegistryDocument,
  privilegeRegistryPath,
} from '../../redfish/service/privilege-document.ts';
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

/** The front end that listens from the start of the life cycle on. */
export function httpModule({ options, lifecycle }: ModuleContext, parts: HttpParts): FrontEnd {
  const { events } = parts;
  const authenticate = authenticatorOf(parts);
  const grants = grantsOf(parts, authenticate);
  const consoles = consolesOf(options, parts, grants);
  const frontEnd = new FrontEnd(koaOf(options, parts, { authenticate, grants, consoles }), options, {
    ...parts.network,
    ports: parts.ports,
    certificates: parts.access.certificates,
    admission: parts.access.admission,
  });
  lifecycle.add(
    'HTTPS listener',
    () => frontEnd.start(),
    async () => {
      await frontEnd.stopRedirect();
      events.endStreams();
      consoles.close();
      grants.close();
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

/** Rechecks open streams and consoles whenever an account, a role or a session changes. */
function grantsOf({ access }: HttpParts, authenticate: Authenticate): Grants {
  const grants = new Grants(authenticate);
  for (const part of [access.accounts, access.roles, access.sessions]) part.onChange(() => grants.recheck());
  return grants;
}

const consolesOf = (options: DaemonOptions, { recording, board }: HttpParts, grants: Grants): Consoles =>
  new Consoles({
    // A host that is not present has no console either.
    find: (host) => (board.hosts.has(host) ? board.consoles.get(host) : undefined),
    grants,
    origins: options.corsOrigins ?? [],
    audit: recording.console,
  });

interface Guards {
  readonly authenticate: Authenticate;
  readonly grants: Grants;
  readonly consoles: Consoles;
}

function koaOf(
  options: DaemonOptions,
  { redfish, access, recording, events, metrics }: HttpParts,
  { authenticate, grants, consoles }: Guards,
): Koa {
  const { service, app } = redfish;
  const { logins, meter, certificates } = access;
  return createApp({
    service,
    routes: [
      consoles.route,
      sse({
        events,
        grants,
        announce: (kind, id, userName) => void recording.subscription(kind, id, userName),
      }),
      attachments(app.archives, options.platform.manager.id),
      metricsRoute(metrics),
      ...documents({
        metadata: metadataDocument(),
        serviceDocument: serviceDocument(service.tree),
        registry: (path) => {
          if (path === privilegeRegistryPath) return privilegeRegistryDocument();
          const name = registryAt(path);
          return name && registryDocument(name, odataType.MessageRegistry);
        },
        schema: (path) => {
          const name = jsonSchemaAt(path);
          return name && jsonSchemaDocument(name);
        },
      }),
    ],
    authenticate,
    meter,
    corsOrigins: options.corsOrigins ?? [],
    advertiseBasic: () => logins.basic === 'Enabled',
    trustedCertificate: () => certificates.issued,
    log: options.log.child('http'),
  });
}
