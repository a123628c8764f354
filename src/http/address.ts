import type { Context } from 'koa';

/** The client's IP address, IPv4 in its own form. */
export const addressOf = (ctx: Context): string =>
  (ctx.req.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
