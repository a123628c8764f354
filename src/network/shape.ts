/** Checks the shape of stored JSON values. Pure. */

/**
 * Whether `value` has every member of `example`, with the same type. A null in the example matches any value; elements of
 * arrays are not checked.
 */
export function isLike<T>(value: unknown, example: T): value is T {
  if (example === null) return true;
  if (Array.isArray(example)) return Array.isArray(value);
  if (typeof example !== 'object') return typeof value === typeof example;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.entries(example).every(([name, each]) =>
    isLike((value as Readonly<Record<string, unknown>>)[name], each),
  );
}
