/** The resources of a service as they were read: the input of every passive verdict. */
import { idOf, isObject, type JsonObject } from '@redfishd/client';

/** Resources by URI, with the methods of their Allow headers where those were seen. */
export interface TreeContents {
  readonly resources: ReadonlyMap<string, JsonObject>;
  readonly allow?: ReadonlyMap<string, readonly string[]>;
}

/** One resource with its place in the tree. */
export interface Instance {
  readonly uri: string;
  readonly type: string;
  readonly body: JsonObject;
}

const plain = (uri: string): string => (uri.length > 1 ? uri.replace(/\/$/, '') : uri);

/** `Chassis` of `#Chassis.v1_25_0.Chassis`; empty without a type. */
export const typeName = (body: JsonObject): string => {
  const type = body['@odata.type'];
  return typeof type === 'string' ? (type.replace(/^#/, '').split('.')[0] ?? '') : '';
};

export class Tree {
  readonly #all = new Map<string, Instance>();
  readonly #byType = new Map<string, Instance[]>();
  readonly #allow = new Map<string, readonly string[]>();

  /** Instances are kept in the order of their URIs, so that verdicts do not depend on the order of reads. */
  constructor({ resources, allow }: TreeContents) {
    for (const [uri, body] of [...resources].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
      const instance = { uri: plain(uri), type: typeName(body), body };
      this.#all.set(instance.uri, instance);
      const same = this.#byType.get(instance.type);
      if (same) same.push(instance);
      else this.#byType.set(instance.type, [instance]);
    }
    for (const [uri, methods] of allow ?? []) this.#allow.set(plain(uri), methods);
  }

  get size(): number {
    return this.#all.size;
  }

  get(uri: string): Instance | undefined {
    return this.#all.get(plain(uri.split('#', 1)[0] ?? ''));
  }

  ofType(type: string): readonly Instance[] {
    return this.#byType.get(type) ?? [];
  }

  /** Methods of the Allow header; undefined when none was seen. */
  allowed(uri: string): readonly string[] | undefined {
    return this.#allow.get(plain(uri));
  }

  get root(): JsonObject {
    return this.get('/redfish/v1')?.body ?? {};
  }

  /** Resources whose URI contains this one, nearest first. */
  *ancestors(uri: string): Generator<Instance> {
    let path = plain(uri);
    while (path.includes('/', 1)) {
      path = path.slice(0, path.lastIndexOf('/'));
      const found = this.#all.get(path);
      if (found) yield found;
    }
  }

  /** The target of a link; undefined when the value is no link or its target was not read. */
  follow(link: unknown): Instance | undefined {
    const uri = idOf(link);
    return uri === undefined ? undefined : this.get(uri);
  }
}

/** The value at a JSON pointer (RFC 6901); `found` tells absent from null. */
export function resolvePointer(
  body: unknown,
  pointer: string,
): { readonly found: boolean; readonly value: unknown } {
  let value = body;
  for (const step of pointer.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(value) && /^\d+$/.test(name) && Number(name) < value.length)
      value = value[Number(name)];
    else if (isObject(value) && Object.hasOwn(value, name)) value = value[name];
    else return { found: false, value: undefined };
  }
  return { found: true, value };
}
