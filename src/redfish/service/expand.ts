/** `$expand`: links replaced by what they lead to, exactly as its own GET shows it (DSP0266 clause 7.3.2). */
import type { Expansion } from './query.ts';
import type { Json, JsonObject } from './resource.ts';

/** What a link leads to, or undefined where it cannot be shown to this client: the link then stays. */
export type Follow = (uri: string) => JsonObject | undefined;

/** Most resources in one answer; the links beyond stay links. */
const maxResources = 5000;

export function expand(object: JsonObject, expansion: Expansion, follow: Follow): JsonObject {
  let budget = maxResources;

  const resource = (body: JsonObject, levels: number, above: ReadonlySet<string>): JsonObject => {
    if (levels === 0) return body;
    const uri = body['@odata.id'];
    const path = typeof uri === 'string' ? new Set([...above, uri]) : above;
    const out: Record<string, Json | undefined> = {};
    for (const [name, value] of Object.entries(body)) {
      const inLinks = name === 'Links';
      const wanted = expansion.scope === '*' || (expansion.scope === '~') === inLinks;
      out[name] = wanted && name !== 'Actions' ? inside(value, levels, path) : value;
    }
    return out;
  };

  const inside = (value: Json | undefined, levels: number, above: ReadonlySet<string>): Json | undefined => {
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) return value.map((item: Json) => inside(item, levels, above) ?? null);
    const link = linkTarget(value as JsonObject);
    if (link === undefined) {
      const out: Record<string, Json | undefined> = {};
      for (const [name, member] of Object.entries(value)) out[name] = inside(member as Json, levels, above);
      return out;
    }
    if (budget <= 0 || link.includes('#') || above.has(link)) return value;
    const body = follow(link);
    if (body === undefined) return value;
    budget -= 1;
    return resource(body, levels - 1, above);
  };

  return resource(object, expansion.levels, new Set());
}

/** The target of `{ "@odata.id": … }`; an object that says more is no mere link. */
function linkTarget(value: JsonObject): string | undefined {
  const uri = value['@odata.id'];
  return typeof uri === 'string' && Object.keys(value).length === 1 ? uri : undefined;
}
