/** The `excerpt` query: what of a resource its schema calls the essence (DSP0266 clause 7.3, Excerpt term). */
import { schemaFacts } from '../facts.ts';
import type { Json, JsonObject } from '../json.ts';
import type { SchemaName } from '../resource.ts';

/** Properties of the excerpt of this kind; undefined where the schema has no excerpts. */
function excerptNames(schema: SchemaName, kind: string | undefined): ReadonlySet<string> | undefined {
  const known = names.get(`${schema}/${kind}`);
  if (known !== undefined) return known.size === 0 ? undefined : known;
  const found = new Set<string>();
  for (const [name, { excerpt, excerptCopyOnly }] of Object.entries(schemaFacts(schema).properties)) {
    const belongs = excerpt !== undefined && (excerpt.length === 0 || excerpt.includes(kind ?? ''));
    if (belongs && !excerptCopyOnly) found.add(name);
  }
  names.set(`${schema}/${kind}`, found);
  return found.size === 0 ? undefined : found;
}

const names = new Map<string, ReadonlySet<string>>();

/** The excerpt of a resource, with its OData identity; the whole of one whose schema defines none. */
export function excerptOf(schema: SchemaName, kind: string | undefined, body: JsonObject): JsonObject {
  const wanted = excerptNames(schema, kind);
  if (wanted === undefined) return body;
  const out: Record<string, Json | undefined> = {};
  for (const [name, value] of Object.entries(body)) {
    const property = name.slice(0, name.indexOf('@') < 0 ? undefined : name.indexOf('@'));
    if (property === '' ? name.startsWith('@odata.') : wanted.has(property)) out[name] = value;
  }
  return out;
}
