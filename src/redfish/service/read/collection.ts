/** Which members of a collection a query asks for (DSP0266 clause 7.3: filter, then skip, then top). */
import { message, RedfishError } from '../../../messages/messages.ts';
import type { Filter } from '../query/filter.ts';
import type { Query } from '../query/query.ts';
import { memberUri } from '../router.ts';
import type { CollectionTarget } from '../tree.ts';

export interface Page {
  /** Members that pass the filter, on whatever page. */
  readonly total: number;
  readonly uris: readonly string[];
  /** URI of the page that follows, with every other parameter of the query. */
  readonly next: string | undefined;
}

/** What the client that asks can see of a member. */
export interface Pager {
  passes(filter: Filter, uri: string): boolean;
  maySee(uri: string): boolean;
}

/** Members in one page of a collection that comes straight from a store, when the client does not say how many. */
const defaultPage = 100;

/** @throws RedfishError 400 */
export function pageOf<A>(target: CollectionTarget<A>, app: A, query: Query, pager: Pager): Page {
  return target.collection.page === undefined
    ? pageOfList(target, app, query, pager)
    : (pageOfStore(target, app, query, pager) ?? pageByHand(target, app, query, pager));
}

/** The store finds the members itself; undefined where it cannot. */
function pageOfStore<A>(target: CollectionTarget<A>, app: A, query: Query, pager: Pager): Page | undefined {
  const { collection, params } = target;
  const { filter, after, skip = 0 } = query;
  const uriOf = uriIn(target);
  // What a filter finds would tell of members that this client cannot see.
  if (filter !== undefined && !pager.maySee(uriOf('0'))) return { total: 0, uris: [], next: undefined };
  const top = topOf(target, query);
  const found = collection.page?.(app, params, {
    skip,
    // One more than is shown tells whether that is all.
    top: top + 1,
    ...(after === undefined ? {} : { after }),
    ...(filter === undefined ? {} : { filter }),
  });
  if (found === undefined) return undefined;
  return pageOfIds(target, query, found.total, found.ids, top);
}

/** As `pageOfStore`, for a filter that the store does not understand. */
function pageByHand<A>(target: CollectionTarget<A>, app: A, query: Query, pager: Pager): Page {
  const { collection, params } = target;
  const { filter, after, skip = 0 } = query;
  const uriOf = uriIn(target);
  const everything = { skip: 0, top: Number.MAX_SAFE_INTEGER };
  const all = collection.page?.(app, params, everything)?.ids ?? [];
  const passing = filter === undefined ? all : all.filter((id) => pager.passes(filter, uriOf(id)));
  const behind = after === undefined ? undefined : collection.page?.(app, params, { ...everything, after });
  const left = behind === undefined ? undefined : new Set(behind.ids);
  const rest = left === undefined ? passing : passing.filter((id) => left.has(id));
  return pageOfIds(target, query, passing.length, rest.slice(skip), topOf(target, query));
}

const topOf = <A>({ collection }: CollectionTarget<A>, { top = defaultPage }: Query): number =>
  Math.min(top, collection.maxPage ?? Number.MAX_SAFE_INTEGER - 1);

/** The page that `ids`, which may go on beyond it, begins with. The next one begins behind its last member. */
function pageOfIds<A>(
  target: CollectionTarget<A>,
  query: Query,
  total: number,
  ids: readonly string[],
  top: number,
): Page {
  const shown = ids.slice(0, top);
  const last = ids.length > top ? shown.at(-1) : undefined;
  const next = last === undefined ? undefined : nextLink(target.uri, query, `$skiptoken=${last}`);
  return { total, uris: shown.map(uriIn(target)), next };
}

function pageOfList<A>(target: CollectionTarget<A>, app: A, query: Query, pager: Pager): Page {
  const { collection, params, uri } = target;
  const { filter, after, skip = 0 } = query;
  if (after !== undefined) throw new RedfishError([message('Base.QueryNotSupportedOnResource', [])], 400);
  const all = (collection.members.ids?.(app, params) ?? []).map(uriIn(target));
  const passing = filter === undefined ? all : all.filter((each) => pager.passes(filter, each));
  const end = skip + Math.min(query.top ?? passing.length, collection.maxPage ?? passing.length);
  const uris = passing.slice(skip, end);
  const more = uris.length > 0 && end < passing.length;
  return { total: passing.length, uris, next: more ? nextLink(uri, query, `$skip=${end}`) : undefined };
}

function nextLink(uri: string, { kept, top }: Query, from: string): string {
  return `${uri}?${[kept, from, top === undefined ? '' : `$top=${top}`].filter(Boolean).join('&')}`;
}

/** URIs of the members of collections that are held in memory, by id: the same texts again are found sooner. */
const known = new WeakMap<object, Map<string, string>>();
const knownLimit = 4096;

/** Makes the URI of a member from its id. */
function uriIn<A>(target: CollectionTarget<A>): (id: string) => string {
  const { collection, params } = target;
  const prefix = memberUri(collection.members.uri, params, '');
  if (collection.page !== undefined) return (id) => prefix + id;
  const kept = known.get(target) ?? new Map<string, string>();
  known.set(target, kept);
  return (id) => {
    const found = kept.get(id);
    if (found !== undefined) return found;
    if (kept.size >= knownLimit) kept.clear();
    const uri = prefix + id;
    kept.set(id, uri);
    return uri;
  };
}
