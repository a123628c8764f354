/** ETags: which were seen, which forms of one to try, and whether another client changed what is to be written. */
import { equal, isObject, type JsonObject, paths, valueAt } from './json.ts';

/** The forms in which services have been seen to want a tag back, the usual one first; undefined: no If-Match. */
export function etagForms(tag: string): (string | undefined)[] {
  const strong = tag.replace(/^W\//, '');
  const plain = strong.replace(/-gzip"$/, '"');
  return [...new Set([tag, strong, plain, plain.replaceAll('"', '')]), undefined];
}

/** Returns the written paths, as JSON pointers, whose values differ between two reads of a resource. */
export function changedBetween(before: JsonObject, now: JsonObject, changes: JsonObject): string[] {
  return paths(changes).filter((path) => !equal(valueAt(before, path), valueAt(now, path)));
}

/** The written paths at which a body shows another value; properties that it does not show, such as Password, are left out. */
export function ignoredIn(body: JsonObject, changes: JsonObject): string[] {
  return paths(changes).filter((path) => {
    const shown = valueAt(body, path);
    return shown !== undefined && !shows(shown, valueAt(changes, path));
  });
}

/** Whether `shown` has all of `sent`: services add to objects in arrays what was not sent. */
function shows(shown: unknown, sent: unknown): boolean {
  if (Array.isArray(sent))
    return (
      Array.isArray(shown) &&
      shown.length >= sent.length &&
      sent.every((item, index) => shows(shown[index], item))
    );
  if (!isObject(sent)) return equal(shown, sent);
  return isObject(shown) && Object.entries(sent).every(([name, value]) => shows(shown[name], value));
}

export interface Seen {
  readonly etag: string | undefined;
  readonly body: JsonObject;
}

/** The latest readings of one client by URI; old ones are forgotten so that memory stays constant. */
export class SeenResources {
  readonly #byUri = new Map<string, Seen>();
  /** What is known of a resource by the object that the caller holds; undefined: nothing any more. */
  readonly #byBody = new WeakMap<object, Seen | undefined>();
  readonly #most: number;

  constructor(most = 200) {
    this.#most = most;
  }

  add(uri: string, etag: string | undefined, body: JsonObject): Seen {
    const seen = { etag, body };
    this.#byUri.delete(uri);
    this.#byUri.set(uri, seen);
    this.#byBody.set(body, seen);
    const oldest = this.#byUri.keys().next().value;
    if (this.#byUri.size > this.#most && oldest !== undefined) this.#byUri.delete(oldest);
    return seen;
  }

  /** What this client has written itself is no change by another: the caller's object stands for the new state. */
  written(uri: string, held: object | undefined, now: Seen | undefined): void {
    if (held) this.#byBody.set(held, now);
    if (!now) this.#byUri.delete(uri);
  }

  at(uri: string): Seen | undefined {
    return this.#byUri.get(uri);
  }

  /** What is known of a resource that was read, even when it has been read again since. */
  of(body: JsonObject): Seen | undefined {
    if (this.#byBody.has(body)) return this.#byBody.get(body);
    const own = body['@odata.etag'];
    return { etag: typeof own === 'string' ? own : undefined, body };
  }
}
