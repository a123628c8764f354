/** The client of one Redfish service. */
import {
  checkParameters,
  type FoundAction,
  findAction,
  type ParameterInfo,
  parametersOf,
} from './actions.ts';
import { type Answer, objectOf } from './answer.ts';
import { members as iterate, type MembersOptions } from './collection.ts';
import { Core, type GetOptions } from './core.ts';
import { RedfishError } from './errors.ts';
import { type EventsOptions, events } from './events/events.ts';
import type { EventRecord } from './events/records.ts';
import type { Finding } from './findings.ts';
import type { ActionParameters, Link, ServiceRoot } from './generated/types.ts';
import { idOf, isObject, type JsonObject } from './json.ts';
import { Lenient } from './lenient.ts';
import type { ConnectOptions, SessionState } from './options.ts';
import { type Reference, uriOf } from './origin.ts';
import { create, type Outcome, type WriteOptions, write } from './outcome.ts';
import { type Request, Service } from './service.ts';
import { TaskHandle, type TaskResult, type WaitOptions } from './tasks.ts';
import { type UpdateFile, type UpdateOptions, update } from './update.ts';
import { type Walked, type WalkOptions, walk } from './walk.ts';

/** A link's target type, or what the caller names. */
type Target<R, T> = R extends Link<infer L> ? (unknown extends L ? T : L) : T;
type Collection<T> = Link<{ Members?: Link<T>[] }> | { readonly Members?: readonly Link<T>[] };
type Whole<T> = T & { '@odata.id': string };

export class RedfishClient implements AsyncDisposable {
  /** The layer below: any request, any answer. */
  readonly service: Service;
  readonly #core: Core;
  #root: ServiceRoot = { '@odata.id': '/redfish/v1/' };

  constructor(url: string, options: ConnectOptions = {}) {
    this.service = new Service(url, options);
    this.#core = new Core(this.service);
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
    this.#core.features.learn(this.#root);
    return this;
  }

  async #readRoot(): Promise<ServiceRoot> {
    const answer = await this.service.ask({ method: 'GET', uri: '/redfish/v1/', anonymous: true });
    const body = objectOf(answer);
    if (typeof body.RedfishVersion !== 'string' && idOf(body) === undefined)
      throw new RedfishError('protocol', `${this.origin} answers, but with no Redfish service root`, {
        ...{ method: 'GET', uri: answer.uri },
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
    return (await this.#core.get(reference, options)) as Target<R, T>;
  }

  /** Iterates over the members of a collection, over all of its pages. A collection that is not there has no members. */
  members<T = JsonObject>(
    collection: Collection<T> | Reference | undefined,
    options: MembersOptions = {},
  ): AsyncGenerator<Whole<T>> {
    const uri = collection === undefined ? undefined : uriOf(collection as Reference);
    return iterate(this.#core, uri, options) as AsyncGenerator<Whole<T>>;
  }

  /** The only member of a collection. @throws RedfishError `usage` naming the members when there are several, `not-found` when none */
  async only<T = JsonObject>(collection: Collection<T> | Reference | undefined): Promise<Whole<T>> {
    const found: Whole<T>[] = [];
    for await (const member of this.members<T>(collection, { limit: 20 })) found.push(member);
    const uri = collection === undefined ? 'the service' : uriOf(collection as Reference);
    const [first] = found;
    if (first === undefined) throw new RedfishError('not-found', `${uri} has no members`, { uri });
    const names = found.map((member) => member['@odata.id']).join(', ');
    if (found.length > 1) throw new RedfishError('usage', `${uri} has several members, name one: ${names}`);
    return first;
  }

  /** Every resource that links lead to, each once; one that cannot be read comes with its error. */
  walk(options: WalkOptions = {}): AsyncGenerator<Walked> {
    return walk(this.#core, options);
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
    return write<T>(this.#core, 'PATCH', reference, changes as JsonObject, options);
  }

  /** Replaces a resource as a whole. */
  async put<T = JsonObject>(
    reference: Reference,
    body: object,
    options: WriteOptions = {},
  ): Promise<Outcome<T>> {
    return write<T>(this.#core, 'PUT', reference, body as JsonObject, options);
  }

  /** Deletes a resource. */
  async delete(reference: Reference, options: WriteOptions = {}): Promise<Outcome> {
    return write(this.#core, 'DELETE', reference, undefined, options);
  }

  /** Sends a POST, once: it is never repeated when the service may have acted on it. */
  async post<T = JsonObject>(
    reference: Reference,
    body: object = {},
    options: WriteOptions = {},
  ): Promise<Outcome<T>> {
    return write<T>(this.#core, 'POST', reference, body as JsonObject, options);
  }

  /** Creates a member and returns it, read anew when the service did not send it. */
  async create<T = JsonObject>(
    collection: Reference,
    body: object,
    options: WriteOptions = {},
  ): Promise<Whole<T>> {
    return (await create(this.#core, collection, body as JsonObject, options)) as Whole<T>;
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
    const body = isObject(whole) && isObject(whole.Actions) ? whole : await this.#core.read(uriOf(resource));
    const action = findAction(body, name);
    const info =
      action.info === undefined ? undefined : await this.#core.read(action.info).catch(() => undefined);
    return { action, known: parametersOf(action, info) };
  }

  /** A task by its URI, or by the URI of its monitor. */
  task(uri: string): TaskHandle {
    return /TaskMonitor/i.test(uri)
      ? new TaskHandle(this.service, uri, undefined)
      : new TaskHandle(this.service, undefined, uri);
  }

  /** Waits for the work of an outcome, if it is not done. */
  async complete(outcome: Outcome<unknown>, options: WaitOptions = {}): Promise<TaskResult> {
    if (outcome.task) return outcome.task.wait(options);
    const body = isObject(outcome.body) ? outcome.body : undefined;
    return { status: outcome.status, body, location: outcome.location, task: undefined };
  }

  /**
   * Events as they happen, each once, over restarts of the service: from its stream, from a webhook, or, where it has
   * neither, from its log. Ends with `signal` or `close`.
   */
  events(options: EventsOptions = {}): AsyncGenerator<EventRecord> {
    return events(this.#core, this.#root, options);
  }

  /** Uploads an update package, streamed: a file by its path, or bytes from anywhere. */
  async update(file: UpdateFile, options: UpdateOptions = {}): Promise<Outcome> {
    return update(this.#core, this.#root, file, options);
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
    return isObject(resource) ? this.#core.seen.of(resource)?.etag : undefined;
  }

  /** Logs out, and ends every connection. */
  async close(): Promise<void> {
    await this.service.authenticator.logout();
    await this.service.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
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
