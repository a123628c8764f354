/** Web pages of other origins: refused when they write with remembered credentials, or admitted where configured (CORS). */
import type { Context, Next } from 'koa';
import { message, RedfishError } from '../../messages/messages.ts';
import { send } from '../reply.ts';

/** Fields that an admitted page may send, and read of an answer, besides those that every page may. */
const requestHeaders =
  'Authorization, Content-Type, If-Match, If-None-Match, OData-Version, Prefer, X-Auth-Token';
const responseHeaders =
  'Allow, ETag, Link, Location, OData-Version, Preference-Applied, Retry-After, X-Auth-Token';
/** Every method that some resource has. */
export const allMethods = 'GET, HEAD, POST, PATCH, DELETE, OPTIONS';
const seconds = '600';

/** Programs other than browsers send no Origin and are not affected. */
export function origins(allowed: readonly string[]) {
  const known = new Set(allowed);
  return (ctx: Context, next: Next): Promise<void> | void => {
    const { origin, host } = ctx.req.headers;
    if (origin === undefined) return next();
    if (known.has(origin)) {
      ctx.res.setHeader('Access-Control-Allow-Origin', origin);
      ctx.res.setHeader('Access-Control-Expose-Headers', responseHeaders);
      // A preflight carries no credentials.
      if (ctx.req.method !== 'OPTIONS' || ctx.req.headers['access-control-request-method'] === undefined)
        return next();
      const headers = {
        'Access-Control-Allow-Methods': allMethods,
        'Access-Control-Allow-Headers': requestHeaders,
        'Access-Control-Max-Age': seconds,
      };
      return send(ctx, { status: 204, headers, body: null });
    }
    const reads = ctx.req.method === 'GET' || ctx.req.method === 'HEAD' || ctx.req.method === 'OPTIONS';
    if (reads || origin === `https://${host}`) return next();
    // The browser adds credentials that it remembers to the requests of any page: a foreign page must change nothing.
    throw new RedfishError([message('Base.AccessForbidden', [])], 403);
  };
}
