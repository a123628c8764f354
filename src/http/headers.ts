/** Conditions that a request puts on its answer before anybody looks at what it asks for. */
import type { Context } from 'koa';
import { message, RedfishError } from '../messages/messages.ts';
import { takesType } from './negotiation.ts';

/** @throws RedfishError 400 without a Host (RFC 9112 clause 3.2), 412 for another OData-Version (DSP0266 clause 8.1) */
export function demandProtocol(ctx: Context): void {
  if (ctx.req.headers.host === undefined && ctx.req.httpVersion === '1.1')
    throw new RedfishError([message('Base.HeaderMissing', ['Host'])], 400);
  const version = ctx.req.headers['odata-version'];
  if (version !== undefined && version !== '4.0')
    throw new RedfishError([message('Base.HeaderInvalid', ['OData-Version'])], 412);
}

/** @throws RedfishError 406 */
export function demandAcceptable(ctx: Context, type: string): void {
  const { accept } = ctx.req.headers;
  if (accept === undefined || accept === '*/*' || accept === type) return;
  if (!takesType(accept, type)) throw new RedfishError([message('Base.HeaderInvalid', ['Accept'])], 406);
}
