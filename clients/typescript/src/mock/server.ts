/** A mock Redfish service for tests: a tree with reads, writes, sessions, actions, tasks, uploads and events. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { idOf, isObject, type JsonObject } from '../json.ts';
import { type MockAnswer, type MockRequest, powerAfter, refusal } from './answers.ts';
import { queried } from './query.ts';
import { Store } from './store.ts';
import { MockStream } from './stream.ts';
import { plain, readTree, type Tree } from './tree.ts';

export interface MockOptions {
  /** A tree, or the path of one (see `readTree`). */
  readonly tree: Tree | string;
  /** Demands a login as this user; default: anyone may do anything. */
  readonly user?: string;
  readonly password?: string;
  /** Certificate and key in PEM; default plain HTTP. */
  readonly tls?: { readonly cert: string | Uint8Array; readonly key: string | Uint8Array };
  readonly port?: number;
  /** Called before each request: an answer in place of the mock's own, or undefined. */
  readonly intercept?: (request: MockRequest) => MockAnswer | undefined | Promise<MockAnswer | undefined>;
}

const sessions = '/redfish/v1/SessionService/Sessions';
const streamUri = '/redfish/v1/EventService/SSE';
const monitors = '/redfish/v1/TaskService/TaskMonitors';
const pushUri = '/redfish/v1/UpdateService/upload';

/** Bodies up to 1 MiB are kept as text; longer ones are only counted. */
async function bodyOf(request: IncomingMessage): Promise<{ text: string; size: number }> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += (part as Buffer).length;
    if (size <= 1024 * 1024) parts.push(part as Buffer);
  }
  return { text: Buffer.concat(parts).toString('utf8'), size };
}

export class MockService implements AsyncDisposable {
  /** Every request so far, without those for the event stream. */
  readonly requests: MockRequest[] = [];
  readonly store: Store;
  readonly #options: MockOptions;
  readonly #server: Server;
  readonly #stream = new MockStream();
  readonly #tokens = new Map<string, string>();
  readonly #tasks = new Map<string, number>();
  #logins = 0;

  private constructor(options: MockOptions) {
    this.#options = options;
    this.store = new Store(typeof options.tree === 'string' ? readTree(options.tree) : options.tree);
    this.#extend();
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      this.#serve(request, response).catch(() => response.destroy());
    };
    const { tls } = options;
    this.#server = tls
      ? createTlsServer({ cert: Buffer.from(tls.cert), key: Buffer.from(tls.key) }, listener)
      : createServer(listener);
  }

  static async start(options: MockOptions): Promise<MockService> {
    const mock = new MockService(options);
    await new Promise<void>((resolve) => mock.#server.listen(options.port ?? 0, '127.0.0.1', resolve));
    return mock;
  }

  get url(): string {
    return `${this.#options.tls ? 'https' : 'http'}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Sends an event record to all stream clients, and returns its EventId. */
  emit(record: JsonObject): string {
    return this.#stream.emit(record);
  }

  /** Ends streams and sessions, as a restart of the service does. */
  restart(): void {
    this.#tokens.clear();
    this.#stream.cut();
  }

  async close(): Promise<void> {
    this.#stream.cut();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** What every mock can do shows in its tree, whatever was recorded. */
  #extend(): void {
    const root = this.store.get('/redfish/v1') ?? {
      '@odata.id': '/redfish/v1/',
      RedfishVersion: '1.20.0',
      Id: 'RootService',
      Name: 'Mock',
    };
    const links = isObject(root.Links) ? root.Links : {};
    this.store.set('/redfish/v1', {
      ...root,
      Links: { ...links, Sessions: { '@odata.id': sessions } },
      ProtocolFeaturesSupported: {
        SelectQuery: true,
        FilterQuery: true,
        ExpandQuery: { NoLinks: true, ExpandAll: true, Levels: true, MaxLevels: 1 },
      },
      EventService: { '@odata.id': '/redfish/v1/EventService' },
      UpdateService: { '@odata.id': '/redfish/v1/UpdateService' },
    });
    for (const [name, property] of [
      ['EventService', { ServerSentEventUri: streamUri }],
      ['UpdateService', { MultipartHttpPushUri: pushUri }],
    ] as const) {
      const uri = `/redfish/v1/${name}`;
      this.store.set(uri, { '@odata.id': uri, Id: name, Name: name, ...this.store.get(uri), ...property });
    }
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url: uri = '/', headers } = request;
    const { text, size } = await bodyOf(request);
    let body: unknown;
    try {
      body = text === '' || !/json/.test(headers['content-type'] ?? '') ? undefined : JSON.parse(text);
    } catch {
      return this.#send(response, refusal(400, 'MalformedJSON', 'The body is no JSON.'));
    }
    const asked = { method, uri, headers, body, size };
    if (plain(uri) === streamUri && method === 'GET' && this.#allowed(asked)) {
      const last = headers['last-event-id'];
      return this.#stream.open(response, typeof last === 'string' ? last : undefined);
    }
    this.requests.push(asked);
    this.#send(response, (await this.#options.intercept?.(asked)) ?? this.#answer(asked));
  }

  #send(response: ServerResponse, { status, headers, body }: MockAnswer): void {
    const text = body === undefined ? '' : JSON.stringify(body);
    response
      .writeHead(status, { ...(text ? { 'Content-Type': 'application/json' } : {}), ...headers })
      .end(text);
  }

  #allowed({ method, uri, headers }: MockRequest): boolean {
    const { user, password } = this.#options;
    if (user === undefined || plain(uri) === '/redfish/v1' || plain(uri) === '/redfish') return true;
    if (method === 'POST' && plain(uri) === sessions) return true;
    const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    return headers.authorization === basic || this.#tokens.has(String(headers['x-auth-token']));
  }

  #answer(asked: MockRequest): MockAnswer {
    const { method, uri } = asked;
    if (!this.#allowed(asked)) return refusal(401, 'NoValidSession', 'There is no valid session.');
    const path = plain(uri.split('?', 1)[0] ?? uri);
    if (path === '/redfish') return { status: 200, body: { v1: '/redfish/v1/' } };
    if (path === sessions && method === 'POST') return this.#login(asked.body);
    if (path.startsWith(`${sessions}/`) && method === 'DELETE') return this.#logout(path);
    if (path.startsWith(monitors)) return this.#monitor(path);
    if (path === pushUri && method === 'POST') return this.#accept('Update');
    if (method === 'GET' || method === 'HEAD') return this.#get(asked, path);
    if (method === 'POST') return this.#post(path, isObject(asked.body) ? asked.body : {});
    const current = this.store.get(path);
    if (!current) return refusal(404, 'ResourceMissingAtURI', `There is nothing at ${path}.`);
    const match = asked.headers['if-match'];
    if (match !== undefined && match !== '*' && match !== this.store.etag(current))
      return refusal(412, 'PreconditionFailed', 'The ETag does not match.');
    if (method === 'DELETE')
      return this.store.delete(path) ? { status: 204 } : refusal(404, 'ResourceMissingAtURI', path);
    if (method !== 'PATCH' || !isObject(asked.body))
      return refusal(405, 'OperationNotAllowed', `${method} is not allowed here.`);
    const body = this.store.patch(path, asked.body) ?? {};
    return { status: 200, headers: { ETag: this.store.etag(body) }, body };
  }

  #get({ uri, headers }: MockRequest, path: string): MockAnswer {
    const body = this.store.get(path);
    if (!body) return refusal(404, 'ResourceMissingAtURI', `There is nothing at ${path}.`);
    const etag = this.store.etag(body);
    if (headers['if-none-match'] === etag) return { status: 304, headers: { ETag: etag } };
    const query = new URLSearchParams(uri.includes('?') ? uri.slice(uri.indexOf('?') + 1) : '');
    return { status: 200, headers: { ETag: etag }, body: queried(this.store, path, body, query) };
  }

  #login(body: unknown): MockAnswer {
    const { user, password } = this.#options;
    const given: JsonObject = isObject(body) ? body : {};
    if (user !== undefined && (given.UserName !== user || given.Password !== password))
      return refusal(401, 'AccessUnauthorized', 'User name or password is wrong.');
    this.#logins += 1;
    const id = this.#logins;
    const location = `${sessions}/${id}`;
    this.#tokens.set(`mock-token-${id}`, location);
    return {
      status: 201,
      headers: { 'X-Auth-Token': `mock-token-${id}`, Location: location },
      body: { '@odata.id': location, Id: String(id), Name: 'Session' },
    };
  }

  #logout(path: string): MockAnswer {
    for (const [token, location] of this.#tokens) if (location === path) this.#tokens.delete(token);
    return { status: 204 };
  }

  #post(path: string, body: JsonObject): MockAnswer {
    const action = /^(.*)\/Actions\/(?:Oem\/)?(?:\w+\.)*(\w+)$/.exec(path);
    if (action) return this.#act(action[1] ?? '', action[2] ?? '', body);
    const member = this.store.create(path, body);
    if (!member) return refusal(405, 'OperationNotAllowed', `${path} takes no POST.`);
    return {
      status: 201,
      headers: { Location: idOf(member) ?? '', ETag: this.store.etag(member) },
      body: member,
    };
  }

  #act(uri: string, name: string, body: JsonObject): MockAnswer {
    if (!this.store.get(uri)) return refusal(404, 'ResourceMissingAtURI', `There is nothing at ${uri}.`);
    const state = name === 'Reset' ? powerAfter[String(body.ResetType)] : undefined;
    if (state !== undefined && this.store.get(uri)?.PowerState !== undefined)
      this.store.patch(uri, { PowerState: state });
    if (name === 'SubmitTestEvent') this.emit(body);
    return { status: 204 };
  }

  #accept(name: string): MockAnswer {
    const monitor = `${monitors}/${this.#tasks.size + 1}`;
    this.#tasks.set(monitor, 0);
    return { status: 202, headers: { Location: monitor }, body: this.#task(monitor, name, 0) };
  }

  #task(monitor: string, name: string, percent: number): JsonObject {
    const uri = monitor.replace('TaskMonitors', 'Tasks');
    const body = {
      ...{
        '@odata.id': uri,
        '@odata.type': '#Task.v1_7_4.Task',
        Id: uri.slice(uri.lastIndexOf('/') + 1),
        Name: name,
      },
      ...{ TaskState: percent < 100 ? 'Running' : 'Completed', TaskStatus: 'OK', PercentComplete: percent },
    };
    this.store.set(uri, body);
    return body;
  }

  /** Each look at a monitor brings its task half way to its end. */
  #monitor(path: string): MockAnswer {
    const percent = this.#tasks.get(path);
    if (percent === undefined) return refusal(404, 'ResourceMissingAtURI', `There is nothing at ${path}.`);
    const now = percent + 50;
    this.#tasks.set(path, Math.min(now, 100));
    const body = this.#task(path, 'Update', Math.min(now, 100));
    return now > 100
      ? { status: 200, body }
      : { status: 202, headers: { Location: path, 'Retry-After': '0' }, body };
  }
}

/** Starts a mock on a free port of 127.0.0.1. */
export function startMock(options: MockOptions): Promise<MockService> {
  return MockService.start(options);
}
