/** Conditions that a request sets for any answer: protocol version, host and media type. */
import type { Context } from 'koa';
import { message, RedfishError } from '../messages/messages.ts';
import { takesType } from './negotiation.ts';

/**
 * @throws RedfishError 400 unless there is exactly one Host (RFC 9112 clause 3.2), 412 for another OData-Version (DSP0266
 * clause 8.1)
 */
export function requireProtocol(ctx: Context): void {
  const { headers, httpVersion } = ctx.req;
  if (httpVersion === '1.1') {
    if (headers.host === undefined) throw new RedfishError([message('Base.HeaderMissing', ['Host'])], 400);
    if (hosts(ctx.req.rawHeaders) > 1) throw new RedfishError([message('Base.HeaderInvalid', ['Host'])], 400);
  }
  const version = headers['odata-version'];
  if (version !== undefined && version !== '4.0')
    throw new RedfishError([message('Base.HeaderInvalid', ['OData-Version'])], 412);
}

/** @throws RedfishError 406 */
export function requireAcceptable(ctx: Context, type: string): void {
  const { accept } = ctx.req.headers;
  if (accept === undefined || accept === '*/*' || accept === type) return;
  if (!takesType(accept, type)) throw new RedfishError([message('Base.HeaderInvalid', ['Accept'])], 406);
}

/** Host fields among raw headers; Node keeps only the first in `headers`. */
function hosts(raw: readonly string[]): number {
  let count = 0;
  for (let at = 0; at < raw.length; at += 2)
    if (raw[at]?.length === 4 && raw[at]?.toLowerCase() === 'host') count += 1;
  return count;
}
