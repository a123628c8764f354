/**
 * Renders resources, and keeps what it rendered until something changes. A GET, a member of an expanded collection and
 * the answer to a write all come from here, so they cannot differ.
 */
import { odataType } from '../generated/versions.ts';
import { etagOf } from './etag.ts';
import type { Collection, Json, JsonObject, Params, Place, Resource, Write } from './resource.ts';
import { fill } from './router.ts';

export interface Rendered {
  readonly object: JsonObject;
  readonly json: string;
  readonly etag: string;
}

interface Cached extends Rendered {
  readonly revision: number;
}

/** More than every resource of a large board; log entries, which are many, come and go. */
const cacheLimit = 4096;

export class Renderer<A> {
  readonly #app: A;
  readonly #revision: () => number;
  readonly #cache = new Map<string, Cached>();

  /** `revision` must grow with every change of anything that any resource shows. */
  constructor(app: A, revision: () => number) {
    this.#app = app;
    this.#revision = revision;
  }

  /** What was rendered for `uri` and still holds. */
  cached(uri: string): Rendered | undefined {
    const entry = this.#cache.get(uri);
    return entry !== undefined && entry.revision === this.#revision() ? entry : undefined;
  }

  resource<M>(resource: Resource<A, M>, model: M, params: Params, uri: string): Rendered {
    const cached = this.cached(uri);
    if (cached !== undefined) return cached;
    const revision = this.#revision();
    const place = { app: this.#app, uri, params };
    const id = uri.slice(uri.lastIndexOf('/') + 1);
    const rest = {
      ...withId(id, withWritable(resource, model, this.#app, resource.body(model, place))),
      Actions: actionsOf(resource, model, place),
    };
    const rendered = finish(uri, resource.schema, rest, resource.volatile, resource.revision?.(model) ?? 0);
    if (resource.live !== true) this.#keep(uri, { ...rendered, revision });
    return rendered;
  }

  /**
   * A collection whose members are the given links or bodies. `next` is the URI of the following page. Not kept:
   * it depends on the query.
   */
  collection(
    collection: Collection<A>,
    uri: string,
    total: number,
    members: readonly JsonObject[],
    next: string | undefined,
  ): Rendered {
    const rest = {
      Name: collection.name,
      Description: collection.description,
      'Members@odata.count': total,
      Members: members,
      'Members@odata.nextLink': next,
    };
    return finish(uri, collection.schema, rest, undefined, 0);
  }

  #keep(uri: string, entry: Cached): void {
    if (this.#cache.size >= cacheLimit) this.#cache.clear();
    this.#cache.set(uri, entry);
  }
}

function finish(
  uri: string,
  schema: Resource<never>['schema'],
  rest: JsonObject,
  volatile: readonly string[] | undefined,
  revision: number | string,
): Rendered {
  const etag = etagOf(rest, volatile, revision);
  const object = { '@odata.id': uri, '@odata.type': odataType[schema], '@odata.etag': etag, ...rest };
  return { object, json: JSON.stringify(object), etag };
}

const withId = (id: string, body: JsonObject): JsonObject => ('Id' in body ? body : { Id: id, ...body });

/** Adds `@Redfish.WriteableProperties` to each object that directly holds a property which may be written now. */
function withWritable<A, M>(resource: Resource<A, M>, model: M, app: A, body: JsonObject): JsonObject {
  const byObject = new Map<string, string[]>();
  const allowable = new Map<string, readonly string[]>();
  for (const write of writesOf(resource, model, app)) {
    for (const path of write.properties) {
      const slash = path.lastIndexOf('/');
      const parent = slash < 0 ? '' : path.slice(0, slash);
      byObject.set(parent, [...(byObject.get(parent) ?? []), path.slice(slash + 1)]);
    }
    for (const [path, values] of Object.entries(write.allowable?.(model, app) ?? {}))
      allowable.set(path, values);
  }
  return byObject.size === 0 ? body : annotate(body, '', byObject, allowable);
}

function annotate(
  object: JsonObject,
  path: string,
  byObject: ReadonlyMap<string, readonly string[]>,
  allowable: ReadonlyMap<string, readonly string[]>,
): JsonObject {
  const out: Record<string, Json | undefined> = {};
  for (const [name, value] of Object.entries(object)) {
    const at = path === '' ? name : `${path}/${name}`;
    const nested = value !== null && typeof value === 'object' && !Array.isArray(value);
    out[name] = nested ? annotate(value as JsonObject, at, byObject, allowable) : value;
    const values = allowable.get(at);
    if (values !== undefined) out[`${name}@Redfish.AllowableValues`] = values;
  }
  const names = byObject.get(path);
  if (names !== undefined) out['@Redfish.WriteableProperties'] = names;
  return out;
}

/** The writes that apply to `model`. */
export function writesOf<A, M>(resource: Resource<A, M>, model: M, app: A): readonly Write<A, M>[] {
  return (resource.writes ?? []).filter((write) => write.unless?.(model, app) !== true);
}

/** The `Actions` object; each action points to its ActionInfo and repeats what it allows. */
function actionsOf<A, M>(resource: Resource<A, M>, model: M, place: Place<A>): JsonObject | undefined {
  if (resource.actions === undefined) return undefined;
  const out: Record<string, Json> = {};
  for (const [name, action] of Object.entries(resource.actions)) {
    if (action.when?.(model, place.app) === false) continue;
    const parameters = Object.entries(action.parameters);
    const entry: Record<string, Json> = { target: `${place.uri}/Actions/${name}` };
    if (parameters.length > 0) entry['@Redfish.ActionInfo'] = actionInfoUri(place.uri, name);
    for (const [parameter, facts] of parameters) {
      const term = facts.type.startsWith('Number') ? 'AllowableNumbers' : 'AllowableValues';
      if (facts.allowable) entry[`${parameter}@Redfish.${term}`] = facts.allowable(model);
    }
    out[`#${name}`] = entry;
  }
  return Object.keys(out).length === 0 ? undefined : out;
}

/** `…/ResetActionInfo` for `ComputerSystem.Reset`. */
export const actionInfoUri = (uri: string, action: string): string =>
  `${uri}/${action.slice(action.indexOf('.') + 1)}ActionInfo`;

/** The ActionInfo resource of an action. */
export function actionInfo<A, M>(resource: Resource<A, M>, model: M, name: string, uri: string): Rendered {
  const parameters = Object.entries(resource.actions?.[name]?.parameters ?? {}).map(([parameter, facts]) => ({
    Name: parameter,
    DataType: facts.type,
    Required: facts.required === true,
    [facts.type.startsWith('Number') ? 'AllowableNumbers' : 'AllowableValues']: facts.allowable?.(model),
    AllowablePattern: facts.pattern,
  }));
  const id = uri.slice(uri.lastIndexOf('/') + 1);
  return finish(
    uri,
    'ActionInfo',
    { Id: id, Name: `Parameters of ${name}`, Parameters: parameters },
    undefined,
    0,
  );
}

/** URIs of the members of a resource's collection, for these parameters. */
export const memberUri = (template: string, params: Params, id: string): string => {
  const brace = template.lastIndexOf('{');
  return fill(template.slice(0, brace), params) + id;
};
