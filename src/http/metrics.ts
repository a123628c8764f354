/** `/metrics`: all that the daemon knows, for Prometheus and its relatives, to whoever may log in. */
import type { Context, Next } from 'koa';
import { message, RedfishError } from '../messages/messages.ts';
import type { Principal } from '../redfish/service/principal.ts';
import { contentTypes, type Format } from '../telemetry/exposition.ts';
import { demandLogin } from './authenticate.ts';
import { choices, takesType } from './negotiation.ts';
import { send } from './reply.ts';

const allow = 'GET, HEAD, OPTIONS';

export interface MetricsOptions {
  /** All metrics as they are now. Reads memory only. */
  readonly render: (format: Format) => string;
  readonly authenticate: (ctx: Context, lenient: boolean) => Principal | null | Promise<Principal | null>;
}

export function metrics({ render, authenticate }: MetricsOptions) {
  return async (ctx: Context, next: Next): Promise<void> => {
    if (ctx.path !== '/metrics') return next();
    const principal = await authenticate(ctx, false);
    ctx.state.principal = principal;
    demandLogin(principal);
    const { method } = ctx.req;
    if (method === 'OPTIONS') return send(ctx, { status: 204, headers: { Allow: allow }, body: null });
    if (method !== 'GET' && method !== 'HEAD')
      throw new RedfishError([message('Base.OperationNotAllowed', [])], 405, { Allow: allow });
    const format = formatFor(ctx.req.headers.accept);
    if (format === undefined) throw new RedfishError([message('Base.HeaderInvalid', ['Accept'])], 406);
    const body = render(format);
    return send(ctx, {
      status: 200,
      headers: { Allow: allow, 'Content-Type': contentTypes[format], Vary: 'Accept' },
      body,
    });
  };
}

/** OpenMetrics for those who ask for it, and no less for it than for plain text; undefined when neither will do. */
export function formatFor(accept: string | undefined): Format | undefined {
  if (accept === undefined) return 'text';
  const list = choices(accept);
  const weight = (name: string) => list.find((choice) => choice.name === name)?.weight ?? 0;
  const open = weight('application/openmetrics-text');
  if (open > 0 && open >= weight('text/plain')) return 'openmetrics';
  return takesType(accept, 'text/plain') ? 'text' : undefined;
}
