/** Reads everything that a service links to, breadth first, with constant work in flight. */
import { objectOf } from './answer.ts';
import type { Core } from './core.ts';
import { RedfishError } from './errors.ts';
import { isObject, type JsonObject } from './json.ts';

export interface WalkOptions {
  /** Where to begin; default the service root. */
  readonly from?: string;
  /** Whether to follow a link; default all but those to entries of logs. */
  readonly follow?: (uri: string) => boolean;
  /** Requests at a time; the client's limit counts too. Default 4. */
  readonly ahead?: number;
  readonly signal?: AbortSignal;
}

export interface Walked {
  readonly uri: string;
  readonly resource: JsonObject | undefined;
  /** Why it could not be read. */
  readonly error: RedfishError | undefined;
}

/** Each `@odata.id` in a value, and the pages of its collections, in order. */
export function* linksOf(value: unknown): Generator<string> {
  if (Array.isArray(value)) {
    for (const item of value) yield* linksOf(item);
  } else if (isObject(value)) {
    for (const [name, item] of Object.entries(value)) {
      if (typeof item !== 'string') yield* linksOf(item);
      else if (name === '@odata.id' || name.endsWith('@odata.nextLink') || name === '@Redfish.ActionInfo')
        yield item;
    }
  }
}

const notLogs = (uri: string): boolean => !/\/LogServices\/[^/]+\/Entries\/./.test(uri);

/** One resource; a link to another origin, or to what is no resource, is not followed. */
async function readOne(core: Core, uri: string, signal: AbortSignal | undefined): Promise<Walked> {
  try {
    const answer = await core.service.ask({ method: 'GET', uri, signal });
    const resource = objectOf(answer);
    return { uri, resource, error: undefined };
  } catch (error) {
    if (error instanceof RedfishError && error.kind !== 'cancelled' && error.kind !== 'auth')
      return { uri, resource: undefined, error };
    throw error;
  }
}

/** The same URI with and without a trailing slash is one resource. */
const plain = (uri: string): string => (uri.length > 1 ? uri.replace(/\/$/, '') : uri);

export async function* walk(core: Core, options: WalkOptions): AsyncGenerator<Walked> {
  const { from = '/redfish/v1/', follow = notLogs, ahead = 4, signal } = options;
  const queue = [from];
  const known = new Set([plain(from)]);
  const pending: Promise<Walked>[] = [];
  for (;;) {
    while (pending.length < ahead) {
      const uri = queue.shift();
      if (uri === undefined) break;
      const work = readOne(core, uri, signal);
      work.catch(() => {});
      pending.push(work);
    }
    const next = pending.shift();
    if (!next) return;
    const walked = await next;
    for (const link of linksOf(walked.resource)) {
      const [uri = ''] = link.split('#', 1);
      if (!uri.startsWith('/') || uri.startsWith('//') || known.has(plain(uri)) || !follow(uri)) continue;
      known.add(plain(uri));
      queue.push(uri);
    }
    yield walked;
  }
}
