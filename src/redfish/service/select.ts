/** `$select`: a subset of a resource's properties (DSP0266 clause 7.3.3). */
import type { Json, JsonObject } from './resource.ts';

/** Property → what is wanted of it; an empty map means all of it. */
export interface Selection {
  readonly [property: string]: Selection;
}

const pathPattern = /^[@#A-Za-z_][\w@.#-]*(?:\/[@#A-Za-z_][\w@.#-]*)*$/;

/** `Name,Status/Health` → `{ Name: {}, Status: { Health: {} } }`; undefined when the list is malformed. */
export function parseSelection(text: string): Selection | undefined {
  const root: Record<string, Selection> = Object.create(null);
  for (const item of text.split(',')) {
    const path = item.trim();
    if (!pathPattern.test(path)) return undefined;
    let at: Record<string, Selection> = root;
    const names = path.split('/');
    for (const [depth, name] of names.entries()) {
      const next: Record<string, Selection> = at[name] ?? Object.create(null);
      // A property asked for as a whole stays whole, whatever part of it is asked for too.
      const whole = at[name] !== undefined && Object.keys(next).length === 0;
      at[name] = next;
      if (whole) break;
      if (depth === names.length - 1) for (const key of Object.keys(next)) delete next[key];
      at = next;
    }
  }
  return root;
}

/** The selected part of an object; its OData identity always stays. */
export function select(object: JsonObject, selection: Selection): JsonObject {
  const out: Record<string, Json | undefined> = {};
  for (const [name, value] of Object.entries(object)) {
    const wanted = selection[name];
    if (wanted !== undefined) out[name] = part(value, wanted);
    else if (name === '@odata.id' || name === '@odata.type' || name === '@odata.etag') out[name] = value;
  }
  return out;
}

function part(value: Json | undefined, wanted: Selection): Json | undefined {
  if (Object.keys(wanted).length === 0 || value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item: Json) => part(item, wanted) ?? null);
  const out: Record<string, Json | undefined> = {};
  for (const [name, member] of Object.entries(value as JsonObject)) {
    const inner = wanted[name];
    if (inner !== undefined) out[name] = part(member, inner);
  }
  return out;
}
