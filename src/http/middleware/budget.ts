/** Refuses requests of networks whose budget is used up. */
import type { Context, Next } from 'koa';
import { networkOf } from '../../base/client-network.ts';
import { message, RedfishError } from '../../messages/messages.ts';
import type { Meter } from '../meter.ts';

export function budget(meter: Meter) {
  return (ctx: Context, next: Next): Promise<void> | void => {
    const { socket } = ctx.req;
    const network = networkOf(socket.remoteAddress ?? '');
    switch (meter.request(network)) {
      case 'serve':
        return next();
      case 'wait': {
        const seconds = String(meter.retryAfter(network));
        const refused = message('Base.ServiceTemporarilyUnavailable', [seconds]);
        throw new RedfishError([refused], 429, { 'Retry-After': seconds });
      }
      case 'drop':
        ctx.respond = false;
        // Of HTTP/2 this ends one stream; the connection ends with its next one.
        ctx.res.destroy();
        socket.destroy();
    }
  };
}
