/** Writes an answer in one go: all headers, then the body, with what every answer carries. */
import type { Context } from 'koa';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Text of the body; null for none. */
  readonly body: string | null;
}

/** DSP0266 clause 8.2, and what browsers need to be kept from doing harm. */
const common: readonly string[] = [
  ...['OData-Version', '4.0'],
  ...['Cache-Control', 'no-cache'],
  ...['X-Content-Type-Options', 'nosniff'],
  ...['X-Frame-Options', 'DENY'],
  ...['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"],
  ...['Strict-Transport-Security', 'max-age=31536000'],
];

const json = 'application/json; charset=utf-8';

/** Ends the request. Koa's own way through setters and getters costs as much again as all the rest of an answer. */
export function send(ctx: Context, reply: Reply): void {
  const fields = [...common];
  let typed = false;
  for (const name in reply.headers) {
    fields.push(name, reply.headers[name] ?? '');
    typed ||= name === 'Content-Type';
  }
  if (reply.body !== null) {
    if (!typed) fields.push('Content-Type', json);
    fields.push('Content-Length', String(Buffer.byteLength(reply.body)));
  } else if (reply.status !== 204 && reply.status !== 304) {
    fields.push('Content-Length', '0');
  }
  ctx.respond = false;
  ctx.res.writeHead(reply.status, fields);
  ctx.res.end(reply.body ?? undefined);
}
