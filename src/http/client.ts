/** Where a request comes from. */
import type { Context } from 'koa';

/** The client's IP address; IPv4 in its own form, also over an IPv6 socket. */
export function addressOf(ctx: Context): string {
  return plainAddress(ctx.req.socket.remoteAddress);
}

/** An address as the system reports it, without the prefix of IPv4-mapped IPv6 (RFC 4291 clause 2.5.5.2). */
export const plainAddress = (address: string | undefined): string =>
  address?.startsWith('::ffff:') === true ? address.slice(7) : (address ?? '');
