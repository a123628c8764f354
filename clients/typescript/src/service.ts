/** Requests to one service: authentication, repetition, redirects, limits, recording. No resource is known here. */
import { setTimeout as wait } from 'node:timers/promises';
import { type Answer, readAnswer } from './answer.ts';
import { located, RedfishError } from './errors.ts';
import { Findings } from './findings.ts';
import { Limiter } from './limiter.ts';
import type { ConnectOptions } from './options.ts';
import { originOf, targetOf } from './origin.ts';
import { redactedExchange } from './record.ts';
import { defaultRetry, type RetryPolicy, retryAfterSeconds, retryDelay } from './retry.ts';
import { Authenticator } from './session.ts';
import { nodeTransport } from './transport/node.ts';
import type { Body, HttpResponse, Transport } from './transport/transport.ts';
import { connector } from './transport/trust.ts';
import { undiciTransport } from './transport/undici.ts';

export interface Request {
  readonly method: string;
  readonly uri: string;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is, each time from its beginning: a stream cannot be sent twice, so that it is a function. */
  readonly body?: () => Body;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** Without authentication. */
  readonly anonymous?: boolean;
  /** Seconds without a byte of the answer, in place of the client's; 0 for no limit. */
  readonly idle?: number;
}

const mostRedirects = 5;
const redirects = new Set([301, 302, 303, 307, 308]);

/** Why there is no answer; the caller's signal comes before what it broke. */
function causeOf(error: unknown, signal: AbortSignal | undefined): RedfishError {
  if (signal?.aborted) {
    const late = (signal.reason as Error | undefined)?.name === 'TimeoutError';
    const text = late ? 'no answer within the time that the caller gave' : 'cancelled by the caller';
    return new RedfishError(late ? 'timeout' : 'cancelled', text, { cause: error });
  }
  if (error instanceof RedfishError) return error;
  return new RedfishError('protocol', error instanceof Error ? error.message : String(error), {
    cause: error,
  });
}

function makeTransport(origin: string, options: ConnectOptions): Transport {
  if (typeof options.transport === 'object') return options.transport;
  const { protocol, hostname, port } = new URL(origin);
  const secure = protocol === 'https:';
  const place = { secure, hostname, port: Number(port || (secure ? 443 : 80)) };
  const connect = connector(place, options.tls ?? {}, (options.timeouts?.connect ?? 5) * 1000);
  return options.transport === 'node' ? nodeTransport(place, connect) : undiciTransport(origin, connect);
}

export class Service {
  /** `https://host:port`. */
  readonly origin: string;
  readonly findings: Findings;
  readonly authenticator: Authenticator;
  readonly limiter: Limiter;
  readonly #transport: Transport;
  readonly #options: ConnectOptions;
  readonly #retry: RetryPolicy;
  readonly #closing = new AbortController();
  /** A service that has never answered is given up sooner than one that restarts. */
  #answered = false;

  constructor(url: string, options: ConnectOptions) {
    this.origin = originOf(url);
    this.findings = new Findings(options.strict ?? false);
    this.limiter = new Limiter(options.concurrency ?? 4);
    this.#options = options;
    this.#retry = { ...defaultRetry, ...options.retry };
    this.#transport = makeTransport(this.origin, options);
    this.authenticator = new Authenticator(
      (method, uri, body, headers) =>
        this.ask({ method, uri, headers, anonymous: true, ...(body === undefined ? {} : { json: body }) }),
      (location, base) => this.location(location, base),
      this.findings,
      options,
    );
  }

  /** Sends a request and reads its answer, whatever the status is. @throws RedfishError without an answer */
  ask(request: Request): Promise<Answer> {
    return this.#persist(request, (response, uri) =>
      readAnswer(request.method, uri, response, this.findings),
    );
  }

  /** Sends a request and hands out the answer while its body still comes. The caller reads or discards it. */
  open(request: Request): Promise<HttpResponse> {
    return this.#persist(request, async (response) => response);
  }

  /** Ends every request and connection. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#transport.close();
  }

  /** Seconds before a second try. */
  get retryBase(): number {
    return this.#retry.base;
  }

  /** Aborted by `close`. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** The path of a URI. @throws RedfishError `protocol` when it names another origin: credentials stay here */
  path(uri: string): string {
    const { path, foreign } = targetOf(this.origin, uri);
    if (foreign)
      throw new RedfishError(
        'protocol',
        `${uri} is not on ${this.origin}: connect to that service by itself`,
        { sent: false },
      );
    return path;
  }

  /** The path of a Location header, whose host some services get wrong. */
  location(header: string, base: string): string {
    const { path, foreign } = targetOf(this.origin, header, base);
    if (foreign) this.findings.report('location-foreign-host', base, header);
    return path;
  }

  /** Tries until there is an answer to hand out. */
  async #persist<T>(
    request: Request,
    finish: (response: HttpResponse, uri: string) => Promise<T>,
  ): Promise<T> {
    const started = performance.now();
    let uri = this.path(request.uri);
    let renewed = false;
    let redirected = 0;
    for (let tries = 1; ; tries += 1) {
      const credentials = request.anonymous ? {} : await this.authenticator.headers();
      const outcome = await this.#once(request, uri, credentials, finish);
      const elapsed = (performance.now() - started) / 1000;
      if ('result' in outcome) {
        const { status, headers } = outcome.response;
        if (status === 401 && !renewed && (await this.authenticator.renew(credentials))) {
          renewed = true;
          outcome.response.discard();
          continue;
        }
        if (redirects.has(status) && headers.location !== undefined) {
          redirected += 1;
          outcome.response.discard();
          uri = this.#redirect(request.method, uri, status, headers.location, redirected);
          continue;
        }
      }
      const delay = retryDelay(
        {
          ...{ method: request.method, tries, elapsed },
          conditional: request.headers?.['If-Match'] !== undefined,
          ...('result' in outcome
            ? {
                status: outcome.response.status,
                sent: true,
                retryAfter: retryAfterSeconds(outcome.response.headers['retry-after'], Date.now()),
              }
            : { sent: outcome.error.sent }),
        },
        this.#answered ? this.#retry : { ...this.#retry, tries: Math.min(2, this.#retry.tries) },
        Math.random(),
      );
      const final =
        request.signal?.aborted === true ||
        ('error' in outcome && !['network', 'timeout'].includes(outcome.error.kind));
      if (delay === undefined || final) {
        if ('error' in outcome) throw located(outcome.error, request.method, uri);
        return outcome.result;
      }
      if ('result' in outcome) outcome.response.discard();
      await this.#sleep(delay, request.signal);
    }
  }

  /** Follows within the origin only. @throws RedfishError `protocol` */
  #redirect(method: string, uri: string, status: number, location: string, count: number): string {
    const { path, foreign } = targetOf(this.origin, location, uri);
    if (foreign)
      throw new RedfishError(
        'protocol',
        `redirected to ${location}, another origin: connect to that one instead`,
        { method, uri, status },
      );
    const keepsMethod = status === 307 || status === 308 || method === 'GET' || method === 'HEAD';
    if (!keepsMethod || count > mostRedirects)
      throw new RedfishError(
        'protocol',
        keepsMethod
          ? `more than ${mostRedirects} redirects`
          : `redirected to ${location}, which would change the method`,
        { method, uri, status },
      );
    return path;
  }

  /** One try. */
  async #once<T>(
    request: Request,
    uri: string,
    credentials: Readonly<Record<string, string>>,
    finish: (response: HttpResponse, uri: string) => Promise<T>,
  ): Promise<{ response: HttpResponse; result: T } | { error: RedfishError }> {
    const { method, signal } = request;
    const body = request.json === undefined ? request.body?.() : JSON.stringify(request.json);
    const headers = this.#headers(request, body, credentials);
    const limits = this.#options.timeouts;
    await this.limiter.acquire();
    const started = performance.now();
    try {
      const response = await this.#transport.send({
        ...{ method, path: uri, headers, body },
        signal: signal ? AbortSignal.any([signal, this.closing]) : this.closing,
        firstByte: (limits?.firstByte ?? 30) * 1000,
        idle: (request.idle ?? limits?.idle ?? 30) * 1000,
      });
      this.#answered = true;
      const result = await finish(response, uri);
      this.#note(request, uri, headers, response, result, performance.now() - started);
      if (response.status === 503 || response.status === 504) this.limiter.strained();
      else this.limiter.answered();
      return { response, result };
    } catch (error) {
      const known = causeOf(error, signal);
      if (known.sent && (known.kind === 'network' || known.kind === 'timeout')) this.limiter.strained();
      this.#options.log?.(`${method} ${uri} → ${known.kind}`);
      return { error: known };
    } finally {
      this.limiter.release();
    }
  }

  #headers(
    request: Request,
    body: Body | undefined,
    credentials: Readonly<Record<string, string>>,
  ): Record<string, string> {
    const { host } = new URL(this.origin);
    return {
      ...{ Host: host, Accept: 'application/json', 'OData-Version': '4.0', 'User-Agent': 'redfishd-client' },
      ...(typeof body === 'string'
        ? { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(body)) }
        : {}),
      ...this.#options.headers,
      ...request.headers,
      ...credentials,
    };
  }

  #note(
    request: Request,
    uri: string,
    headers: Record<string, string>,
    response: HttpResponse,
    result: unknown,
    took: number,
  ): void {
    const milliseconds = Math.round(took);
    const { method } = request;
    this.#options.log?.(`${method} ${uri} → ${response.status} in ${milliseconds} ms`);
    if (!this.#options.record) return;
    const answer = result === response ? undefined : (result as Answer);
    this.#options.record.record(
      redactedExchange({
        ...{ time: new Date().toISOString(), method, uri, status: response.status, milliseconds },
        request: { headers, ...(request.json === undefined ? {} : { body: request.json }) },
        response: {
          headers: response.headers,
          ...(answer === undefined || answer.text === '' ? {} : { body: answer.body ?? answer.text }),
        },
      }),
    );
  }

  async #sleep(seconds: number, signal: AbortSignal | undefined): Promise<void> {
    const all = signal ? AbortSignal.any([signal, this.closing]) : this.closing;
    try {
      await wait(seconds * 1000, undefined, { signal: all });
    } catch (error) {
      throw new RedfishError('cancelled', 'cancelled by the caller', { cause: error });
    }
  }
}
