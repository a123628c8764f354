/** The HTTP application: one middleware, one concern, in the order in which a request meets them. */
import { randomUUID } from 'node:crypto';
import { Router } from '@koa/router';
import Koa, { type Context, type Next } from 'koa';
import type { Logger } from 'pino';
import { message, RedfishError } from '../redfish/registries/messages.ts';
import type { Principal } from '../redfish/service/principal.ts';
import type { ServiceReply, ServiceRequest } from '../redfish/service/service.ts';
import { readBody } from './body.ts';
import { errors } from './errors.ts';

/** The part of the Redfish service that HTTP needs. */
export interface RedfishService {
  handle(request: ServiceRequest): Promise<ServiceReply>;
  isOpen(method: string, path: string): boolean;
}

export interface AppOptions {
  readonly service: RedfishService;
  /** $metadata and the OData service document, made once. */
  readonly metadata: string;
  readonly serviceDocument: string;
  /**
   * Who sends this request: null without credentials. With credentials that are wrong it throws a RedfishError 401,
   * unless `lenient`: then they count as none.
   */
  readonly authenticate: (ctx: Context, lenient: boolean) => Principal | null | Promise<Principal | null>;
  readonly log: Logger;
}

export function createApp(options: AppOptions): Koa {
  const app = new Koa();
  // Whatever escapes a middleware after the answer has begun is a broken connection; the error handler saw the rest.
  app.silent = true;
  app.use(requestLog(options.log));
  app.use(headers);
  app.use(errors(options.log));
  app.use(conditions);
  app.use(routes(options).routes());
  app.use(nothingHere);
  return app;
}

/** Gives each request an id and writes a line for each write and each failure; reads are logged at level debug. */
function requestLog(log: Logger) {
  return async (ctx: Context, next: Next): Promise<void> => {
    ctx.state.requestId = randomUUID();
    const start = performance.now();
    await next();
    const quiet = ctx.status < 400 && (ctx.method === 'GET' || ctx.method === 'HEAD');
    const level = ctx.status >= 500 ? 'error' : quiet ? 'debug' : 'info';
    if (!log.isLevelEnabled(level)) return;
    log[level](
      {
        request: ctx.state.requestId,
        method: ctx.method,
        path: ctx.path,
        status: ctx.status,
        user: (ctx.state.principal as Principal | null | undefined)?.userName,
        address: addressOf(ctx),
        ms: Math.round((performance.now() - start) * 10) / 10,
      },
      'request',
    );
  };
}

/** Headers of every answer (DSP0266 clause 8.2, and what browsers need to be kept from doing harm). */
async function headers(ctx: Context, next: Next): Promise<void> {
  ctx.res.setHeader('OData-Version', '4.0');
  ctx.res.setHeader('Cache-Control', 'no-cache');
  ctx.res.setHeader('X-Content-Type-Options', 'nosniff');
  ctx.res.setHeader('X-Frame-Options', 'DENY');
  ctx.res.setHeader('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'");
  ctx.res.setHeader('Strict-Transport-Security', 'max-age=31536000');
  await next();
}

/** Refuses what the request itself declares and we cannot honour, before anything else is looked at. */
async function conditions(ctx: Context, next: Next): Promise<void> {
  const version = ctx.headers['odata-version'];
  if (version !== undefined && version !== '4.0') {
    throw new RedfishError([message('Base.HeaderInvalid', [`OData-Version: ${String(version)}`])], 412);
  }
  await next();
}

function routes(options: AppOptions): Router {
  const router = new Router({ strict: true });
  router.all('/redfish', document('application/json; charset=utf-8', '{"v1":"/redfish/v1/"}'));
  router.all('/redfish/v1/$metadata', document('application/xml; charset=utf-8', options.metadata));
  router.all('/redfish/v1/odata', document('application/json; charset=utf-8', options.serviceDocument));
  router.all('/redfish/v1', redfish(options));
  router.all('/redfish/v1/', redfish(options));
  router.all('/redfish/v1/*path', redfish(options));
  return router;
}

/** A fixed text that everybody may read. */
function document(type: string, text: string) {
  return (ctx: Context): void => {
    ctx.set('Allow', 'GET, HEAD');
    if (ctx.method === 'OPTIONS') {
      ctx.status = 204;
      return;
    }
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD')
      throw new RedfishError([message('Base.OperationNotAllowed', [])], 405);
    demandAcceptable(ctx, type.slice(0, type.indexOf(';')));
    ctx.type = type;
    ctx.body = text;
  };
}

function redfish(options: AppOptions) {
  const { service } = options;
  return async (ctx: Context): Promise<void> => {
    const open = service.isOpen(ctx.method, ctx.path);
    const known = options.authenticate(ctx, open);
    const principal = known instanceof Promise ? await known : known;
    ctx.state.principal = principal;
    demandAcceptable(ctx, 'application/json');
    const reply = await service.handle({
      method: ctx.method,
      path: ctx.path,
      query: ctx.querystring,
      ifMatch: ctx.headers['if-match'],
      ifNoneMatch: ctx.headers['if-none-match'],
      principal,
      address: addressOf(ctx),
      body: () => readBody(ctx.req),
    });
    ctx.status = reply.status;
    for (const name in reply.headers) ctx.res.setHeader(name, reply.headers[name] ?? '');
    if (reply.body === null) return;
    ctx.res.setHeader('Content-Type', 'application/json; charset=utf-8');
    ctx.body = reply.body;
  };
}

/** @throws RedfishError 406 */
function demandAcceptable(ctx: Context, type: string): void {
  const accept = ctx.headers.accept;
  if (accept === undefined || accept === '*/*' || accept.startsWith(type)) return;
  if (ctx.accepts(type) === false)
    throw new RedfishError([message('Base.HeaderInvalid', [`Accept: ${accept}`])], 406);
}

/** Outside `/redfish` there is nothing, and nobody needs to log in to learn that. */
function nothingHere(ctx: Context): void {
  throw new RedfishError([message('Base.ResourceMissingAtURI', [ctx.path])], 404);
}

/** The client's IP address, IPv4 in its own form. */
export const addressOf = (ctx: Context): string =>
  (ctx.req.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
