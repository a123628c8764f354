/** What a GET shows: one client's view of one target through one query. */
import { message, RedfishError } from '../../../messages/messages.ts';
import type { Access } from '../access.ts';
import type { JsonObject } from '../json.ts';
import type { Principal } from '../principal.ts';
import { excerptOf } from '../query/excerpt.ts';
import { Budget, expand } from '../query/expand.ts';
import { passes } from '../query/filter.ts';
import { type Expansion, noQuery, type Query } from '../query/query.ts';
import { type Selection, select } from '../query/select.ts';
import {
  type ActionInfoTarget,
  type ActionTarget,
  type CollectionTarget,
  type Entry,
  exists,
  linkOf,
  type ResourceTarget,
  type Target,
  type Tree,
} from '../tree.ts';
import { type Page, type Pager, pageOf } from './collection.ts';
import { digest, tagOf } from './etag.ts';
import { Joined, type Rendered, Shown, type Text, textOf } from './rendered.ts';
import { collectionBody, identified, type Renderer } from './renderer.ts';

/** What can be read. */
export type Readable<A> = Exclude<Target<A>, ActionTarget<A>>;

/** What a GET answers. */
export interface Answer {
  readonly rendered: Rendered;
  /** Link header field. */
  readonly link: string;
  /** URI of what is shown, where it is not what was asked for. */
  readonly location?: string;
}

export interface ViewParts<A> {
  readonly app: A;
  readonly tree: Tree<A>;
  readonly renderer: Renderer<A>;
  readonly access: Access<A>;
}

export class View<A> {
  readonly #parts: ViewParts<A>;
  readonly #principal: Principal | null;
  readonly #query: Query;
  readonly #budget = new Budget();
  /** Kinds of resources that this client may see, or not, whichever of them it is. */
  readonly #seen = new Map<Entry<A>, boolean>();

  constructor(parts: ViewParts<A>, principal: Principal | null, query: Query) {
    this.#parts = parts;
    this.#principal = principal;
    this.#query = query;
  }

  /** @throws RedfishError 404, 400, 403, 507 */
  show(target: Readable<A>): Answer {
    if (target.kind === 'collection') return this.#showCollection(target);
    const { only, filter, top, skip, after } = this.#query;
    if ((only ?? filter ?? top ?? skip ?? after) !== undefined) throw notOnResource();
    return this.#showResource(target);
  }

  #showResource(target: ResourceTarget<A> | ActionInfoTarget<A>): Answer {
    const whole = this.#render(target);
    if (whole === undefined) throw missing(target.uri);
    const link = linkOf(target);
    const { expand: expansion, select: selection } = this.#query;
    const shown = this.#excerpt(target, whole);
    if (expansion === undefined && selection === undefined) return { rendered: shown, link };
    let { object } = shown;
    if (expansion) object = this.#expand(object, expansion);
    if (selection) object = select(object, selection);
    // One resource's ETag does not stand for the others that stand in it.
    const { etag, allow } = whole;
    const exact = whole.exact && expansion === undefined;
    return { rendered: new Shown(object, { etag, exact, allow }), link };
  }

  #showCollection(target: CollectionTarget<A>): Answer {
    const { app, tree } = this.#parts;
    if (!exists(target, app)) throw missing(target.uri);
    if (this.#query.only) {
      const { total, uris } = pageOf(target, app, { kept: '', top: 1 }, this.#pager());
      const [uri] = uris;
      const sole = uri === undefined || total > 1 ? undefined : tree.locate(uri);
      if (sole?.kind === 'resource') {
        if (!this.#maySee(sole)) throw new RedfishError([message('Base.InsufficientPrivilege', [])], 403);
        return { ...this.#showResource(sole), location: sole.uri };
      }
    }
    return { rendered: this.#collection(target, this.#query), link: target.entry.link };
  }

  /** @throws RedfishError 400, 507 */
  #collection(target: CollectionTarget<A>, query: Query): Rendered {
    const page = pageOf(target, this.#parts.app, query, this.#pager());
    const { expand: expansion, select: selection } = query;
    const embeds = target.collection.expanded === true;
    if (embeds || (expansion !== undefined && expansion.scope !== '~'))
      return this.#withMembers(target, page, query, embeds);
    const links = page.uris.map((uri) => ({ '@odata.id': uri }));
    const body = collectionBody(target.collection, page.total, links, page.next);
    const { etag } = tagOf(body, undefined, 0);
    const object = identified(target.uri, target.entry.schema, etag, body);
    const shown = selection === undefined ? object : select(object, selection);
    return new Shown(shown, { etag, exact: true, allow: target.entry.allow });
  }

  /** A collection whose members are shown whole, because that is its nature or because the client wants it. */
  #withMembers(target: CollectionTarget<A>, page: Page, query: Query, embeds: boolean): Rendered {
    const { expand: expansion } = query;
    // Links of the collection itself are the first level, unless its members never are mere links.
    const levels = expansion === undefined ? 0 : expansion.levels - (embeds ? 0 : 1);
    const selection = query.select && memberSelection(query.select);
    const texts: Text[] = [];
    let exact = levels === 0;
    let tags = `${page.total} ${page.next}`;
    const members = page.uris.map((uri): Shown | JsonObject => {
      const member = this.#member(uri);
      if (member !== undefined) {
        this.#budget.spend();
        exact &&= member.exact;
        tags += ` ${uri} ${member.etag}`;
        if (levels === 0) {
          texts.push(selection === undefined ? member.text : member.selected(selection));
          return member;
        }
      }
      const object = member === undefined ? { '@odata.id': uri } : this.#whole(member, query, levels);
      texts.push(textOf(object));
      return object;
    });
    const around = (shown: readonly JsonObject[]) =>
      identified(
        target.uri,
        target.entry.schema,
        etag,
        collectionBody(target.collection, page.total, shown, page.next),
      );
    const objectOf = ({ object }: Shown) => (selection === undefined ? object : select(object, selection));
    const objects = () => members.map((each) => (each instanceof Shown ? objectOf(each) : each));
    const etag = digest(tags);
    return new Joined(around, texts, objects, { etag, exact, allow: target.entry.allow });
  }

  /** A member with what its own links lead to. */
  #whole({ object }: Shown, { expand: expansion, select: selection }: Query, levels: number): JsonObject {
    const whole = expansion === undefined ? object : this.#expand(object, { ...expansion, levels });
    const wanted = selection && memberSelection(selection);
    return wanted === undefined ? whole : select(whole, wanted);
  }

  /** Undefined where there is nothing. */
  #render(target: ResourceTarget<A> | ActionInfoTarget<A>): Shown | undefined {
    const { app, renderer } = this.#parts;
    if (target.kind === 'resource') return renderer.show(target.resource, target.params, target.uri);
    const model = target.resource.find(app, target.params);
    if (model === undefined) return undefined;
    if (target.resource.actions?.[target.action]?.when?.(model, app) === false) return undefined;
    return renderer.actionInfo(target.resource, model, target.action, target.uri);
  }

  #excerpt(target: ResourceTarget<A> | ActionInfoTarget<A>, rendered: Shown): Shown {
    if (this.#query.excerpt === undefined || target.kind === 'actionInfo') return rendered;
    const kind = target.resource.excerpt?.(rendered.object);
    const object = excerptOf(target.entry.schema, kind, rendered.object);
    return object === rendered.object ? rendered : new Shown(object, rendered);
  }

  /** What is behind a link, or undefined when this client cannot see it. */
  #follow(uri: string): JsonObject | undefined {
    const target = this.#parts.tree.locate(uri);
    if (target?.kind !== 'collection') return this.#at(target)?.object;
    if (!this.#maySee(target) || !exists(target, this.#parts.app)) return undefined;
    return this.#collection(target, noQuery).object;
  }

  /** A member of a collection, which is a resource; undefined when this client cannot see it. */
  #member(uri: string): Shown | undefined {
    return this.#at(this.#parts.tree.locate(uri));
  }

  #at(target: Target<A> | undefined): Shown | undefined {
    if (target === undefined || target.kind === 'action' || target.kind === 'collection') return undefined;
    if (!this.#maySee(target)) return undefined;
    const rendered = this.#render(target);
    return rendered && this.#excerpt(target, rendered);
  }

  #expand(object: JsonObject, expansion: Expansion): JsonObject {
    return expand(object, expansion, (uri) => this.#follow(uri), this.#budget);
  }

  /** What this client sees of the members of a collection. */
  #pager(): Pager {
    return {
      passes: (filter, uri) => {
        const { app, renderer, tree } = this.#parts;
        const target = tree.locate(uri);
        if (target?.kind !== 'resource' || !this.#maySee(target)) return false;
        const { resource, params } = target;
        // What is rendered here is kept for those that pass; of what is never kept only the properties are looked at.
        if (resource.live !== true) {
          const member = this.#render(target);
          return member !== undefined && passes(filter, member.object);
        }
        const model = resource.find(app, params);
        return (
          model !== undefined && passes(filter, renderer.properties(resource, model, params, target.uri))
        );
      },
      maySee: (uri) => {
        const target = this.#parts.tree.locate(uri);
        return target !== undefined && this.#maySee(target);
      },
    };
  }

  #maySee(target: Target<A>): boolean {
    const { access } = this.#parts;
    const owned = target.kind === 'resource' && target.resource.owner !== undefined;
    if (owned) return access.maySee(this.#principal, target);
    const known = this.#seen.get(target.entry);
    if (known !== undefined) return known;
    const may = access.maySee(this.#principal, target);
    this.#seen.set(target.entry, may);
    return may;
  }
}

/** With members shown whole, `$select` speaks of them; `Members/Name` says the same as `Name`, and `Members` all. */
function memberSelection(selection: Selection): Selection | undefined {
  const { Members: inner, ...outer } = selection;
  if (inner === undefined) return selection;
  if (Object.keys(inner).length === 0) return undefined;
  return Object.assign(Object.create(null), outer, inner);
}

export const missing = (uri: string): RedfishError =>
  new RedfishError([message('Base.ResourceMissingAtURI', [uri])], 404);
const notOnResource = () => new RedfishError([message('Base.QueryNotSupportedOnResource', [])], 400);
