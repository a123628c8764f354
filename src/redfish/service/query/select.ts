/** `$select`: a subset of a resource's properties (DSP0266 clause 7.3.3). */
import type { Json, JsonObject } from '../json.ts';

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
      const whole = at[name] !== undefined && isWhole(next);
      at[name] = next;
      if (whole) break;
      if (depth === names.length - 1) for (const key of Object.keys(next)) delete next[key];
      at = next;
    }
  }
  return root;
}

const isWhole = (selection: Selection): boolean => {
  for (const _ in selection) return false;
  return true;
};

/** What no selection takes away: who a resource is, and of a collection how many members it has and how to go on. */
const kept: ReadonlySet<string> = new Set([
  '@odata.id',
  '@odata.type',
  '@odata.etag',
  'Members@odata.count',
  'Members@odata.nextLink',
]);

/** The selected part of a resource, or of an object in one, with the annotations of what is selected. */
export function select(object: JsonObject, selection: Selection): JsonObject {
  const out: Record<string, Json | undefined> = {};
  for (const [name, value] of Object.entries(object)) {
    const wanted = selection[name];
    if (wanted !== undefined) out[name] = part(value, wanted);
    else if (kept.has(name) || isAnnotationOfSelected(name, selection)) out[name] = value;
  }
  return out;
}

function part(value: Json | undefined, wanted: Selection): Json | undefined {
  if (value === null || isWhole(wanted)) return value;
  if (Array.isArray(value)) return value.flatMap((item: Json) => part(item, wanted) ?? []);
  // A path leads on from here, and a plain value has no parts.
  return typeof value === 'object' ? select(value as JsonObject, wanted) : undefined;
}

/** `ResetType@Redfish.AllowableValues` goes with `ResetType`. */
function isAnnotationOfSelected(name: string, selection: Selection): boolean {
  const at = name.indexOf('@');
  return at > 0 && selection[name.slice(0, at)] !== undefined;
}
