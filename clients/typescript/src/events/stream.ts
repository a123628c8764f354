/** A service's event stream, followed over its ends: each time it goes on after the last event. */
import { setTimeout as wait } from 'node:timers/promises';
import { errorOf, readAnswer } from '../answer.ts';
import { RedfishError } from '../errors.ts';
import type { Service } from '../service.ts';
import { type EventRecord, parseRecords } from './records.ts';
import { SseParser } from './sse.ts';

export interface StreamOptions {
  /** Where to go on: the id of the last event that was taken. */
  readonly lastEventId?: string;
  /** Called with the id to go on from, whenever it changes. */
  readonly onId?: (id: string) => void;
  /** Seconds without a byte after which the connection counts as dead; default 120. */
  readonly silence?: number;
  /** Seconds for which the service may be unreachable; default 600. */
  readonly outage?: number;
  /** Seconds before the first attempt to come again, doubled up to 30; default 1. */
  readonly reconnect?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Consecutive 401 answers before giving up: a restart can end a session that was just created. */
const mostRefusals = 3;

/** Errors after which a stream is opened again. @param refusals errors of kind `auth` since the last byte */
function passes(error: unknown, refusals: number): boolean {
  if (!(error instanceof RedfishError)) return false;
  if (error.kind === 'auth') return refusals < mostRefusals;
  if (error.kind === 'network' || error.kind === 'timeout') return true;
  return error.status !== undefined && [429, 500, 502, 503, 504].includes(error.status);
}

async function open(service: Service, uri: string, lastId: string, { silence = 120, signal }: StreamOptions) {
  const headers = {
    Accept: 'text/event-stream',
    'Cache-Control': 'no-store',
    ...(lastId === '' ? {} : { 'Last-Event-ID': lastId }),
  };
  const response = await service.open({
    method: 'GET',
    uri,
    headers,
    signal,
    idle: lastId === '' ? 0 : silence,
  });
  if (response.status >= 400) throw errorOf(await readAnswer('GET', uri, response, service.findings));
  const type = response.headers['content-type'] ?? '';
  if (!/^text\/event-stream/i.test(type)) {
    response.discard();
    throw new RedfishError('protocol', `${uri} is no event stream but ${type || 'of no type'}`, {
      method: 'GET',
      uri,
      status: response.status,
    });
  }
  return response;
}

/** Yields records for ever; those that the service sends twice come twice. @throws RedfishError */
export async function* streamRecords(
  service: Service,
  uri: string,
  options: StreamOptions,
): AsyncGenerator<EventRecord> {
  const { reconnect = 1, outage = 600, signal, onId } = options;
  let lastId = options.lastEventId ?? '';
  let aliveAt = performance.now();
  let pause = reconnect;
  let refusals = 0;
  for (;;) {
    try {
      const response = await open(service, uri, lastId, options);
      const parser = new SseParser();
      const decoder = new TextDecoder();
      try {
        for await (const bytes of response.body) {
          aliveAt = performance.now();
          refusals = 0;
          pause = parser.retry === undefined ? reconnect : parser.retry / 1000;
          for (const event of parser.push(decoder.decode(bytes, { stream: true })))
            yield* parseRecords(event.data);
          if (parser.lastId !== '' && parser.lastId !== lastId) {
            lastId = parser.lastId;
            onId?.(lastId);
          }
        }
      } finally {
        response.discard();
      }
    } catch (error) {
      if (signal?.aborted || service.closing.aborted) return;
      if (error instanceof RedfishError && error.kind === 'auth') refusals += 1;
      if (!passes(error, refusals) || (performance.now() - aliveAt) / 1000 > outage) throw error;
    }
    if (signal?.aborted || service.closing.aborted) return;
    service.findings.report('stream-reset', uri);
    await pauseFor(pause * (0.5 + Math.random() / 2), signal, service.closing);
    pause = Math.min(30, pause * 2);
  }
}

async function pauseFor(
  seconds: number,
  signal: AbortSignal | undefined,
  closing: AbortSignal,
): Promise<void> {
  await wait(seconds * 1000, undefined, {
    signal: signal ? AbortSignal.any([signal, closing]) : closing,
  }).catch(() => {});
}
