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
import { Shown } from './rendered.ts';
import type { Dependence, Revisions } from './revisions.ts';

/** Look-ups of resources since the start: those that found a current one, and those that had to render it. */
export interface RenderCounts {
  readonly hits: number;
  readonly misses: number;
}

interface Kept {
  readonly rendered: Shown;
  readonly revision: number;
  /** The model that `revision` is counted by; undefined where the service counts. */
  readonly model: unknown;
}

/** More than every resource of a large board. */
const cacheLimit = 4096;
const readOnly = readMethods.join(', ');

export class Renderer<A> {
  readonly #app: A;
  readonly #revisions: Revisions;
  readonly #cache = new Map<string, Kept>();
  #writes = 0;
  #hits = 0;
  #misses = 0;

  constructor(app: A, revisions: Revisions) {
    this.#app = app;
    this.#revisions = revisions;
  }

  /** The resource as it is shown now; undefined where there is none. What was rendered before is kept while it is current. */
  show(resource: Resource<A>, params: Params, uri: string): Shown | undefined {
    const kept = this.#cache.get(uri);
    // Only a model that counts itself has to be found first.
    if (resource.stamp === undefined && kept?.revision === this.#now(resource, params)) {
      this.#hits += 1;
      return kept.rendered;
    }
    const model = resource.find(this.#app, params);
    if (model === undefined) {
      this.#cache.delete(uri);
      return undefined;
    }
    const rendered = this.resource(resource, model, params, uri);
    if (rendered === kept?.rendered) this.#hits += 1;
    else this.#misses += 1;
    return rendered;
  }

  get counts(): RenderCounts {
    return { hits: this.#hits, misses: this.#misses };
  }

  /** Something was written: nothing of what was rendered before holds. */
  written(): void {
    this.#writes += 1;
  }

  resource<M>(resource: Resource<A, M>, model: M, params: Params, uri: string): Shown {
    const kept = this.#cache.get(uri);
    const revision = resource.stamp?.(model, this.#app) ?? this.#now(resource, params);
    const counted = resource.stamp === undefined ? undefined : model;
    if (kept?.revision === revision && kept.model === counted) return kept.rendered;
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
    if (resource.live !== true || counted !== undefined)
      this.#keep(uri, { rendered, revision, model: counted });
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

  actionInfo<M>(resource: Resource<A, M>, model: M, action: string, uri: string): Shown {
    const body = actionInfo(resource, model, action, uri);
    const tag = tagOf(body, undefined, 0);
    return new Shown(identified(uri, 'ActionInfo', tag.etag, body), { ...tag, allow: readOnly });
  }

  #now(dependence: Dependence, params: Params): number {
    return this.#revisions.of(dependence, params) + this.#writes;
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
