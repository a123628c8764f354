/** The HTTP application: one middleware, one concern, in the order in which a request meets them. */
import type { IncomingMessage } from 'node:http';
import Koa, { type Context, type Next } from 'koa';
import type { Logger } from '../base/logger.ts';
import { message, RedfishError } from '../messages/messages.ts';
import type { Principal } from '../redfish/service/principal.ts';
import type { ServiceReply, ServiceRequest } from '../redfish/service/service.ts';
import type { Format } from '../telemetry/exposition.ts';
import { addressOf } from './address.ts';
import { type AttachmentOptions, attachments } from './attachment.ts';
import { readBody } from './body.ts';
import type { Consoles } from './console.ts';
import { type Documents, documents, isDocument } from './documents.ts';
import { errors, requestId } from './errors.ts';
import { demandAcceptable, demandProtocol } from './headers.ts';
import { type Limits, limitRequests } from './limits.ts';
import { metrics } from './metrics.ts';
import { methods, origins } from './origins.ts';
import { json, send } from './reply.ts';
import { type SseOptions, sse } from './sse.ts';

/** The part of the Redfish service that HTTP needs. */
export interface RedfishService {
  handle(request: ServiceRequest): ServiceReply | Promise<ServiceReply>;
  isOpen(method: string, path: string): boolean;
}

export interface AppOptions extends Documents {
  readonly service: RedfishService;
  /**
   * Who sends this request: null without credentials. With credentials that are wrong it throws a RedfishError 401,
   * unless `lenient`: then they count as none.
   */
  readonly authenticate: (ctx: Context, lenient: boolean) => Principal | null | Promise<Principal | null>;
  readonly limits: Limits;
  /** Origins of web pages that may use the service from a browser, besides its own: `https://ui.example`. */
  readonly corsOrigins: readonly string[];
  /** The text of `/metrics` as it is now. */
  readonly metrics: (format: Format) => string;
  /** Whether a 401 offers Basic authentication. */
  readonly advertiseBasic: () => boolean;
  readonly archives: AttachmentOptions['archives'];
  readonly manager: string;
  /** What happens, as streams. */
  readonly events: SseOptions['events'];
  readonly announce: SseOptions['announce'];
  readonly mayFollow: SseOptions['mayFollow'];
  readonly onAccounts: SseOptions['onAccounts'];
  /** Serial consoles of hosts. */
  readonly consoles: Consoles;
  readonly log: Logger;
}

export function createApp(options: AppOptions): Koa {
  const app = new Koa();
  // Whatever escapes a middleware after the answer has begun is a broken connection; the error handler saw the rest.
  app.silent = true;
  app.use(requestLog(options.log));
  app.use(errors(options.log, options.advertiseBasic));
  const { middleware, enter } = limitRequests(options.limits);
  app.use(middleware);
  app.use(origins(options.corsOrigins));
  app.use(options.consoles.middleware);
  app.use(sse(options));
  app.use(attachments(options));
  // The tree of resources has a router of its own: what it does not know goes on to the fixed documents.
  app.use(redfish(options, enter));
  app.use(metrics({ render: options.metrics, authenticate: options.authenticate }));
  app.use(documents(options).routes());
  app.use(nothingHere);
  return app;
}

/** Gives each request an id and writes a line for each write and each failure; reads are logged at level debug. */
function requestLog(log: Logger) {
  return async (ctx: Context, next: Next): Promise<void> => {
    const start = performance.now();
    await next();
    const status = ctx.res.statusCode;
    const quiet = status < 400 && (ctx.method === 'GET' || ctx.method === 'HEAD');
    // 501 is about the request: this service does not know the method or the query parameter.
    const level = status >= 500 && status !== 501 ? 'error' : quiet ? 'debug' : 'info';
    if (!log.isEnabled(level)) return;
    log[level]('request', {
      request: requestId(ctx),
      method: ctx.method,
      path: ctx.path,
      status,
      user: (ctx.state.principal as Principal | null | undefined)?.userName,
      address: addressOf(ctx),
      ms: Math.round((performance.now() - start) * 10) / 10,
    });
  };
}

function redfish(options: AppOptions, enter: (ctx: Context) => void) {
  const { service } = options;
  return async (ctx: Context, next: Next): Promise<void> => {
    const { method = '' } = ctx.req;
    const url = originForm(ctx.req);
    const question = url.indexOf('?');
    const path = question < 0 ? url : url.slice(0, question);
    if (!path.startsWith('/redfish/v1') || isDocument(path)) return next();
    const open = service.isOpen(method, path);
    // What a query such as $expand shows of an open resource depends on who asks.
    const known = options.authenticate(ctx, question < 0 && open);
    const principal = known instanceof Promise ? await known : known;
    ctx.state.principal = principal;
    const reads = method === 'GET' || method === 'HEAD';
    // Who is not let in learns that first, and from the service.
    if (principal !== null || open) {
      demandProtocol(ctx);
      if (!reads) demandAcceptable(ctx, jsonType);
    }
    const { headers } = ctx.req;
    const answer = service.handle({
      // Written out: members after a spread cost a tenth of the whole answer.
      method,
      path,
      principal,
      query: question < 0 ? '' : url.slice(question + 1),
      ifMatch: headers['if-match'],
      ifNoneMatch: headers['if-none-match'],
      prefer: headers.prefer as string | undefined,
      address: addressOf(ctx),
      // What is done with a body begins in the turn that it comes whole in.
      body: () => readBody(ctx.req, ctx.res).finally(() => enter(ctx)),
    });
    const reply = answer instanceof Promise ? await answer.finally(() => enter(ctx)) : answer;
    // That there is nothing goes before the form in which it is not there.
    if (reads) demandAcceptable(ctx, jsonType);
    return send(ctx, reply);
  };
}

const jsonType = json.slice(0, json.indexOf(';'));

/** Path and query of a request, also of one written as to a proxy (RFC 9112 clause 3.2.2), which everybody then sees. */
function originForm(request: IncomingMessage): string {
  const { url = '' } = request;
  if (url.startsWith('/')) return url;
  const path = /^https?:\/\/[^/?#]*(.*)$/i.exec(url)?.[1];
  if (path === undefined) return url;
  request.url = path.startsWith('/') ? path : `/${path}`;
  return request.url;
}

/** Outside `/redfish` there is nothing, and nobody needs to log in to learn that. */
function nothingHere(ctx: Context): void | Promise<void> {
  // A question about the service as a whole.
  if (ctx.req.method === 'OPTIONS' && ctx.req.url === '*')
    return send(ctx, { status: 204, headers: { Allow: methods }, body: null });
  throw new RedfishError([message('Base.ResourceMissingAtURI', [ctx.path])], 404);
}
