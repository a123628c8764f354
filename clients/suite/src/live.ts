/** A service that is asked: every request paced, recorded, limited by a budget, and never thrown from. */
import { setTimeout as wait } from 'node:timers/promises';
import { type HttpResponse, type RedfishClient, RedfishError, redact, redactHeaders } from '@redfishd/client';
import type { Request, Session } from './engine.ts';
import type { Exchange, Recording, Unreached } from './recording.ts';

export interface LiveOptions {
  /** Milliseconds between the beginnings of two requests; default 0. */
  readonly pace?: number;
  /** Milliseconds for the whole run; then nothing more is sent. */
  readonly budget?: number;
  /** What an earlier run read: those URIs are not read again. */
  readonly resume?: Recording;
}

/** Bytes of one body; DMTF's largest registries have a few MiB. */
const largest = 16 * 1024 * 1024;
/** Failures in a row after which a service counts as gone. */
const patience = 8;
/** Longest wait that a service can ask for with Retry-After, in seconds. */
const longestWait = 30;

async function textOf(response: HttpResponse): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body) {
    size += part.length;
    if (size > largest) {
      response.discard();
      throw new RedfishError('protocol', `the body has more than ${largest} bytes`);
    }
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Answers to writes may hold secrets that a read never shows. */
function hideSecrets(method: string, text: string): string {
  if (method === 'GET' || method === 'HEAD' || text === '') return text;
  try {
    return JSON.stringify(redact(JSON.parse(text)));
  } catch {
    return text;
  }
}

export class LiveSession implements Session {
  /** Set when the crawl is over: what is sent from then on only probes. */
  probing = false;
  readonly #client: RedfishClient;
  readonly #options: LiveOptions;
  readonly #exchanges: Exchange[];
  readonly #unreached: Unreached[] = [];
  readonly #ends: number;
  #next = 0;
  #failures = 0;

  constructor(client: RedfishClient, options: LiveOptions = {}) {
    this.#client = client;
    this.#options = options;
    this.#ends = performance.now() + (options.budget ?? Number.POSITIVE_INFINITY);
    this.#exchanges = [...(options.resume?.exchanges ?? [])];
  }

  get recording(): Recording {
    return { origin: this.#client.origin, exchanges: this.#exchanges, unreached: this.#unreached };
  }

  /** Why nothing more is sent; undefined while requests go on. */
  get over(): string | undefined {
    if (this.#failures >= patience) return `the service failed to answer ${patience} times in a row`;
    return performance.now() > this.#ends ? 'the budget of time is spent' : undefined;
  }

  /** Notes a URI that is left out. */
  leave(uri: string, reason: string): void {
    this.#unreached.push({ uri, reason });
  }

  async send(request: Request): Promise<Exchange> {
    const over = this.over;
    if (over !== undefined) return this.#keep(request, performance.now(), { error: `not sent: ${over}` });
    const now = performance.now();
    const begins = Math.max(now, this.#next);
    this.#next = begins + (this.#options.pace ?? 0);
    if (begins > now) await wait(begins - now);
    const answer = await this.#try(request);
    if (answer.status !== 503) return answer;
    // One second chance after the pause that the service asks for; more would only make it worse.
    await wait(Math.min(Number(answer.headers?.['retry-after'] ?? 1) || 1, longestWait) * 1000);
    return this.#try(request);
  }

  async #try(request: Request): Promise<Exchange> {
    const started = performance.now();
    const { method, uri, headers = {}, body, anonymous } = request;
    const json = { 'Content-Type': 'application/json' };
    try {
      const response = await this.#client.service.open({
        ...{ method, uri, headers: { ...(body === undefined ? {} : json), ...headers } },
        ...(body === undefined
          ? {}
          : { body: () => (typeof body === 'string' ? body : JSON.stringify(body)) }),
        ...(anonymous ? { anonymous } : {}),
      });
      const text = method === 'HEAD' ? '' : await textOf(response);
      this.#failures = 0;
      return this.#keep(request, started, { status: response.status, headers: response.headers, text });
    } catch (error) {
      this.#failures += 1;
      return this.#keep(request, started, { error: error instanceof Error ? error.message : String(error) });
    }
  }

  #keep(
    { method, uri, headers = {}, body }: Request,
    started: number,
    answer: { status?: number; headers?: Readonly<Record<string, string>>; text?: string; error?: string },
  ): Exchange {
    const exchange: Exchange = {
      ...{ id: this.#exchanges.length, time: new Date().toISOString() },
      milliseconds: Math.round(performance.now() - started),
      ...{ method, uri, requestHeaders: redactHeaders(headers), status: answer.status ?? 0 },
      ...(body === undefined
        ? {}
        : { requestBody: typeof body === 'string' ? body : JSON.stringify(redact(body)) }),
      ...(answer.headers ? { headers: redactHeaders(answer.headers) } : {}),
      body: hideSecrets(method, answer.text ?? ''),
      ...(answer.error === undefined ? {} : { error: answer.error }),
      ...(this.probing ? { probe: true } : {}),
    };
    this.#exchanges.push(exchange);
    return exchange;
  }
}
