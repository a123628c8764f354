/** Writes and what came of them. */
import { type Answer, errorOf } from './answer.ts';
import type { Core } from './core.ts';
import { RedfishError } from './errors.ts';
import { ignoredIn, type Seen } from './etag.ts';
import { idOf, isObject, type JsonObject } from './json.ts';
import { type Message, messagesOf } from './messages.ts';
import { type Reference, uriOf } from './origin.ts';
import { TaskHandle } from './tasks.ts';
import { writeWithTag } from './write.ts';

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

/** The resource that the caller hands over, when it is more than a link. */
const heldOf = (reference: Reference): JsonObject | undefined =>
  isObject(reference) && Object.keys(reference).length > 1 ? reference : undefined;

/** What the caller has seen of a resource before it writes: what it hands over, else what was read last. */
function baseOf(
  { seen }: Core,
  uri: string,
  reference: Reference,
  etag: string | undefined,
): Seen | undefined {
  const held = heldOf(reference);
  const known = held ? seen.of(held) : seen.at(uri);
  return etag === undefined ? known : { etag, body: known?.body ?? {} };
}

/** The outcome of an answer. @throws RedfishError for a status of 400 or above */
export function outcomeOf<T>(core: Core, answer: Answer, sent?: JsonObject): Outcome<T> {
  if (answer.status >= 400) throw errorOf(answer);
  const { service } = core;
  const { status, headers, uri } = answer;
  const body = isObject(answer.body) ? answer.body : undefined;
  const location = headers.location === undefined ? undefined : service.location(headers.location, uri);
  const own = body !== undefined && status === 200 && (idOf(body) === uri || answer.method === 'PATCH');
  if (own) core.remember(uri, body, headers.etag);
  const ignored = own && sent ? ignoredIn(body, sent) : [];
  if (ignored.length) service.findings.report('write-ignored', uri, ignored.join(', '));
  const task = status === 202 ? new TaskHandle(service, location, undefined, body ?? {}) : undefined;
  return { status, body: body as T | undefined, location, task, messages: messagesOf(body), ignored };
}

/** Sends a write with the ETag that was seen. @throws RedfishError */
export async function write<T>(
  core: Core,
  method: 'PATCH' | 'PUT' | 'DELETE' | 'POST',
  reference: Reference,
  json: JsonObject | undefined,
  { etag, headers, signal }: WriteOptions,
): Promise<Outcome<T>> {
  const uri = uriOf(reference);
  // A POST goes to a collection or an action: what was read there says nothing about what is created.
  const base =
    method === 'POST'
      ? etag === undefined
        ? undefined
        : { etag, body: {} }
      : baseOf(core, uri, reference, etag);
  const request = { method, uri, json, base, signal, ...(headers ? { headers } : {}) };
  const answer = await writeWithTag(core.service, core.seen, core.forms, request);
  if (method === 'POST') return outcomeOf<T>(core, answer);
  core.seen.written(uri, undefined, undefined);
  const outcome = outcomeOf<T>(core, answer, json);
  core.seen.written(uri, heldOf(reference), core.seen.at(uri));
  return outcome;
}

/** Creates a member and returns it, read anew when the service did not send it. */
export async function create(
  core: Core,
  collection: Reference,
  body: JsonObject,
  options: WriteOptions,
): Promise<JsonObject> {
  const outcome = await write<JsonObject>(core, 'POST', collection, body, options);
  const done = outcome.task
    ? await outcome.task.wait(options.signal ? { signal: options.signal } : {})
    : outcome;
  const uri = done.location ?? idOf(done.body);
  const at = uriOf(collection);
  if (uri === undefined)
    throw new RedfishError('protocol', 'the service created a resource and does not say where', {
      ...{ method: 'POST', uri: at, status: outcome.status },
    });
  if (done.location === undefined) core.service.findings.report('location-missing', at);
  const sent = idOf(done.body) !== undefined && !/^#Task\./.test(String(done.body?.['@odata.type']));
  return sent && done.body ? done.body : core.read(uri, undefined, options.signal);
}
