/** One BMC as commands see it: the client, the systems that are meant, and writes that a dry run only lists. */

import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type ConnectOptions,
  filePins,
  fileRecorder,
  idOf,
  type JsonObject,
  type Outcome,
  type Recorder,
  RedfishClient,
  type Reference,
} from '@redfishd/client';
import { folders, type Settings } from './config.ts';
import { passwordFor, sessionFile } from './credentials.ts';
import { CommandError, usageError } from './exit.ts';
import type { Arguments } from './options.ts';
import { notice } from './terminal.ts';

type Tls = NonNullable<ConnectOptions['tls']>;

let warned = false;

/** One recording for all nodes of a run. */
const recorders = new Map<string, Recorder>();

function recorderFor(path: string): Recorder {
  const known = recorders.get(path);
  if (known) return known;
  try {
    const recorder = fileRecorder(path);
    recorders.set(path, recorder);
    return recorder;
  } catch (error) {
    throw usageError(`the recording cannot be written: ${(error as Error).message}`);
  }
}

function readOption(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw usageError(`--ca: ${(error as Error).message}`);
  }
}

export function tlsOf(host: string, settings: Settings, args: Arguments): Tls {
  if (args.has('insecure')) {
    if (!warned) notice('warning: -k accepts any certificate; whoever is in between reads the password');
    warned = true;
    return { trust: 'none' };
  }
  if (settings.pin) return { pin: settings.pin.value };
  const known = filePins(folders(process.env).pins).get(host);
  if (known !== undefined) return { pin: known };
  return settings.ca ? { ca: readOption(settings.ca.value) } : {};
}

/** `host:port` of a URL, as pins name it. */
export function placeOf(origin: string): string {
  const { protocol, hostname, port } = new URL(origin);
  return `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
}

/** A client by settings, not yet connected. @throws CommandError `usage` without a host */
export function clientFor(
  settings: Settings,
  args: Arguments,
  more: Partial<ConnectOptions> = {},
): RedfishClient {
  const { host, user, password } = settings;
  if (!host) throw usageError('no BMC: give -H HOST, REDFISHCTL_HOST or a context');
  const { origin } = new RedfishClient(host.value, { transport: 'node' });
  const record = args.text('record');
  return new RedfishClient(origin, {
    transport: 'node',
    tls: tlsOf(placeOf(origin), settings, args),
    ...(user
      ? {
          credentials: {
            user: user.value,
            password: () => passwordFor(user.value, password?.value, args),
          },
          session: sessionFile(folders(process.env).sessions, origin, user.value),
        }
      : {}),
    ...(record === undefined ? {} : { record: recorderFor(record) }),
    ...(args.has('verbose') ? { log: notice } : {}),
    ...more,
  });
}

export class Bmc {
  readonly name: string;
  readonly client: RedfishClient;
  readonly args: Arguments;
  /** Whom connections beside those of the client trust. */
  readonly tls: Tls;
  /** Writes that a dry run did not send. */
  readonly planned: JsonObject[] = [];

  constructor(name: string, client: RedfishClient, args: Arguments, tls: Tls) {
    this.name = name;
    this.client = client;
    this.args = args;
    this.tls = tls;
  }

  get dryRun(): boolean {
    return this.args.has('dry-run');
  }

  async open(): Promise<this> {
    await this.client.open();
    await this.client.login();
    return this;
  }

  /** A resource; undefined for an absent link. */
  async follow(link: unknown): Promise<JsonObject | undefined> {
    const uri = idOf(link);
    return uri === undefined ? undefined : this.client.get<JsonObject, string>(uri);
  }

  /** Whole members of a collection by its link; none for an absent link. */
  async members(link: unknown, select?: readonly string[]): Promise<JsonObject[]> {
    const uri = idOf(link);
    if (uri === undefined) return [];
    const found: JsonObject[] = [];
    for await (const member of this.client.members<JsonObject>(uri, select ? { select } : {}))
      found.push(member);
    return found;
  }

  /** The systems that --system names; all of them without it. @throws CommandError `missing` */
  async systems(): Promise<JsonObject[]> {
    const wanted = this.args.text('system');
    const all = await this.members(this.client.root.Systems);
    const found = wanted === undefined || wanted === 'all' ? all : all.filter(({ Id }) => Id === wanted);
    if (found.length) return found;
    const ids = all.map(({ Id }) => Id).join(', ');
    throw new CommandError('missing', `${this.name}: no system ${wanted ?? ''}; there are: ${ids || 'none'}`);
  }

  /** The systems that a write is meant for: one of several has to be named. @throws CommandError `usage` */
  async chosenSystems(): Promise<JsonObject[]> {
    const found = await this.systems();
    if (found.length > 1 && this.args.text('system') === undefined)
      throw usageError(
        `${this.name} has several systems: give --system ${found.map(({ Id }) => Id).join(' | ')} | all`,
      );
    return found;
  }

  managers(): Promise<JsonObject[]> {
    return this.members(this.client.root.Managers);
  }

  chassis(): Promise<JsonObject[]> {
    return this.members(this.client.root.Chassis);
  }

  async patch(resource: JsonObject, changes: JsonObject): Promise<JsonObject> {
    if (this.#plan('PATCH', idOf(resource) ?? '', changes, this.client.etagOf(resource))) return resource;
    const outcome = await this.client.patch<JsonObject>(resource as Reference, changes);
    await this.#finish(outcome);
    // A password is null in every answer (DSP0268 "ManagerAccount"), whether it was taken or not.
    const ignored = outcome.ignored.filter((path) => !path.endsWith('Password'));
    if (ignored.length)
      throw new CommandError('refused', `${idOf(resource)} did not take ${ignored.join(', ')}`);
    return outcome.body ?? (await this.client.get<JsonObject, Reference>(idOf(resource) ?? ''));
  }

  async action(resource: JsonObject, name: string, parameters: JsonObject): Promise<void> {
    const { action } = await this.client.describeAction(resource as Reference, name);
    if (this.#plan('POST', action.target, parameters)) return;
    await this.#finish(await this.client.action(resource as Reference, name, parameters));
  }

  /** Creates a member; in a dry run returns what would be sent. */
  async create(collection: string, body: JsonObject): Promise<JsonObject> {
    if (this.#plan('POST', collection, body)) return body;
    return this.client.create<JsonObject>(collection, body);
  }

  async remove(resource: JsonObject): Promise<void> {
    if (this.#plan('DELETE', idOf(resource) ?? '', undefined, this.client.etagOf(resource))) return;
    await this.#finish(await this.client.delete(resource as Reference));
  }

  /** Any request; of writes a dry run sends none. */
  async request(
    method: string,
    uri: string,
    json: unknown,
  ): Promise<{ status: number; body: unknown; text: string }> {
    if (method !== 'GET' && method !== 'HEAD' && this.#plan(method, uri, json))
      return { status: 0, body: undefined, text: '' };
    return this.client.request({ method, uri, ...(json === undefined ? {} : { json }) });
  }

  /** Reads until a condition holds. A dry run does not wait. */
  async until(
    resource: JsonObject,
    holds: (now: JsonObject) => boolean,
    interval = 500,
  ): Promise<JsonObject> {
    for (;;) {
      const now = await this.client.get<JsonObject, string>(idOf(resource) ?? '');
      if (this.dryRun || holds(now)) return now;
      await pause(interval);
    }
  }

  async #finish(outcome: Outcome<unknown>): Promise<void> {
    await this.client.complete(outcome);
  }

  /** Whether the write is only listed. Secrets are not. */
  #plan(method: string, uri: string, body?: unknown, etag?: string): boolean {
    if (!this.dryRun) return false;
    this.planned.push({ method, uri, ...(etag === undefined ? {} : { ifMatch: etag }), body: body ?? null });
    return true;
  }

  close(): Promise<void> {
    return this.client.close();
  }
}
