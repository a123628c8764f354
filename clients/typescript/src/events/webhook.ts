/** A receiver of pushed events: an HTTP server, a subscription at the service, and a test event that proves the way. */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Core } from '../core.ts';
import { RedfishError } from '../errors.ts';
import type { ServiceRoot } from '../generated/types.ts';
import { idOf, isObject } from '../json.ts';
import { create, write } from '../outcome.ts';
import { Queue } from './queue.ts';
import { type EventRecord, parseRecords } from './records.ts';

export interface WebhookOptions {
  /** The name or address under which the service reaches this machine. */
  readonly host: string;
  /** Default: any free port. */
  readonly port?: number;
  /** The address to listen at; default all. */
  readonly listen?: string;
  /** Certificate and key in PEM for HTTPS, which many services demand. */
  readonly cert?: string | Uint8Array;
  readonly key?: string | Uint8Array;
  /** The URL for the service, where a proxy is in between. */
  readonly destination?: string;
  /** Further properties of the EventDestination. */
  readonly subscription?: object;
  readonly signal?: AbortSignal | undefined;
}

/** Bytes of one delivery at most. */
const largest = 4 * 1024 * 1024;

async function textOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += (part as Buffer).length;
    if (size > largest) return undefined;
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Listens for deliveries at a path that cannot be guessed. Nothing is subscribed yet. */
export class WebhookReceiver implements AsyncDisposable {
  readonly path = `/${randomBytes(16).toString('hex')}`;
  readonly #queue = new Queue<EventRecord>();
  readonly #server: Server;

  private constructor({ cert, key }: Pick<WebhookOptions, 'cert' | 'key'>) {
    const listener: RequestListener = (request, response) => {
      this.#take(request).then((status) => response.writeHead(status).end());
    };
    this.#server =
      cert === undefined || key === undefined
        ? createServer(listener)
        : createTlsServer({ cert: Buffer.from(cert), key: Buffer.from(key) }, listener);
  }

  /** @throws RedfishError `network` when the port cannot be had */
  static async listen(options: Omit<WebhookOptions, 'host'>): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver(options);
    await new Promise<void>((resolve, reject) => {
      receiver.#server.once('error', (error) =>
        reject(new RedfishError('network', `cannot listen for events: ${error.message}`, { cause: error })),
      );
      receiver.#server.listen(options.port ?? 0, options.listen, resolve);
    });
    return receiver;
  }

  /** The status of the answer to a delivery. */
  async #take(request: IncomingMessage): Promise<number> {
    if (request.method !== 'POST' || request.url !== this.path) return 404;
    try {
      const text = await textOf(request);
      if (text === undefined) return 413;
      for (const record of parseRecords(text)) this.#queue.push(record);
      return 204;
    } catch {
      return 400;
    }
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Records as they are delivered, until `close`. */
  records(): AsyncGenerator<EventRecord> {
    return this.#queue.items();
  }

  async close(): Promise<void> {
    this.#queue.end();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Subscribes, asks for a test event, and yields what is delivered. The subscription is deleted at the end. */
export async function* webhookRecords(
  core: Core,
  root: ServiceRoot,
  options: WebhookOptions,
): AsyncGenerator<EventRecord> {
  const at = idOf(root.EventService);
  const service = at === undefined ? {} : await core.read(at);
  const subscriptions = idOf(service.Subscriptions);
  if (subscriptions === undefined)
    throw new RedfishError('usage', `${core.service.origin} takes no subscriptions`);
  const receiver = await WebhookReceiver.listen(options);
  const stop = (): void => void receiver.close();
  options.signal?.addEventListener('abort', stop, { once: true });
  core.service.closing.addEventListener('abort', stop, { once: true });
  let subscription: string | undefined;
  try {
    const scheme = options.cert === undefined ? 'http' : 'https';
    const destination = `${options.destination ?? `${scheme}://${options.host}:${receiver.port}`}${receiver.path}`;
    const made = await create(
      core,
      subscriptions,
      { Destination: destination, Protocol: 'Redfish', Context: 'redfishd-client', ...options.subscription },
      {},
    );
    subscription = idOf(made);
    await submitTest(core, service);
    yield* receiver.records();
  } finally {
    options.signal?.removeEventListener('abort', stop);
    core.service.closing.removeEventListener('abort', stop);
    await receiver.close();
    if (subscription !== undefined && !core.service.closing.aborted)
      await write(core, 'DELETE', subscription, undefined, {}).catch(() => {});
  }
}

/** A service that cannot send a test event is none the worse for it. */
async function submitTest(core: Core, service: object): Promise<void> {
  const actions = (service as { Actions?: unknown }).Actions;
  const action = isObject(actions) ? actions['#EventService.SubmitTestEvent'] : undefined;
  const target = isObject(action) ? action.target : undefined;
  if (typeof target !== 'string') return;
  const body = { MessageId: 'ResourceEvent.1.0.TestMessage', EventId: 'redfishd-client-test' };
  await write(core, 'POST', target, body, {}).catch(() => {});
}
