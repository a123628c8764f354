import type { Context } from 'koa';

/** The client's IP address, IPv4 in its own form. */
export function addressOf(ctx: Context): string {
  const address = ctx.req.socket.remoteAddress ?? '';
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}
