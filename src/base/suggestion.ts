/** Suggestions in place of a name that does not exist. */

/** A remedy for `name`: the nearest of `names`, or the first of them. */
export function suggestion(name: string, names: readonly string[]): string {
  const best = nearest(name, names);
  if (best !== undefined) return `did you mean "${best}"?`;
  if (names.length === 0) return 'there is none';
  if (names.length === 1) return `only "${names[0]}" is possible`;
  return `one of ${firstOf(names)}`;
}

/** At most twelve names, as a text. */
export const firstOf = (names: readonly string[]): string =>
  `${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''}`;

/** The name of least edit distance to `name`, case ignored; undefined when more than a third of it differs. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of names) {
    const steps = editDistance(wanted, candidate.toLowerCase());
    if (steps < least) [best, least] = [candidate, steps];
  }
  return best;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
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
