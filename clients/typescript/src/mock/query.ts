/** The query parameters that a mock understands: $expand, $select, $filter, $top and $skip. Pure. */
import { parseFilter } from '../filter.ts';
import { idOf, type JsonObject } from '../json.ts';
import type { Store } from './store.ts';

/** Members of one page, where nothing smaller is asked for. */
const largestPage = 100;

/** The answer to a GET with these parameters. @throws RedfishError for a filter that cannot be read */
export function queried(store: Store, uri: string, body: JsonObject, query: URLSearchParams): JsonObject {
  const { Members: members } = body;
  const select = query.get('$select')?.split(',');
  if (!Array.isArray(members)) return select ? selected(body, select) : body;
  const skip = Number(query.get('$skip') ?? 0);
  const top = Math.min(Number(query.get('$top') ?? largestPage), largestPage);
  const filter = query.get('$filter');
  const test = filter === null ? undefined : parseFilter(filter);
  const found = test ? members.filter((member) => test(store.get(idOf(member) ?? '') ?? member)) : members;
  const page = found.slice(skip, skip + top);
  const whole = query.has('$expand') ? page.map((member) => store.get(idOf(member) ?? '') ?? member) : page;
  const next = new URLSearchParams(query);
  next.set('$skip', String(skip + top));
  return {
    ...body,
    Members: select ? whole.map((member) => selected(member as JsonObject, select)) : whole,
    'Members@odata.count': found.length,
    ...(skip + top < found.length ? { 'Members@odata.nextLink': `${uri}?${next}` } : {}),
  };
}

function selected(body: JsonObject, names: readonly string[]): JsonObject {
  const first = names.map((name) => name.split('/')[0]);
  return Object.fromEntries(
    Object.entries(body).filter(([name]) => name.startsWith('@odata.') || first.includes(name)),
  );
}
