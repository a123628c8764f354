/** Turns errors into Redfish error responses: one status, one body, nothing secret. */
import type { Context, Next } from 'koa';
import { DeviceError } from '../../../drivers/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { BoardRefusal } from '../../board/model/refusal.ts';
import { errorBody, message, RedfishError } from '../../messages/messages.ts';
import { NetworkError } from '../../network/model.ts';
import { WriteFailure } from '../../redfish/service/write/writer.ts';
import { StoreError } from '../../store/errors.ts';
import { send } from '../reply.ts';
import { requestId } from './request-log.ts';

/**
 * Answers errors, and logs those that are a defect of this program or a fault of the machine.
 * @param advertiseBasic whether a 401 offers Basic authentication
 * @param insistsOnTls whether answers tell browsers to use HTTPS from now on
 */
export function errors(log: Logger, advertiseBasic: () => boolean, insistsOnTls: () => boolean) {
  return async (ctx: Context, next: Next): Promise<void> => {
    ctx.state.insistsOnTls = insistsOnTls();
    try {
      await next();
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal !== error) log.error('request failed', { request: requestId(ctx), err: error });
      // An answer that has begun cannot be taken back: the client must see it break off.
      if (ctx.res.headersSent) ctx.res.destroy();
      else
        send(ctx, {
          status: refusal.status,
          headers: refusal.status === 401 && advertiseBasic() ? challenged(ctx, refusal) : refusal.headers,
          body: JSON.stringify(errorBody(refusal.messages)),
        });
    }
  };
}

/** A browser answers the challenge to a script's request with a dialogue of its own, so only navigation is challenged. */
function challenged(ctx: Context, { headers }: RedfishError): Readonly<Record<string, string>> {
  const mode = ctx.req.headers['sec-fetch-mode'];
  return mode === undefined || mode === 'navigate'
    ? { ...headers, 'WWW-Authenticate': 'Basic realm="Redfish", charset="UTF-8"' }
    : headers;
}

/** The refusal for an error; a defect of this program is an InternalError without details. */
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

/** A cause with an answer of its own is reported as such; any other, by the properties that were not written. */
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
