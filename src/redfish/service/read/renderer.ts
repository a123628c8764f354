/**
 * Renders resources, and keeps what it rendered until something changes. A GET, a member of an expanded collection and
 * the answer to a write all come from here, so they cannot differ.
 */
import { odataType } from '../../generated/versions.ts';
import { descriptions } from '../descriptions.ts';
import type { JsonObject } from '../json.ts';
import type { Collection, Params, Resource, SchemaName } from '../resource.ts';
import { readMethods } from '../tree.ts';
import { actionInfo, actionsOf } from './actions.ts';
import { annotated, writableOf, writesOf } from './annotations.ts';
import { tagOf } from './etag.ts';
import type { Revisions } from './revisions.ts';

/** A resource or a collection as it is shown. */
export interface Rendered {
  readonly object: JsonObject;
  readonly json: string;
  readonly etag: string;
  /** Whether the ETag stands for all that is shown. */
  readonly exact: boolean;
  /** Methods that this very resource can be asked for. */
  readonly allow: string;
}

/** An object whose text is made when it is first wanted. */
export class Shown implements Rendered {
  readonly object: JsonObject;
  readonly etag: string;
  readonly exact: boolean;
  readonly allow: string;
  #json: string | undefined;

  constructor(object: JsonObject, { etag, exact, allow }: Omit<Rendered, 'object' | 'json'>) {
    this.object = object;
    this.etag = etag;
    this.exact = exact;
    this.allow = allow;
  }

  get json(): string {
    this.#json ??= JSON.stringify(this.object);
    return this.#json;
  }
}

/** Look-ups of resources since the start: those that found a current one, and those that had to render it. */
export interface RenderCounts {
  readonly hits: number;
  readonly misses: number;
}

interface Kept {
  readonly rendered: Rendered;
  readonly revision: number;
}

/** More than every resource of a large board. */
const cacheLimit = 4096;
const readOnly = readMethods.join(', ');

export class Renderer<A> {
  readonly #app: A;
  readonly #revisions: Revisions;
  readonly #cache = new Map<string, Kept>();
  /** What was rendered of things that never change. */
  readonly #constant = new WeakMap<object, Rendered>();
  #writes = 0;
  #hits = 0;
  #misses = 0;

  constructor(app: A, revisions: Revisions) {
    this.#app = app;
    this.#revisions = revisions;
  }

  /** The rendered resource, if it is still current. */
  cached(resource: Resource<A>, params: Params, uri: string): Rendered | undefined {
    const kept = this.#cache.get(uri);
    const current = kept !== undefined && kept.revision === this.#now(resource, params);
    if (current) this.#hits += 1;
    else this.#misses += 1;
    return current ? kept.rendered : undefined;
  }

  get counts(): RenderCounts {
    return { hits: this.#hits, misses: this.#misses };
  }

  /** Something was written: nothing of what was rendered before holds. */
  written(): void {
    this.#writes += 1;
  }

  resource<M>(resource: Resource<A, M>, model: M, params: Params, uri: string): Rendered {
    if (resource.immutable !== true || typeof model !== 'object' || model === null)
      return this.#resource(resource, model, params, uri);
    const known = this.#constant.get(model);
    if (known !== undefined) return known;
    const rendered = this.#resource(resource, model, params, uri);
    this.#constant.set(model, rendered);
    return rendered;
  }

  #resource<M>(resource: Resource<A, M>, model: M, params: Params, uri: string): Rendered {
    const kept = this.#cache.get(uri);
    const revision = this.#now(resource, params);
    if (kept?.revision === revision) return kept.rendered;
    const place = { app: this.#app, uri, params };
    const writes = writesOf(resource, model, this.#app);
    const body = annotated(
      this.properties(resource, model, params, uri),
      writableOf(writes, model, this.#app),
    );
    const rest = {
      ...body,
      Actions: actionsOf(resource, model, place),
    };
    const { etag, exact } = tagOf(rest, resource.volatile, resource.revision?.(model) ?? 0);
    const methods = [...readMethods];
    if (writes.length > 0) methods.push('PATCH');
    if (resource.remove !== undefined && resource.removable?.(model) !== false) methods.push('DELETE');
    const object = identified(uri, resource.schema, etag, rest);
    const rendered = new Shown(object, { etag, exact, allow: methods.join(', ') });
    if (resource.live !== true) this.#keep(uri, { rendered, revision });
    return rendered;
  }

  /** What a resource says, without what the protocol adds. */
  properties<M>(resource: Resource<A, M>, model: M, params: Params, uri: string): JsonObject {
    const body = resource.body(model, { app: this.#app, uri, params });
    const {
      Id = uri.slice(uri.lastIndexOf('/') + 1),
      Description = descriptions[resource.schema],
      ...rest
    } = body;
    return { Id, Description, ...rest };
  }

  actionInfo<M>(resource: Resource<A, M>, model: M, action: string, uri: string): Rendered {
    const body = actionInfo(resource, model, action, uri);
    const tag = tagOf(body, undefined, 0);
    return new Shown(identified(uri, 'ActionInfo', tag.etag, body), { ...tag, allow: readOnly });
  }

  #now(resource: Resource<A>, params: Params): number {
    return this.#revisions.of(resource, params, resource.readings?.(this.#app, params)) + this.#writes;
  }

  #keep(uri: string, kept: Kept): void {
    if (this.#cache.size >= cacheLimit) this.#cache.clear();
    this.#cache.set(uri, kept);
  }
}

/** The properties of a collection. `members` are links or bodies; `next` is the URI of the following page. */
export const collectionBody = <A>(
  { name, schema, description }: Collection<A>,
  total: number,
  members: readonly JsonObject[],
  next: string | undefined,
): JsonObject => ({
  Name: name,
  Description: description ?? descriptions[schema],
  'Members@odata.count': total,
  Members: members,
  'Members@odata.nextLink': next,
});

/** A body with its OData identity. */
export const identified = (uri: string, schema: SchemaName, etag: string, body: JsonObject): JsonObject => ({
  '@odata.id': uri,
  '@odata.type': odataType[schema],
  '@odata.etag': etag,
  ...body,
});
