/** The client of one Redfish service. */
import {
  checkParameters,
  type FoundAction,
  findAction,
  type ParameterInfo,
  parametersOf,
} from './actions.ts';
import { type Answer, errorOf, objectOf } from './answer.ts';
import { members as iterate, type MembersOptions, type Reader } from './collection.ts';
import { RedfishError } from './errors.ts';
import { ignoredIn, type Seen, SeenResources } from './etag.ts';
import type { Finding } from './findings.ts';
import type { ActionParameters, Link, ServiceRoot } from './generated/types.ts';
import { idOf, isObject, type JsonObject } from './json.ts';
import { Lenient } from './lenient.ts';
import { type Message, messagesOf } from './messages.ts';
import type { ConnectOptions, SessionState } from './options.ts';
import { type Reference, uriOf, withQuery } from './origin.ts';
import { Features } from './query.ts';
import { type Request, Service } from './service.ts';
import { TaskHandle, type TaskResult, type WaitOptions } from './tasks.ts';
import { TagForms, writeWithTag } from './write.ts';

export interface GetOptions {
  /** Properties that are wanted, where the service can select. */
  readonly select?: readonly string[];
  /** The resource as read before: returned again when the service says that it has not changed. */
  readonly previous?: object;
  readonly signal?: AbortSignal;
}

export interface WriteOptions {
  /** The ETag to send, in place of the one that was read. */
  readonly etag?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** What came of a write. */
export interface Outcome<T = JsonObject> {
  readonly status: number;
  /** The resource as it is now, when the service sent it. */
  readonly body: T | undefined;
  /** Of what was created. */
  readonly location: string | undefined;
  /** The service accepted the work (202) and does it now. */
  readonly task: TaskHandle | undefined;
  readonly messages: readonly Message[];
  /** Written properties that do not have the value that was sent, as JSON pointers. */
  readonly ignored: readonly string[];
}

/** A link's target type, or what the caller names. */
type Target<R, T> = R extends Link<infer L> ? (unknown extends L ? T : L) : T;

export class RedfishClient implements AsyncDisposable {
  /** The layer below: any request, any answer. */
  readonly service: Service;
  readonly #features = new Features();
  readonly #seen = new SeenResources();
  readonly #forms = new TagForms();
  #root: ServiceRoot = { '@odata.id': '/redfish/v1/' };

  constructor(url: string, options: ConnectOptions = {}) {
    this.service = new Service(url, options);
  }

  /** The service root as read by `connect`. */
  get root(): ServiceRoot {
    return this.#root;
  }

  /** `https://host:port`. */
  get origin(): string {
    return this.service.origin;
  }

  /** Deviations from Redfish that were tolerated so far. */
  get findings(): Finding[] {
    return this.service.findings.list();
  }

  /** The session in use; its token is a secret. */
  get session(): SessionState | undefined {
    return this.service.authenticator.session;
  }

  /** Reads the service root, or takes it as read before. @throws RedfishError when the URL leads to no Redfish service */
  async open(root?: ServiceRoot): Promise<this> {
    this.#root = root ?? (await this.#readRoot());
    const sessions = idOf(this.#root.Links?.Sessions);
    if (sessions !== undefined) this.service.authenticator.sessionsUri = sessions;
    this.#features.learn(this.#root);
    return this;
  }

  async #readRoot(): Promise<ServiceRoot> {
    const answer = await this.service.ask({ method: 'GET', uri: '/redfish/v1/', anonymous: true });
    const body = objectOf(answer);
    if (typeof body.RedfishVersion !== 'string' && idOf(body) === undefined)
      throw new RedfishError('protocol', `${this.origin} answers, but with no Redfish service root`, {
        method: 'GET',
        uri: answer.uri,
      });
    return { ...body, '@odata.id': idOf(body) ?? '/redfish/v1/' };
  }

  /** Logs in now rather than with the first request that needs it. @throws RedfishError `auth` */
  async login(): Promise<void> {
    await this.service.authenticator.headers();
  }

  /**
   * Reads a resource. The JSON object itself is returned, as the service sent it; types only lie over it.
   * With a `#/fragment` the value at that JSON pointer is returned.
   * @throws RedfishError
   */
  async get<T = JsonObject, R extends Reference = Reference>(
    reference: R,
    options: GetOptions = {},
  ): Promise<Target<R, T>> {
    const { select, previous, signal } = options;
    const whole = uriOf(reference);
    const [uri = '', fragment] = whole.split('#', 2);
    const query = select && this.#features.can('select') ? [`$select=${select.join(',')}`] : [];
    const tag = previous === undefined ? undefined : this.#seen.tagOf(previous);
    const headers = tag === undefined ? {} : { 'If-None-Match': tag };
    const answer = await this.service.ask({ method: 'GET', uri: withQuery(uri, query), headers, signal });
    if (answer.status === 304 && previous !== undefined) return previous as Target<R, T>;
    if (query.length && answer.status === 400) {
      this.#features.refuse('select');
      this.service.findings.report('select-refused', uri, 'status 400');
      return this.get<T, R>(reference, options);
    }
    const body = objectOf(answer);
    if (query.length === 0) this.#remember(uri, body, answer.headers.etag);
    return (fragment === undefined ? body : pointer(body, fragment, whole)) as Target<R, T>;
  }

  /** Iterates over the members of a collection, over all of its pages. */
  members<T = JsonObject>(
    collection: Reference | { readonly Members?: readonly Link<T>[] } | Link<{ Members?: Link<T>[] }>,
    options: MembersOptions = {},
  ): AsyncGenerator<T & { '@odata.id': string }> {
    return iterate(this.#reader(), uriOf(collection as Reference), options) as AsyncGenerator<
      T & { '@odata.id': string }
    >;
  }

  /** The only member of a collection. @throws RedfishError `usage` naming the members when there are several, `not-found` when none */
  async only<T = JsonObject>(
    collection: Link<{ Members?: Link<T>[] }> | Reference,
  ): Promise<T & { '@odata.id': string }> {
    const found: (T & { '@odata.id': string })[] = [];
    for await (const member of this.members<T>(collection, { limit: 20 })) found.push(member);
    const uri = uriOf(collection as Reference);
    const [first] = found;
    if (first === undefined) throw new RedfishError('not-found', `${uri} has no members`, { uri });
    if (found.length > 1)
      throw new RedfishError(
        'usage',
        `${uri} has several members, name one: ${found.map((member) => member['@odata.id']).join(', ')}`,
      );
    return first;
  }

  /**
   * Changes properties. Sent with the ETag that was read; see `writeWithTag` for refusals.
   * @param reference best the resource as it was read: then a change by another client is noticed
   */
  async patch<T = JsonObject>(
    reference: Reference,
    changes: object,
    options: WriteOptions = {},
  ): Promise<Outcome<T>> {
    return this.#write<T>('PATCH', reference, changes as JsonObject, options);
  }

  /** Replaces a resource as a whole. */
  async put<T = JsonObject>(
    reference: Reference,
    body: object,
    options: WriteOptions = {},
  ): Promise<Outcome<T>> {
    return this.#write<T>('PUT', reference, body as JsonObject, options);
  }

  /** Deletes a resource. */
  async delete(reference: Reference, options: WriteOptions = {}): Promise<Outcome> {
    return this.#write('DELETE', reference, undefined, options);
  }

  /** Sends a POST, once: it is never repeated when the service may have acted on it. */
  async post<T = JsonObject>(
    reference: Reference,
    body: object = {},
    options: WriteOptions = {},
  ): Promise<Outcome<T>> {
    const uri = uriOf(reference);
    const { etag } = options;
    const base: Seen | undefined = etag === undefined ? undefined : { etag, body: {} };
    const json = body as JsonObject;
    const answer = await writeWithTag(this.service, this.#seen, this.#forms, {
      method: 'POST',
      uri,
      json,
      base,
      ...extras(options),
    });
    return this.#outcome<T>(answer, undefined);
  }

  /** Creates a member and returns it, read anew when the service did not send it. */
  async create<T = JsonObject>(
    collection: Reference,
    body: object,
    options: WriteOptions = {},
  ): Promise<T & { '@odata.id': string }> {
    const outcome = await this.post<JsonObject>(collection, body, options);
    const done = outcome.task
      ? await outcome.task.wait({ ...(options.signal ? { signal: options.signal } : {}) })
      : outcome;
    const uri = done.location ?? idOf(done.body);
    if (uri === undefined)
      throw new RedfishError('protocol', 'the service created a resource and does not say where', {
        method: 'POST',
        uri: uriOf(collection),
        status: outcome.status,
      });
    if (done.location === undefined) this.service.findings.report('location-missing', uriOf(collection));
    const sent =
      done.body !== undefined &&
      idOf(done.body) !== undefined &&
      !/^#Task\./.test(String(done.body['@odata.type']));
    return (sent ? done.body : await this.get(uri)) as T & { '@odata.id': string };
  }

  /**
   * Calls an action by its name: `Reset`, `ComputerSystem.Reset`, or in full for those of vendors.
   * Values that the service does not list as allowable are refused before anything is sent.
   */
  async action<A extends keyof ActionParameters | (string & {})>(
    resource: Reference,
    name: A,
    parameters: A extends keyof ActionParameters ? ActionParameters[A] : object = {} as never,
    options: WriteOptions & { readonly check?: boolean } = {},
  ): Promise<Outcome> {
    const { action, known } = await this.describeAction(resource, name);
    if (options.check !== false) checkParameters(action, known, parameters as JsonObject);
    return this.post(action.target, parameters, options);
  }

  /** The action of that name with its parameters and their allowable values. */
  async describeAction(
    resource: Reference,
    name: string,
  ): Promise<{ action: FoundAction; known: ParameterInfo[] }> {
    const whole: unknown = resource;
    const body = isObject(whole) && isObject(whole.Actions) ? whole : await this.get(resource);
    const action = findAction(body, name);
    const info = action.info === undefined ? undefined : await this.get(action.info).catch(() => undefined);
    return { action, known: parametersOf(action, info) };
  }

  /** A task by its URI, or by the URI of its monitor. */
  task(uri: string): TaskHandle {
    return new TaskHandle(
      this.service,
      /TaskMonitor/i.test(uri) ? uri : undefined,
      /TaskMonitor/i.test(uri) ? undefined : uri,
    );
  }

  /** Waits for the work of an outcome, if it is not done. */
  async complete(outcome: Outcome<unknown>, options: WaitOptions = {}): Promise<TaskResult> {
    if (outcome.task) return outcome.task.wait(options);
    const body = isObject(outcome.body) ? outcome.body : undefined;
    return { status: outcome.status, body, location: outcome.location, task: undefined };
  }

  /** Reads values of a resource leniently: a deviation is a finding, not an error. */
  lenient(resource: object): Lenient {
    return new Lenient(resource, this.service.findings);
  }

  /** Any request. @throws RedfishError only when there is no answer */
  request(request: Request): Promise<Answer> {
    return this.service.ask(request);
  }

  /** The ETag of a resource that this client has read. */
  etagOf(resource: object): string | undefined {
    return this.#seen.tagOf(resource);
  }

  /** Logs out, and ends every connection. */
  async close(): Promise<void> {
    await this.service.authenticator.logout();
    await this.service.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #remember(uri: string, body: JsonObject, header: string | undefined): void {
    const own = body['@odata.etag'];
    this.#seen.add(uri, header ?? (typeof own === 'string' ? own : undefined), body);
  }

  #reader(): Reader {
    return {
      ...{ service: this.service, features: this.#features },
      read: (uri, select, signal) =>
        this.get(uri, { ...(select ? { select } : {}), ...(signal ? { signal } : {}) }),
      remember: (uri, body) => this.#remember(uri, body, undefined),
    };
  }

  async #write<T>(
    method: 'PATCH' | 'PUT' | 'DELETE',
    reference: Reference,
    json: JsonObject | undefined,
    options: WriteOptions,
  ): Promise<Outcome<T>> {
    const uri = uriOf(reference);
    const base = this.#base(uri, reference, options.etag);
    const answer = await writeWithTag(this.service, this.#seen, this.#forms, {
      method,
      uri,
      json,
      base,
      ...extras(options),
    });
    this.#seen.forget(uri);
    return this.#outcome<T>(answer, json);
  }

  /** What the caller has seen of a resource before it writes: what it hands over, else what was read last. */
  #base(uri: string, reference: Reference, etag: string | undefined): Seen | undefined {
    const whole = isObject(reference) && Object.keys(reference).length > 1 ? reference : undefined;
    const last = this.#seen.at(uri);
    const body = whole ?? last?.body;
    const tag = etag ?? (whole ? this.#seen.tagOf(whole) : last?.etag);
    return tag === undefined && body === undefined ? undefined : { etag: tag, body: body ?? {} };
  }

  #outcome<T>(answer: Answer, sent: JsonObject | undefined): Outcome<T> {
    if (answer.status >= 400) throw errorOf(answer);
    const { status, headers, uri } = answer;
    const body = isObject(answer.body) ? answer.body : undefined;
    const location =
      headers.location === undefined ? undefined : this.service.location(headers.location, uri);
    const own = body !== undefined && (idOf(body) === uri || answer.method === 'PATCH');
    if (body && own && status !== 202) this.#remember(uri, body, headers.etag);
    const ignored =
      body && own && sent && status === 200 && answer.method !== 'POST' ? ignoredIn(body, sent) : [];
    if (ignored.length) this.service.findings.report('write-ignored', uri, ignored.join(', '));
    const task = status === 202 ? new TaskHandle(this.service, location, undefined, body ?? {}) : undefined;
    return { status, body: body as T | undefined, location, task, messages: messagesOf(body), ignored };
  }
}

const extras = ({ headers, signal }: WriteOptions) => ({
  ...(headers ? { headers } : {}),
  ...(signal ? { signal } : {}),
});

/** The value at a JSON pointer (RFC 6901). @throws RedfishError `not-found` */
function pointer(body: JsonObject, fragment: string, uri: string): unknown {
  let value: unknown = body;
  for (const part of decodeURIComponent(fragment).split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    value = Array.isArray(value) ? value[Number(name)] : isObject(value) ? value[name] : undefined;
    if (value === undefined)
      throw new RedfishError('not-found', `${uri} leads to no value in its resource`, { uri });
  }
  return value;
}

/**
 * Connects to a service: reads its root and logs in.
 * @param url `https://bmc.example` or only the host name
 * @throws RedfishError `network`, `tls`, `pin`, `auth`, `protocol`, …
 */
export async function connect(url: string, options: ConnectOptions = {}): Promise<RedfishClient> {
  const client = new RedfishClient(url, options);
  try {
    await client.open();
    await client.login();
    return client;
  } catch (error) {
    await client.service.close();
    throw error;
  }
}
