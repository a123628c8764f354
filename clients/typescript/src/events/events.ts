/** Events by whichever way a service offers, as one iterator in which each event comes once. */
import type { Core } from '../core.ts';
import { RedfishError } from '../errors.ts';
import type { ServiceRoot } from '../generated/types.ts';
import { idOf } from '../json.ts';
import { type LogOptions, logRecords } from './log.ts';
import { merge } from './queue.ts';
import { type EventRecord, Once } from './records.ts';
import { type StreamOptions, streamRecords } from './stream.ts';
import { type WebhookOptions, webhookRecords } from './webhook.ts';

export type EventSource = 'stream' | 'webhook' | 'log';

export interface EventsOptions extends Omit<StreamOptions, 'signal'> {
  /** The ways to use at once. Default: the stream where there is one, else the webhook if it is set up, else the log. */
  readonly sources?: readonly EventSource[];
  /** URI of the stream, in place of the one that the EventService names. */
  readonly uri?: string;
  readonly webhook?: Omit<WebhookOptions, 'signal'>;
  readonly log?: Omit<LogOptions, 'signal'>;
  readonly signal?: AbortSignal;
}

/** The URI of the event stream; undefined where there is none. */
async function streamUri(core: Core, root: ServiceRoot): Promise<string | undefined> {
  const at = idOf(root.EventService);
  if (at === undefined) return undefined;
  const { ServerSentEventUri: uri } = await core.read(at);
  return typeof uri === 'string' && uri !== '' ? uri : undefined;
}

/** Follows the events of a service. @throws RedfishError when a way is refused, or the service stays away too long */
export async function* events(
  core: Core,
  root: ServiceRoot,
  options: EventsOptions,
): AsyncGenerator<EventRecord> {
  const uri = options.uri ?? (await streamUri(core, root));
  const over = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, over.signal]) : over.signal;
  const chosen = options.sources ?? [uri !== undefined ? 'stream' : options.webhook ? 'webhook' : 'log'];
  const sources = chosen.map((source) => {
    if (source === 'log') return logRecords(core, root, { ...options.log, signal });
    if (source === 'webhook') {
      if (!options.webhook)
        throw new RedfishError('usage', 'the source webhook needs the option webhook: { host }');
      return webhookRecords(core, root, { ...options.webhook, signal });
    }
    if (uri === undefined) throw new RedfishError('usage', `${core.service.origin} has no event stream`);
    return streamRecords(core.service, uri, { reconnect: core.service.retryBase * 2, ...options, signal });
  });
  const once = new Once(core.service.findings, uri ?? root['@odata.id']);
  for await (const record of merge(sources, () => over.abort())) if (once.isNew(record)) yield record;
}
