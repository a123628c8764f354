/** What a resource says of its own properties: which may be written now, and with which values (DSP0266 clause 9.9). */
import type { Json, JsonObject } from '../json.ts';
import type { Resource, Write } from '../resource.ts';

/** The writes that apply to `model`. */
export function writesOf<A, M>(resource: Resource<A, M>, model: M, app: A): readonly Write<A, M>[] {
  return (resource.writes ?? []).filter((write) => write.unless?.(model, app) !== true);
}

/** What the writes of a resource come to, by the path of a property; array indexes are no part of a path. */
export interface Writable {
  readonly properties: ReadonlySet<string>;
  readonly allowable: Readonly<Record<string, readonly string[]>>;
}

export function writableOf<A, M>(writes: readonly Write<A, M>[], model: M, app: A): Writable {
  return {
    properties: new Set(writes.flatMap((write) => write.properties)),
    allowable: Object.assign({}, ...writes.map((write) => write.allowable?.(model, app) ?? {})),
  };
}

/**
 * Adds `@Redfish.WriteableProperties` to each object that holds a property which may be written, in arrays too, and
 * `@Redfish.AllowableValues` to each property that takes fewer values than its schema lists.
 */
export function annotated(body: JsonObject, { properties, allowable }: Writable): JsonObject {
  if (properties.size === 0) return body;
  const byObject = new Map<string, Set<string>>();
  for (const path of properties) {
    const [parent, name] = placeOf(body, path);
    const names = byObject.get(parent);
    if (names === undefined) byObject.set(parent, new Set([name]));
    else names.add(name);
  }
  const inside = (value: Json | undefined, path: string): Json | undefined => {
    if (value === null || typeof value !== 'object') return value;
    return Array.isArray(value)
      ? value.map((item: Json) => inside(item, path) ?? null)
      : object(value as JsonObject, path);
  };
  const object = (value: JsonObject, path: string): JsonObject => {
    const out: Record<string, Json | undefined> = {};
    for (const [name, member] of Object.entries(value)) {
      const at = path === '' ? name : `${path}/${name}`;
      out[name] = inside(member, at);
      if (Object.hasOwn(allowable, at)) out[`${name}@Redfish.AllowableValues`] = allowable[at];
    }
    const names = byObject.get(path);
    if (names !== undefined) out['@Redfish.WriteableProperties'] = [...names];
    return out;
  };
  return object(body, '');
}

/**
 * The object that names a writable property, by its path, and the name there: of a property in an object that is not shown
 * now (a VLAN, before one is set) the name of that object.
 */
function placeOf(body: JsonObject, path: string): readonly [parent: string, name: string] {
  const steps = path.split('/');
  let object: Json | undefined = body;
  for (const [index, step] of steps.slice(0, -1).entries()) {
    if (Array.isArray(object)) break;
    object = (object as JsonObject)[step];
    if (object === undefined || object === null) return [steps.slice(0, index).join('/'), step];
  }
  return [steps.slice(0, -1).join('/'), steps.at(-1) ?? ''];
}
