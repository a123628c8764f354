/** `/metrics`: all metrics for Prometheus and compatible collectors. */
import { message, RedfishError } from '../../messages/messages.ts';
import { contentTypes, type Format } from '../../telemetry/exposition.ts';
import { endpoint, type Route } from '../endpoint.ts';
import { choices, takesType } from '../negotiation.ts';
import { send } from '../reply.ts';

/** @param render returns all metrics as they are now; reads memory only */
export function metrics(render: (format: Format) => string): Route {
  return endpoint({
    path: '/metrics',
    methods: ['GET', 'HEAD'],
    privilege: 'Login',
    find: () => render,
    handle: (ctx, { allow }) => {
      const format = formatFor(ctx.req.headers.accept);
      if (format === undefined) throw new RedfishError([message('Base.HeaderInvalid', ['Accept'])], 406);
      const headers = { Allow: allow, 'Content-Type': contentTypes[format], Vary: 'Accept' };
      return send(ctx, { status: 200, headers, body: render(format) });
    },
  });
}

/** OpenMetrics where an Accept field prefers it to plain text or likes both equally; undefined when neither will do. */
export function formatFor(accept: string | undefined): Format | undefined {
  if (accept === undefined) return 'text';
  const list = choices(accept);
  const weight = (name: string) => list.find((choice) => choice.name === name)?.weight ?? 0;
  const open = weight('application/openmetrics-text');
  if (open > 0 && open >= weight('text/plain')) return 'openmetrics';
  return takesType(accept, 'text/plain') ? 'text' : undefined;
}
