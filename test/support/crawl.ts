/** Walks a Redfish service from its root over every link that any answer holds. */
import { type Answer, at, type Client } from './client.ts';

/** Properties whose value is the URI of another resource, besides `@odata.id` (DSP0266 clause 8.6, and Sensor excerpts). */
const linkNames: ReadonlySet<string> = new Set([
  '@odata.id',
  '@Redfish.ActionInfo',
  'DataSourceUri',
  'Members@odata.nextLink',
]);

/** Every link in a body, once each, in the order in which they stand. */
export function linksIn(body: unknown): string[] {
  const found = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, member] of Object.entries(value)) {
      if (linkNames.has(name) && typeof member === 'string') found.add(member);
      else walk(member);
    }
  };
  walk(body);
  return [...found];
}

/**
 * The answers of everything that can be reached from `/redfish/v1/`, by URI. Fragments are left out here: see
 * `danglingFragments`.
 */
export async function crawl(client: Client): Promise<Map<string, Answer>> {
  const found = new Map<string, Answer>();
  const waiting = ['/redfish/v1/'];
  for (let uri = waiting.shift(); uri !== undefined; uri = waiting.shift()) {
    if (found.has(uri)) continue;
    const answer = await client.get(uri);
    found.set(uri, answer);
    waiting.push(...linksIn(answer.body).map((link) => link.replace(/#.*$/, '')));
  }
  return found;
}

/** Links into other resources (`…/Thermal#/Fans/0`) that lead to nothing. */
export function danglingFragments(found: ReadonlyMap<string, Answer>): string[] {
  const links = new Set([...found.values()].flatMap(({ body }) => linksIn(body)));
  return [...links].filter((link) => {
    const hash = link.indexOf('#');
    return hash >= 0 && at(found.get(link.slice(0, hash))?.body, link.slice(hash + 1)) === undefined;
  });
}
