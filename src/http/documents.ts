/** The few fixed texts: `/redfish`, `$metadata` and the OData service document, which everybody may read, and our registry. */
import { Router } from '@koa/router';
import type { Context } from 'koa';
import { message, RedfishError } from '../messages/messages.ts';
import { ownRegistryUri } from '../messages/own.ts';
import type { Principal } from '../redfish/service/principal.ts';
import { digest, matchesEtag } from '../redfish/service/read/etag.ts';
import { demandLogin } from './authenticate.ts';
import { demandAcceptable, demandProtocol } from './headers.ts';
import { send } from './reply.ts';

const allow = 'GET, HEAD, OPTIONS';

/** Paths below the service's root that no resource has. */
const paths = {
  metadata: '/redfish/v1/$metadata',
  service: '/redfish/v1/odata',
  registry: ownRegistryUri,
} as const;
const own: ReadonlySet<string> = new Set(Object.values(paths).flatMap((path) => [path, `${path}/`]));
export const isDocument = (path: string): boolean => own.has(path);

export interface Documents {
  /** $metadata, the OData service document and our registry, made once. */
  readonly metadata: string;
  readonly serviceDocument: string;
  readonly registry: string;
  readonly authenticate: (ctx: Context, lenient: boolean) => Principal | null | Promise<Principal | null>;
}

/** A slash at the end makes no difference. */
export function documents({ metadata, serviceDocument, registry, authenticate }: Documents): Router {
  const router = new Router({ sensitive: true });
  router.all('/redfish', document('application/json', '{"v1":"/redfish/v1/"}'));
  router.all(paths.metadata.replace('$', '\\$'), document('application/xml', metadata));
  router.all(paths.service, document('application/json', serviceDocument));
  router.all(
    paths.registry,
    async (ctx, next) => {
      demandLogin(await authenticate(ctx, false));
      return next();
    },
    document('application/json', registry),
  );
  return router;
}

function document(type: string, text: string) {
  const ETag = digest(text);
  return (ctx: Context): void | Promise<void> => {
    demandProtocol(ctx);
    const { method } = ctx.req;
    if (method === 'OPTIONS') return send(ctx, { status: 204, headers: { Allow: allow }, body: null });
    if (method !== 'GET' && method !== 'HEAD')
      throw new RedfishError([message('Base.OperationNotAllowed', [])], 405, { Allow: allow });
    demandAcceptable(ctx, type);
    const known = ctx.headers['if-none-match'];
    if (known !== undefined && matchesEtag(known, ETag))
      return send(ctx, { status: 304, headers: { Allow: allow, ETag }, body: null });
    const headers = { Allow: allow, ETag, 'Content-Type': `${type}; charset=utf-8` };
    return send(ctx, { status: 200, headers, body: text });
  };
}
