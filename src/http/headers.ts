/** Conditions that a request puts on its answer before anybody looks at what it asks for. */
import type { Context } from 'koa';
import { message, RedfishError } from '../redfish/registries/messages.ts';
import { takesType } from './negotiation.ts';

/** @throws RedfishError 412 (DSP0266 clause 8.1, OData-Version) */
export function demandVersion(ctx: Context): void {
  const version = ctx.headers['odata-version'];
  if (version !== undefined && version !== '4.0')
    throw new RedfishError([message('Base.HeaderInvalid', ['OData-Version'])], 412);
}

/** @throws RedfishError 406 */
export function demandAcceptable(ctx: Context, type: string): void {
  const { accept } = ctx.headers;
  if (accept === undefined || accept === '*/*' || accept === type) return;
  if (!takesType(accept, type)) throw new RedfishError([message('Base.HeaderInvalid', ['Accept'])], 406);
}
