/** Rules beyond a JSON schema, and how they go through a descriptor of which parts may be missing. */
import { pointer } from '../source/pointer.ts';

/** A rule is broken: where, and what to do about it. */
export interface Breach {
  /** JSON pointer. */
  readonly path: string;
  /** `name` when the name of the member is wrong, not its value. */
  readonly at?: 'name';
  readonly message: string;
  readonly hint: string;
}

/** What the schema left of a faulty descriptor: anything may be missing, what is present has the right type. */
export type Loose<T> = T extends readonly (infer Item)[]
  ? readonly (Loose<Item> | undefined)[]
  : T extends object
    ? { readonly [Name in keyof T]?: Loose<T[Name]> | undefined }
    : T;

/**
 * Yields every breach of one value. A missing part is no breach: the schema reports those.
 * (Written as a method: a rule is called only with values of its own schema.)
 */
export type Rule<T> = { rule(value: T, path: string): Iterable<Breach> }['rule'];
/** Rules by name, in kebab case. */
export type Rules<T> = Readonly<Record<string, Rule<T>>>;

/** A value and its JSON pointer. */
export interface At<T> {
  readonly path: string;
  readonly item: T;
}

/** The items of a list that are present. */
export const entries = <T>(list: readonly (T | undefined)[] | undefined, path: string): At<T>[] =>
  (list ?? []).flatMap((item, index) => (item === undefined ? [] : [{ path: pointer(path, index), item }]));

/** The members of a mapping that are present. */
export const members = <T>(
  map: Readonly<Record<string, T | undefined>> | undefined,
  path: string,
): (At<T> & { readonly name: string })[] =>
  Object.entries(map ?? {}).flatMap(([name, item]) =>
    item === undefined ? [] : [{ name, path: pointer(path, name), item }],
  );

/** The items whose key an earlier item has. */
export function* repeated<T>(items: Iterable<T>, key: (item: T) => string | number | undefined): Iterable<T> {
  const known = new Set<string | number>();
  for (const item of items) {
    const found = key(item);
    if (found === undefined) continue;
    if (known.has(found)) yield item;
    known.add(found);
  }
}

/** A breach unless exactly one of the named alternatives is given; `what` is what they define. */
export function* exactlyOne(
  path: string,
  what: string,
  given: Readonly<Record<string, unknown>>,
): Iterable<Breach> {
  const names = Object.keys(given);
  const present = names.filter((name) => given[name] !== undefined);
  if (present.length === 1) return;
  const message =
    present.length === 0 ? `no property defines ${what}` : `"${present.join('" and "')}" both define ${what}`;
  yield { path, message, hint: `write exactly one of "${names.join('", "')}"` };
}
