/** One line of the log for each write and each failure; reads are logged at level debug. */
import { randomUUID } from 'node:crypto';
import type { Context, Next } from 'koa';
import type { Logger } from '../../base/logger.ts';
import type { Principal } from '../../redfish/service/principal.ts';
import { addressOf } from '../client.ts';

export function requestLog(log: Logger) {
  return async (ctx: Context, next: Next): Promise<void> => {
    const start = performance.now();
    await next();
    const status = ctx.res.statusCode;
    const quiet = status < 400 && (ctx.method === 'GET' || ctx.method === 'HEAD');
    // 501 is about the request: this service does not know the method or the query parameter.
    const level = status >= 500 && status !== 501 ? 'error' : quiet ? 'debug' : 'info';
    if (!log.isEnabled(level)) return;
    log[level]('request', {
      request: requestId(ctx),
      method: ctx.method,
      path: ctx.path,
      status,
      user: (ctx.state.principal as Principal | null | undefined)?.userName,
      address: addressOf(ctx),
      ms: Math.round((performance.now() - start) * 10) / 10,
    });
  };
}

/** Ties the lines about one request together; made when its first line is written. */
export function requestId(ctx: Context): string {
  ctx.state.requestId ??= randomUUID();
  return ctx.state.requestId as string;
}
