/** What a client sent, as the rest of the daemon takes it: without what is null or left out. */
import type { Changes } from '../service/declare.ts';

/** An object without the members that are null or left out. */
export type Given<T> = { readonly [K in keyof T]?: NonNullable<T[K]> };

export function given<T extends object>(object: T): Given<T> {
  const out: { [K in keyof T]?: NonNullable<T[K]> } = {};
  for (const name in object) {
    const value = object[name];
    if (value !== null && value !== undefined) out[name] = value;
  }
  return out;
}

/** The elements of a list; what is null is none. */
export const listed = <T>(list: readonly (T | null)[] | null | undefined): readonly T[] =>
  (list ?? []).flatMap((each) => (each === null ? [] : [each]));

/** The changes of these properties as an object; what was not sent is left out, what was sent as null is null. */
export function written<W, K extends keyof W>(
  changes: Changes<W>,
  properties: readonly K[],
): { readonly [P in K]?: W[P] } {
  const out: { [P in K]?: W[P] } = {};
  for (const name of properties) {
    const value = changes.get(name);
    if (value !== undefined) out[name] = value;
  }
  return out;
}
