/** Names that people type: what exists is looked up, and what does not is answered with what comes near. */

/** A command to the twin that makes no sense on this board; nothing was changed. */
export class TwinError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TwinError';
  }
}

/** The entry called `name`. @throws TwinError that says which names there are. */
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
  const shown = names.slice(0, 12).join(', ') + (names.length > 12 ? ', …' : '');
  return new TwinError(`no ${kind} "${name}"; there is: ${shown}`);
}

/** The name that a slip of the fingers turns into `name`, if any. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of names) {
    const steps = distance(wanted, candidate.toLowerCase());
    if (steps < least) [best, least] = [candidate, steps];
  }
  return best;
}

/** Levenshtein's edit distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
