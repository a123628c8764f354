/** Look-up of names that people type, with suggestions for those that do not exist. */
import { firstOf, nearest } from '../base/suggestion.ts';

/** A simulator command that this board cannot perform. Nothing was changed. */
export class TwinError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TwinError';
  }
}

/** The entry called `name`. @throws TwinError that lists the names. */
export function lookup<K extends string | number, V>(entries: ReadonlyMap<K, V>, name: K, kind: string): V {
  const found = entries.get(name);
  if (found === undefined) throw unknownName(String(name), [...entries.keys()].map(String), kind);
  return found;
}

/** The error for a name that is not among `names`. */
export function unknownName(name: string, names: readonly string[], kind: string): TwinError {
  const near = nearest(name, names);
  if (names.length === 0) return new TwinError(`no ${kind} "${name}": there is none`);
  if (near !== undefined) return new TwinError(`no ${kind} "${name}"; did you mean "${near}"?`);
  return new TwinError(`no ${kind} "${name}"; there is: ${firstOf(names)}`);
}
