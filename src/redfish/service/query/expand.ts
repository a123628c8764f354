/** `$expand`: links replaced by what they lead to, exactly as its own GET shows it (DSP0266 clause 7.3.2). */
import { message, RedfishError } from '../../../messages/messages.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Expansion } from './query.ts';

/** What a link leads to, or undefined where it cannot be shown to this client: the link then stays. */
export type Follow = (uri: string) => JsonObject | undefined;

/** Most resources in one answer. A board has a few hundred; more comes of links that lead to the same ones again. */
const maxResources = 5000;

/** Counts the resources that go into one answer. */
export class Budget {
  #left = maxResources;

  /** @throws RedfishError 507, which DSP0266 has for an answer that is too large to be made (clause 7.5, status codes) */
  spend(): void {
    this.#left -= 1;
    if (this.#left < 0) throw new RedfishError([message('Base.InsufficientStorage', [])], 507);
  }
}

/** @throws RedfishError 507 when the budget does not suffice */
export function expand(
  object: JsonObject,
  { scope, levels }: Expansion,
  follow: Follow,
  budget: Budget,
): JsonObject {
  /** `above` holds what the links are found in: one that leads back there stays a link. */
  const resource = (body: JsonObject, left: number, above: ReadonlySet<string>): JsonObject => {
    const uri = body['@odata.id'];
    const path = typeof uri === 'string' ? new Set([...above, uri]) : above;
    return left === 0 ? body : members(body, left, path, false);
  };

  const members = (value: JsonObject, left: number, above: ReadonlySet<string>, inLinks: boolean) => {
    const out: Record<string, Json | undefined> = {};
    for (const [name, member] of Object.entries(value)) {
      // What is in Actions are targets of requests, not resources.
      const plain = name === 'Actions' || member === null || typeof member !== 'object';
      out[name] = plain ? member : inside(member, left, above, inLinks || name === 'Links');
    }
    return out;
  };

  const inside = (value: Json, left: number, above: ReadonlySet<string>, inLinks: boolean): Json => {
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) return value.map((item: Json) => inside(item, left, above, inLinks));
    const link = linkTarget(value as JsonObject);
    if (link === undefined) return members(value as JsonObject, left, above, inLinks);
    const wanted = scope === '*' || (scope === '~') === inLinks;
    if (!wanted || link.includes('#') || above.has(link)) return value;
    const body = follow(link);
    if (body === undefined) return value;
    budget.spend();
    return resource(body, left - 1, above);
  };

  return resource(object, levels, new Set());
}

/** The target of `{ "@odata.id": … }`; an object that says more is no mere link. */
function linkTarget(value: JsonObject): string | undefined {
  const uri = value['@odata.id'];
  return typeof uri === 'string' && Object.keys(value).length === 1 ? uri : undefined;
}
