/** Checks of values that were kept as JSON, against an example of what they must be like. */

/**
 * Whether `value` has every member that `example` has, each of its type. A null in the example stands for anything that may
 * be null, and the elements of an array are not looked at.
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
