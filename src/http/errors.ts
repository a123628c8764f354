/** Turns whatever went wrong into the answer that the standard wants: one error body, one status, nothing secret. */
import { randomUUID } from 'node:crypto';
import type { Context, Next } from 'koa';
import type { Logger } from 'pino';
import { DeviceError } from '../../drivers/errors.ts';
import { BoardRefusal } from '../board/model.ts';
import { errorBody, message, RedfishError } from '../messages/messages.ts';
import { NetworkError } from '../network/model.ts';
import { WriteFailure } from '../redfish/service/write/writer.ts';
import { StoreError } from '../store/errors.ts';
import { send } from './reply.ts';

/**
 * Middleware: catches, answers, and logs what is a defect or a fault of the machine. `advertiseBasic` says whether a 401
 * offers Basic authentication.
 */
export function errors(log: Logger, advertiseBasic: () => boolean) {
  return async (ctx: Context, next: Next): Promise<void> => {
    try {
      await next();
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal !== error) log.error({ request: requestId(ctx), err: error }, 'request failed');
      // An answer that had begun cannot be taken back: the client must see it break off.
      if (ctx.res.headersSent) ctx.res.destroy();
      else
        send(ctx, {
          status: refusal.status,
          headers: headersOf(refusal, advertiseBasic()),
          body: JSON.stringify(errorBody(refusal.messages)),
        });
    }
  };
}

/** Every 401 names the schemes, whoever refused. */
const headersOf = ({ status, headers }: RedfishError, basic: boolean): Readonly<Record<string, string>> =>
  status === 401 && basic
    ? { ...headers, 'WWW-Authenticate': 'Basic realm="Redfish", charset="UTF-8"' }
    : headers;

/** Ties the lines about one request together; made when a first line is written. */
export function requestId(ctx: Context): string {
  ctx.state.requestId ??= randomUUID();
  return ctx.state.requestId as string;
}

/** What a client is told of an error; a defect of ours is an InternalError and no more. */
export function refusalOf(error: unknown): RedfishError {
  if (error instanceof RedfishError) return error;
  if (error instanceof WriteFailure) return writeRefusal(error);
  if (error instanceof StoreError) {
    return error.reason === 'full'
      ? new RedfishError([message('Base.InsufficientStorage', [])], 507)
      : new RedfishError([message('Base.ServiceTemporarilyUnavailable', ['60'])], 503, {
          'Retry-After': '60',
        });
  }
  if (error instanceof BoardRefusal) return boardRefusal(error);
  if (error instanceof NetworkError) return new RedfishError([message('Base.OperationFailed', [])], 500);
  if (error instanceof DeviceError) return new RedfishError([message('Base.OperationFailed', [])], 502);
  return new RedfishError([message('Base.InternalError', [])], 500);
}

/** A cause that says itself what to do is told; of any other, which properties it kept from being written. */
function writeRefusal({ cause, properties, stuck }: WriteFailure): RedfishError {
  const { messages, status, headers } = refusalOf(cause);
  const speaks = status !== 500 && status !== 502;
  const named = properties.map((path) =>
    message('Base.PropertyNotUpdated', [path.slice(path.lastIndexOf('/') + 1)], {
      relatedProperties: [`#/${path}`],
    }),
  );
  const partial = stuck.length === 0 ? [] : [message('Base.OperationFailed', [])];
  return new RedfishError([...(speaks ? messages : named), ...partial], status, headers);
}

function boardRefusal(error: BoardRefusal): RedfishError {
  switch (error.reason) {
    case 'busy':
    case 'not-in-this-state':
    case 'no-power':
    case 'held-back':
      return new RedfishError([message('Base.ResourceInUse', [])], 409);
    case 'not-supported':
    case 'out-of-range':
      return new RedfishError([message('Base.OperationFailed', [])], 409);
    case 'device':
      return new RedfishError([message('Base.OperationFailed', [])], 502);
  }
}
