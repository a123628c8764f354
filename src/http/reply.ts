/** Writes an answer in one go: all headers, then the body, with what every answer carries. */
import type { Context } from 'koa';
import { compressed, compressedFrom } from './compress.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Text of the body; null for none. */
  readonly body: string | null;
}

/** DSP0266 clause 8.2, and what browsers need to be kept from doing harm. */
export const common: readonly string[] = [
  ...['OData-Version', '4.0'],
  ...['Cache-Control', 'no-cache'],
  ...['Vary', 'Accept-Encoding, Origin'],
  ...['X-Content-Type-Options', 'nosniff'],
  ...['X-Frame-Options', 'DENY'],
  ...['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"],
  ...['Strict-Transport-Security', 'max-age=31536000'],
];

/** The same for the few answers that are written as text (`Name: value` lines). */
export const commonLines: string = common.reduce(
  (lines, part, index) => lines + part + (index % 2 === 0 ? ': ' : '\r\n'),
  '',
);

export const json = 'application/json; charset=utf-8';

/** Ends the request, later where the body has to be compressed first. */
export function send(ctx: Context, reply: Reply): void | Promise<void> {
  const { status, headers, body } = reply;
  if (body !== null && body.length >= compressedFrom && status === 200 && ctx.req.method === 'GET') {
    const smaller = compressed(ctx.req.headers['accept-encoding'] as string | undefined, body);
    if (smaller !== undefined)
      return smaller.then((small) => {
        write(ctx, status, encoded(headers, small.coding), small.body);
      });
  }
  write(ctx, status, headers, body);
}

/** A coding makes another representation, which is no longer the same byte for byte (RFC 9110 clause 8.8.3.3). */
function encoded(headers: Reply['headers'], coding: string): Reply['headers'] {
  const { ETag } = headers;
  const weak = ETag === undefined ? {} : { ETag: `W/${ETag}` };
  return { ...headers, ...weak, 'Content-Encoding': coding };
}

/** Koa's own way through setters and getters costs as much again as all the rest of an answer. */
function write(ctx: Context, status: number, headers: Reply['headers'], body: string | Buffer | null): void {
  ctx.respond = false;
  // A client that has gone hears nothing.
  if (ctx.res.destroyed) return;
  const fields = [...common];
  let typed = false;
  for (const name in headers) {
    fields.push(name, headers[name] ?? '');
    typed ||= name === 'Content-Type';
  }
  if (body !== null) {
    if (!typed) fields.push('Content-Type', json);
    fields.push('Content-Length', String(Buffer.byteLength(body)));
  } else if (status !== 204 && status !== 304) {
    fields.push('Content-Length', '0');
  }
  ctx.res.writeHead(status, fields);
  ctx.res.end(body ?? undefined);
}
