/** Events as a stream (DSP0266 clause 12.6; HTML Living Standard, 9.2): one open request is one destination of events. */
import { once } from 'node:events';
import type { Context } from 'koa';
import { type EventHub, maxStreams } from '../../events/hub.ts';
import { cursorOf, type EventStream } from '../../events/stream.ts';
import { everything, type Subscription } from '../../events/subscription.ts';
import { message, RedfishError } from '../../messages/messages.ts';
import { streamFilter, unfiltered } from '../../redfish/mapping/sse-filter.ts';
import { sseUri } from '../../redfish/resources/events/event-service.ts';
import type { Principal } from '../../redfish/service/principal.ts';
import { FilterError } from '../../redfish/service/query/filter.ts';
import { addressOf } from '../client.ts';
import { endpoint, type Route } from '../endpoint.ts';
import type { Grants } from '../grants.ts';
import type { Meter } from '../meter.ts';
import { beginStream } from '../reply.ts';

export interface SseOptions {
  readonly events: EventHub;
  readonly grants: Grants;
  /** Called when a stream opens and when it ends. */
  readonly announce: (kind: 'created' | 'removed', id: string, userName: string) => void;
}

/** Streams of one account: four accounts cannot keep a fifth out. */
const maxOwn = maxStreams / 5;
/** Milliseconds of silence after which a comment shows that the stream is alive. */
const keepAlive = 10_000;
/** Milliseconds in which a reader must take what is written for it. */
const patience = 60_000;

export function sse({ events, grants, announce }: SseOptions): Route {
  const open = new Map<EventStream, string>();
  return endpoint({
    path: sseUri,
    methods: ['GET'],
    privilege: 'Login',
    accept: 'text/event-stream',
    find: () => events,
    handle: (ctx, { principal, meter }) => {
      const filter = filterOf(ctx);
      const includeOrigin = includesOrigin(ctx);
      if (!events.enabled) throw new RedfishError([message('Base.ServiceDisabled', [sseUri])], 503);
      const own = [...open.values()].filter((account) => account === principal.account).length;
      if (events.streams >= maxStreams || own >= maxOwn)
        throw new RedfishError([message('Base.EventSubscriptionLimitExceeded', [])], 503);
      const last = ctx.headers['last-event-id'];
      const stream = events.open({
        subscription: { ...destinationOf(ctx, principal), includeOrigin },
        ...filter,
        after: typeof last === 'string' && last !== '' ? (cursorOf(last) ?? 0) : undefined,
      });
      begin(ctx, stream.after);
      announce('created', stream.id, principal.userName);
      open.set(stream, principal.account);
      const release = grants.hold(ctx, 'Login', () => stream.close());
      follow(ctx, stream, meter, () => {
        release();
        open.delete(stream);
        announce('removed', stream.id, principal.userName);
      });
    },
  });
}

/** How the stream is shown among the destinations. */
function destinationOf(ctx: Context, { userName }: Principal): Subscription {
  const address = addressOf(ctx);
  const host = address.includes(':') ? `[${address}]` : address;
  return {
    ...everything,
    includeOrigin: false,
    context: `stream of ${userName}`,
    destination: `redfish-sse://${host}:${ctx.req.socket.remotePort ?? 0}`,
    protocol: 'Redfish',
    format: 'Event',
    metricReportDefinitions: [],
    headers: [],
    retryPolicy: 'TerminateAfterRetries',
    verifyCertificate: false,
    certificates: [],
    heartbeat: null,
  };
}

/** @throws RedfishError 400, 501 */
function filterOf(ctx: Context) {
  for (const name of Object.keys(ctx.query)) {
    if (name !== '$filter' && name.startsWith('$'))
      throw new RedfishError([message('Base.QueryParameterUnsupported', [name])], 501);
  }
  const text = ctx.query.$filter;
  if (text === undefined) return unfiltered;
  try {
    return streamFilter(Array.isArray(text) ? text.join(' ') : text);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw new RedfishError([message('Base.QueryParameterValueFormatError', [String(text), '$filter'])], 400);
  }
}

/** Whether events come with the resources that they are about: a parameter without a value. @throws RedfishError 400 */
function includesOrigin(ctx: Context): boolean {
  const name = 'includeoriginofcondition';
  const value = ctx.query[name];
  if (value !== undefined && value !== '')
    throw new RedfishError([message('Base.QueryParameterValueFormatError', [String(value), name])], 400);
  return value === '';
}

/** @param place where the stream begins: a client that loses it before the first event resumes from there */
function begin(ctx: Context, place: number): void {
  beginStream(ctx, 200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    // Buffers of a proxy would hold back events.
    'X-Accel-Buffering': 'no',
  });
  ctx.res.flushHeaders();
  // A message without data is not dispatched, but its id counts (HTML Living Standard, 9.2.6).
  ctx.res.write(`: the stream is open\nid: ${place}\n\n`);
}

/** Writes events no faster than the client reads them: the rest stays in the journal and costs no memory. */
function follow(ctx: Context, stream: EventStream, meter: Meter, ended: () => void): void {
  const { res } = ctx;
  let writing = false;
  let timer: NodeJS.Timeout | undefined;
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (!writing) res.write(':\n\n');
      alive();
    }, keepAlive).unref();
  };
  const write = async () => {
    if (writing) return;
    writing = true;
    try {
      for (let piece = stream.read(); piece !== undefined; piece = stream.read()) {
        alive();
        if (!res.write(piece)) await once(res, 'drain', { signal: AbortSignal.timeout(patience) });
        // Each piece in a turn of its own: a client that reads from the beginning holds up no other.
        await new Promise((resolve) => setImmediate(resolve));
        meter.enter(ctx);
      }
      writing = false;
    } catch {
      // The client does not read, or the journal cannot be read: the client returns with its Last-Event-ID.
      res.destroy();
    }
  };
  stream.follow(
    () => void write(),
    () => {
      clearTimeout(timer);
      res.end();
      ended();
    },
  );
  res.once('close', () => stream.close());
  alive();
  void write();
}
