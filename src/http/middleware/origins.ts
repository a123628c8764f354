/** Web pages of other origins: kept from writing with a user's remembered credentials, or let in where configured (CORS). */
import type { Context, Next } from 'koa';
import { message, RedfishError } from '../../messages/messages.ts';
import { send } from '../reply.ts';

/** What a page may send, and read of an answer, beside what every page may. */
const requestHeaders =
  'Authorization, Content-Type, If-Match, If-None-Match, OData-Version, Prefer, X-Auth-Token';
const responseHeaders =
  'Allow, ETag, Link, Location, OData-Version, Preference-Applied, Retry-After, X-Auth-Token';
/** Every method that some resource has. */
export const methods = 'GET, HEAD, POST, PATCH, DELETE, OPTIONS';
const seconds = '600';

/** Middleware. Programs other than browsers send no Origin and never notice it. */
export function origins(allowed: readonly string[]) {
  const known = new Set(allowed);
  return (ctx: Context, next: Next): Promise<void> | void => {
    const { origin, host } = ctx.req.headers;
    if (origin === undefined) return next();
    if (known.has(origin)) {
      ctx.res.setHeader('Access-Control-Allow-Origin', origin);
      ctx.res.setHeader('Access-Control-Expose-Headers', responseHeaders);
      // A browser asks beforehand, without credentials, what a page may do.
      if (ctx.req.method !== 'OPTIONS' || ctx.req.headers['access-control-request-method'] === undefined)
        return next();
      const headers = {
        'Access-Control-Allow-Methods': methods,
        'Access-Control-Allow-Headers': requestHeaders,
        'Access-Control-Max-Age': seconds,
      };
      return send(ctx, { status: 204, headers, body: null });
    }
    const reads = ctx.req.method === 'GET' || ctx.req.method === 'HEAD' || ctx.req.method === 'OPTIONS';
    if (reads || origin === `https://${host}`) return next();
    // The browser adds credentials that it remembers, whoever wrote the page: a foreign page must change nothing.
    throw new RedfishError([message('Base.AccessForbidden', [])], 403);
  };
}
