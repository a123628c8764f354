/** One collection as one client sees it through one query. */
import { createHash } from 'node:crypto';
import { message, RedfishError } from '../registries/messages.ts';
import { expand, type Follow } from './expand.ts';
import { passes } from './filter.ts';
import type { Query } from './query.ts';
import { memberUri, type Rendered, type Renderer } from './renderer.ts';
import type { JsonObject } from './resource.ts';
import { select } from './select.ts';
import type { CollectionTarget } from './tree.ts';

interface Page {
  readonly total: number;
  readonly uris: readonly string[];
  readonly next: string | undefined;
}

/** Pages of collections that come straight from a store, when the client does not say how many it wants. */
const defaultPage = 50;

export class CollectionView<A> {
  readonly #app: A;
  readonly #renderer: Renderer<A>;
  readonly #target: CollectionTarget<A>;
  readonly #follow: Follow;

  /** `follow` shows a member as this client may see it, or undefined. */
  constructor(app: A, renderer: Renderer<A>, target: CollectionTarget<A>, follow: Follow) {
    this.#app = app;
    this.#renderer = renderer;
    this.#target = target;
    this.#follow = follow;
  }

  /** @throws RedfishError 404, 400 */
  show(query: Query): { json: string; etag: string } {
    if (query.only) {
      const { uris } = this.#page({ only: false, kept: '', top: 2 });
      const [sole] = uris;
      if (uris.length === 1 && sole !== undefined) return this.#one(sole, query);
    }
    const page = this.#page(query);
    const simple = query.expand?.levels === 1 && query.expand.scope !== '~';
    if (!query.select && (this.#target.collection.expanded === true || simple)) return this.#joined(page);
    const object = this.#view(page, query);
    return { json: JSON.stringify(object), etag: etagOf(object) };
  }

  /** The collection as an object, for a client that expands a link to it. */
  object(query: Query): JsonObject {
    return this.#view(this.#page(query), query);
  }

  #one(uri: string, query: Query): { json: string; etag: string } {
    const body = this.#follow(uri);
    if (body === undefined) throw new RedfishError([message('Base.InsufficientPrivilege', [])], 403);
    const shown = query.select ? select(body, query.select) : body;
    return { json: JSON.stringify(shown), etag: etagOf(body) };
  }

  #view(page: Page, query: Query): JsonObject {
    const whole = this.#target.collection.expanded === true || query.expand !== undefined;
    const members = page.uris.map((uri): JsonObject => {
      const link = { '@odata.id': uri };
      const body = whole ? this.#follow(uri) : undefined;
      if (body === undefined) return link;
      const more =
        query.expand !== undefined && (query.expand.levels > 1 || this.#target.collection.expanded === true);
      const levels = (query.expand?.levels ?? 1) - (this.#target.collection.expanded === true ? 0 : 1);
      const deep = more && query.expand ? expand(body, { ...query.expand, levels }, this.#follow) : body;
      return query.select ? select(deep, memberSelection(query.select)) : deep;
    });
    const { object } = this.#render(page, members);
    if (whole) return { ...object, '@odata.etag': etagOfMembers(members) };
    return query.select ? select(object, query.select) : object;
  }

  /** Members joined as text: nothing is built twice for the common `$expand=.`. */
  #joined(page: Page): { json: string; etag: string } {
    const parts: string[] = [];
    const members: JsonObject[] = [];
    for (const uri of page.uris) {
      const body = this.#follow(uri);
      parts.push(body === undefined ? `{"@odata.id":${JSON.stringify(uri)}}` : this.#textOf(uri, body));
      members.push(body ?? { '@odata.id': uri });
    }
    const { object } = this.#render(page, []);
    const etag = etagOfMembers(members);
    const shell = JSON.stringify({ ...object, '@odata.etag': etag });
    return { json: shell.replace('"Members":[]', () => `"Members":[${parts.join(',')}]`), etag };
  }

  #textOf(uri: string, body: JsonObject): string {
    return this.#renderer.cached(uri)?.json ?? JSON.stringify(body);
  }

  #render(page: Page, members: readonly JsonObject[]): Rendered {
    return this.#renderer.collection(
      this.#target.collection,
      this.#target.uri,
      page.total,
      members,
      page.next,
    );
  }

  #page(query: Query): Page {
    const { collection, params, uri } = this.#target;
    if (collection.exists?.(this.#app, params) === false) {
      throw new RedfishError([message('Base.ResourceMissingAtURI', [uri])], 404);
    }
    const skip = query.skip ?? 0;
    const limit = collection.maxPage ?? Number.POSITIVE_INFINITY;
    const template = collection.members.uri;
    const uriOf = (id: string) => memberUri(template, params, id);
    if (collection.page !== undefined && query.filter === undefined) {
      const top = Math.min(query.top ?? defaultPage, limit);
      const { total, ids } = collection.page(this.#app, params, skip, top);
      return { total, uris: ids.map(uriOf), next: this.#next(query, skip, ids.length, total) };
    }
    const all = this.#all(query, uriOf);
    const top = Math.min(query.top ?? limit, limit);
    const uris = all.slice(skip, skip + top);
    return { total: all.length, uris, next: this.#next(query, skip, uris.length, all.length) };
  }

  #all(query: Query, uriOf: (id: string) => string): readonly string[] {
    const { collection, params } = this.#target;
    const everything = Number.MAX_SAFE_INTEGER;
    const ids = collection.page
      ? collection.page(this.#app, params, 0, everything).ids
      : (collection.members.ids?.(this.#app, params) ?? []);
    const uris = ids.map(uriOf);
    const { filter } = query;
    if (filter === undefined) return uris;
    return uris.filter((uri) => {
      const body = this.#follow(uri);
      return body !== undefined && passes(filter, body);
    });
  }

  /** The URI of what follows this page, with every parameter of the query kept. */
  #next(query: Query, skip: number, shown: number, total: number): string | undefined {
    if (shown === 0 || skip + shown >= total) return undefined;
    const top = query.top === undefined ? '' : `&$top=${query.top}`;
    return `${this.#target.uri}?${query.kept === '' ? '' : `${query.kept}&`}$skip=${skip + shown}${top}`;
  }
}

/** ETag of members that are shown whole: it stands for theirs. */
function etagOfMembers(members: readonly JsonObject[]): string {
  const hash = createHash('sha1');
  for (const member of members)
    hash.update(`${String(member['@odata.id'])} ${String(member['@odata.etag'])};`);
  return `"${hash.digest('base64url').slice(0, 16)}"`;
}

const etagOf = (object: JsonObject): string => String(object['@odata.etag'] ?? '""');

/** With members shown whole, `$select` speaks of the members; `Members/Name` says the same. */
const memberSelection = (selection: NonNullable<Query['select']>): NonNullable<Query['select']> => {
  const inner = selection.Members;
  return inner !== undefined && Object.keys(inner).length > 0 ? { ...selection, ...inner } : selection;
};
