/** Writes an answer in one go: all headers, then the body, with the fields that every answer carries. */
import type { Context } from 'koa';
import { compressed, compressedFrom } from './compress.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Text of the body, or its bytes in UTF-8; null for none. */
  readonly body: string | Buffer | null;
}

/**
 * DSP0266 clause 8.2, and what browsers need to keep other pages out: nothing here is a page, runs a script, is embedded
 * or sends a referrer.
 */
const constant: Readonly<Record<string, string>> = {
  'OData-Version': '4.0',
  Vary: 'Accept-Encoding, Origin',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Permitted-Cross-Domain-Policies': 'none',
};
const listed = Object.entries(constant).flat();
/** What anybody may read may be kept if it is validated again; what a login has shown must not be kept at all. */
const shared = [...listed, 'Cache-Control', 'no-cache'];
const confidential = [...listed, 'Cache-Control', 'no-store'];
/** RFC 6797: a browser that has seen it never accepts an untrusted certificate here again. */
const insist = ['Strict-Transport-Security', 'max-age=31536000'];

/** The same for the few answers that are written as text (`Name: value` lines). */
export const commonLines: string = Object.entries({ ...constant, 'Cache-Control': 'no-cache' })
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join('');

export const json = 'application/json; charset=utf-8';

/** Names and values, in turn, of the fields that every answer to this request carries. */
function commonFields(ctx: Context): string[] {
  const { method, headers } = ctx.req;
  const reads = method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
  const asked =
    headers.authorization !== undefined ||
    headers['x-auth-token'] !== undefined ||
    ctx.state.principal != null;
  const fields = reads && !asked ? [...shared] : [...confidential];
  if (ctx.state.insistsOnTls === true) fields.push(...insist);
  return fields;
}

/** Ends the request, later where the body has to be compressed first. */
export function send(ctx: Context, reply: Reply): void | Promise<void> {
  const { status, headers, body } = reply;
  if (body !== null && body.length >= compressedFrom && status === 200 && ctx.req.method === 'GET') {
    const accepted = ctx.req.headers['accept-encoding'];
    const smaller = compressed(typeof accepted === 'string' ? accepted : undefined, body);
    if (smaller !== undefined)
      return smaller.then((small) => {
        write(ctx, status, encoded(headers, small.coding), small.body);
      });
  }
  write(ctx, status, headers, body);
}

/** Begins an answer whose body its caller writes to `ctx.res`. */
export function beginStream(ctx: Context, status: number, headers: Reply['headers']): void {
  ctx.respond = false;
  const { res } = ctx;
  res.statusCode = status;
  const fields = commonFields(ctx);
  for (let at = 0; at < fields.length; at += 2) res.setHeader(fields[at] ?? '', fields[at + 1] ?? '');
  for (const name in headers) res.setHeader(name, headers[name] ?? '');
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
  // The client may have left.
  if (ctx.res.destroyed) return;
  const fields = commonFields(ctx);
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
