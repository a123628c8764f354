/** The tree of resources: turns an HTTP request into a request of the Redfish service, and its answer back. */
import type { IncomingMessage } from 'node:http';
import type { Context, Next } from 'koa';
import type { ServiceReply, ServiceRequest } from '../../redfish/service/service.ts';
import { readBody } from '../body.ts';
import { addressOf } from '../client.ts';
import { requireAcceptable, requireProtocol } from '../conditions.ts';
import type { Meter } from '../meter.ts';
import type { Authenticate } from '../middleware/authenticate.ts';
import { json, send } from '../reply.ts';

/** The part of the Redfish service that HTTP needs. */
export interface RedfishService {
  handle(request: ServiceRequest): ServiceReply | Promise<ServiceReply>;
  isOpen(method: string, path: string): boolean;
  /** Whether a path is that of a resource, a collection or an action, there or not. */
  knows(path: string): boolean;
}

export interface TreeOptions {
  readonly service: RedfishService;
  readonly authenticate: Authenticate;
  readonly meter: Meter;
}

const jsonType = json.slice(0, json.indexOf(';'));

export function tree({ service, authenticate, meter }: TreeOptions) {
  return async (ctx: Context, next: Next): Promise<void> => {
    const { method = '' } = ctx.req;
    const path = pathOf(ctx.req);
    const { url = '' } = ctx.req;
    const question = url.indexOf('?');
    if (!path.startsWith('/redfish/v1')) return next();
    const open = service.isOpen(method, path);
    // What a query such as $expand shows of an open resource depends on the sender.
    const known = authenticate(ctx, question < 0 && open);
    const principal = known instanceof Promise ? await known : known;
    ctx.state.principal = principal;
    const reads = method === 'GET' || method === 'HEAD';
    // A client that is not logged in learns that first, and from the service.
    if (principal !== null || open) {
      requireProtocol(ctx);
      if (!reads) requireAcceptable(ctx, jsonType);
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
      prefer: typeof headers.prefer === 'string' ? headers.prefer : undefined,
      address: addressOf(ctx),
      // What is done with a body begins in the turn that it arrives whole in.
      body: () => readBody(ctx.req, ctx.res).finally(() => meter.enter(ctx)),
    });
    const reply = answer instanceof Promise ? await answer.finally(() => meter.enter(ctx)) : answer;
    // A missing resource answers 404 whatever form the client accepts.
    if (reads) requireAcceptable(ctx, jsonType);
    return send(ctx, reply);
  };
}

/** The path of a request as it was sent, escapes and all, without the query. */
export function pathOf(request: IncomingMessage): string {
  const url = originForm(request);
  const question = url.indexOf('?');
  return question < 0 ? url : url.slice(0, question);
}

/**
 * Path and query of a request. One written as to a proxy (RFC 9112 clause 3.2.2) is put into origin form, which all that
 * follows then sees.
 */
function originForm(request: IncomingMessage): string {
  const { url = '' } = request;
  if (url.startsWith('/')) return url;
  const path = /^https?:\/\/[^/?#]*(.*)$/i.exec(url)?.[1];
  if (path === undefined) return url;
  request.url = path.startsWith('/') ? path : `/${path}`;
  return request.url;
}
