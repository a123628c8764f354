/** JSON as it comes: narrowing, comparison, annotations, and values read leniently. */

export type JsonObject = { [name: string]: unknown };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The `@odata.id` of an object or a link; undefined where there is none. */
export function idOf(value: unknown): string | undefined {
  const id = isObject(value) ? value['@odata.id'] : undefined;
  return typeof id === 'string' ? id : undefined;
}

/** The value of `property@term`, such as `annotation(boot, 'BootSourceOverrideTarget', 'Redfish.AllowableValues')`. */
export function annotation(object: unknown, property: string, term: string): unknown {
  return isObject(object) ? object[`${property}@${term}`] : undefined;
}

/** The value at a path such as `Boot/BootSourceOverrideTarget` or `Temperatures/0/ReadingCelsius`. */
export function valueAt(object: unknown, path: string): unknown {
  let value: unknown = object;
  for (const name of path.split('/').filter(Boolean)) {
    if (Array.isArray(value)) value = value[Number(name)];
    else if (isObject(value) && Object.hasOwn(value, name)) value = value[name];
    else return undefined;
  }
  return value;
}

export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => equal(item, b[index]));
  if (!isObject(a) || !isObject(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && equal(a[name], b[name]))
  );
}

/** The paths at which `changes`, a PATCH body, names a value; arrays are values as a whole. */
export function paths(changes: JsonObject, above = ''): string[] {
  return Object.entries(changes).flatMap(([name, value]) =>
    isObject(value) && Object.keys(value).length ? paths(value, `${above}/${name}`) : [`${above}/${name}`],
  );
}

/** A number, also one in a string; undefined for `"N/A"`, null and anything else. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** A boolean, also `"true"` or `"false"` in a string of any case. */
export function booleanOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.toLowerCase() : undefined;
  return word === 'true' ? true : word === 'false' ? false : undefined;
}

const dateTime = /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?$/i;

/**
 * A date and time (DSP0266 "Date-Time values"), also with the offset `-0600`, and without one, which counts as UTC.
 * Undefined for the zero dates that stand for "unknown" (`0000-00-00T00:00:00Z`, `00:00:00Z`) and for anything else.
 */
export function dateOf(value: unknown): Date | undefined {
  const match = typeof value === 'string' ? dateTime.exec(value.trim()) : null;
  if (!match) return undefined;
  const [, year, month, day, time, fraction = '', zone = 'Z'] = match;
  if (year === '0000' || month === '00' || day === '00') return undefined;
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase();
  const date = new Date(`${year}-${month}-${day}T${time}${fraction.slice(0, 4)}${offset}`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

const exactDate = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** Whether a date is written as DSP0266 wants it. */
export const isExactDate = (value: string): boolean => exactDate.test(value) && dateOf(value) !== undefined;
