/** Events as a stream (DSP0266 clause 12.6; HTML Living Standard, 9.2): one open request, one destination of events. */
import { once } from 'node:events';
import type { Context, Next } from 'koa';
import { type EventHub, maxStreams } from '../events/hub.ts';
import { cursorOf, type EventStream } from '../events/stream.ts';
import { everything, type Subscription } from '../events/subscription.ts';
import { message, RedfishError } from '../messages/messages.ts';
import { streamFilter, unfiltered } from '../redfish/mapping/sse-filter.ts';
import { sseUri } from '../redfish/resources/events/event-service.ts';
import type { Principal } from '../redfish/service/principal.ts';
import { FilterError } from '../redfish/service/query/filter.ts';
import { addressOf } from './address.ts';
import { demandAcceptable, demandProtocol } from './headers.ts';
import { common, send } from './reply.ts';

export interface SseOptions {
  readonly events: EventHub;
  readonly authenticate: (ctx: Context, lenient: boolean) => Principal | null | Promise<Principal | null>;
  /** Whether an account, by its id, may still have a stream. */
  readonly mayFollow: (account: string) => boolean;
  /** Calls `listener` when the answer to that may have changed. */
  readonly onAccounts: (listener: () => void) => void;
  /** Told of each stream that was opened, and of its end. */
  readonly announce: (kind: 'created' | 'removed', id: string, userName: string) => void;
}

const allow = 'GET, OPTIONS';
/** Streams of one account; of all there are so many that nobody else is kept out. */
const maxOwn = maxStreams * 0.75;
/** Milliseconds of silence after which a comment shows that the stream is alive. */
const keepAlive = 10_000;
/** Milliseconds in which a reader must take what is written for it. */
const patience = 60_000;

/** Middleware for the one URI of the stream. */
export function sse(options: SseOptions) {
  const open = new Map<EventStream, string>();
  // A stream outlives the session that opened it, but not the right to read.
  options.onAccounts(() => {
    for (const [stream, account] of open) if (!options.mayFollow(account)) stream.close();
  });
  return async (ctx: Context, next: Next): Promise<void> => {
    const { path } = ctx;
    if (path !== sseUri && path !== `${sseUri}/`) return next();
    const principal = await options.authenticate(ctx, false);
    ctx.state.principal = principal;
    if (principal === null) throw new RedfishError([message('Base.NoValidSession', [])], 401);
    if (principal.passwordChangeRequired)
      throw new RedfishError([message('Base.PasswordChangeRequired', [principal.accountUri])], 403);
    if (!principal.privileges.has('Login'))
      throw new RedfishError([message('Base.InsufficientPrivilege', [])], 403);
    demandProtocol(ctx);
    const { method = '' } = ctx.req;
    if (method === 'OPTIONS') return send(ctx, { status: 204, headers: { Allow: allow }, body: null });
    if (method !== 'GET')
      throw new RedfishError([message('Base.OperationNotAllowed', [])], 405, { Allow: allow });
    demandAcceptable(ctx, 'text/event-stream');
    const filter = filterOf(ctx);
    const includeOrigin = includesOrigin(ctx);
    const { events } = options;
    if (!events.enabled) throw new RedfishError([message('Base.ServiceDisabled', [sseUri])], 503);
    const own = [...open.values()].filter((account) => account === principal.account).length;
    if (events.streams >= maxStreams || own >= maxOwn)
      throw new RedfishError([message('Base.EventSubscriptionLimitExceeded', [])], 503);
    const last = ctx.headers['last-event-id'];
    const stream = events.open({
      subscription: { ...shownAs(ctx, principal), includeOrigin },
      ...filter,
      after: typeof last === 'string' && last !== '' ? (cursorOf(last) ?? 0) : undefined,
    });
    begin(ctx, stream.after);
    options.announce('created', stream.id, principal.userName);
    open.set(stream, principal.account);
    follow(ctx, stream, () => {
      open.delete(stream);
      options.announce('removed', stream.id, principal.userName);
    });
  };
}

function shownAs(ctx: Context, { userName }: Principal): Subscription {
  const address = addressOf(ctx);
  const host = address.includes(':') ? `[${address}]` : address;
  return {
    ...everything,
    includeOrigin: false,
    context: `stream of ${userName}`,
    destination: `redfish-sse://${host}:${ctx.req.socket.remotePort ?? 0}`,
    ...{ protocol: 'Redfish', format: 'Event', metricReportDefinitions: [], headers: [] },
    ...{ retryPolicy: 'TerminateAfterRetries', verifyCertificate: false, certificates: [], heartbeat: null },
  };
}

/** @throws RedfishError */
function filterOf(ctx: Context) {
  const names = Object.keys(ctx.query);
  for (const name of names) {
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

/** Whether events are to come with the resources that they are about: a parameter without a value. @throws RedfishError */
function includesOrigin(ctx: Context): boolean {
  const name = 'includeoriginofcondition';
  const value = ctx.query[name];
  if (value !== undefined && value !== '')
    throw new RedfishError([message('Base.QueryParameterValueFormatError', [String(value), name])], 400);
  return value === '';
}

/** @param place where the stream begins: whoever loses it before the first event goes on from there */
function begin(ctx: Context, place: number): void {
  ctx.respond = false;
  const { res } = ctx;
  res.statusCode = 200;
  for (let at = 0; at < common.length; at += 2) res.setHeader(common[at] ?? '', common[at + 1] ?? '');
  res.setHeader('Content-Type', 'text/event-stream');
  res.setHeader('Cache-Control', 'no-store');
  // Buffers of a proxy would hold back what must come at once.
  res.setHeader('X-Accel-Buffering', 'no');
  res.flushHeaders();
  // A message without data is none, but its id counts (HTML Living Standard, 9.2.6).
  res.write(`: the stream is open\nid: ${place}\n\n`);
}

/** Writes what comes, no faster than it is read: what is not written yet stays in the journal and costs no memory. */
function follow(ctx: Context, stream: EventStream, ended: () => void): void {
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
      }
      writing = false;
    } catch {
      // A reader that takes nothing, or a journal that cannot be read: it comes again with its Last-Event-ID.
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
