/** The name that somebody most likely meant. */

/** Levenshtein distance, upper and lower case alike. */
export function editDistance(one: string, other: string): number {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const [above = 0, diagonal = 0, left = 0] = [row[j + 1], row[j], next[j]];
      next.push(Math.min(above + 1, left + 1, diagonal + (a[i] === b[j] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The nearest of `names` where one is near enough to be a slip of the pen. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of names) {
    if (Math.abs(candidate.length - name.length) >= least) continue;
    const distance = editDistance(name, candidate);
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** What would be right in place of `name`: the nearest name, or a list of all (of the first few where there are many). */
export function suggestion(name: string, names: Iterable<string>): string {
  const all = [...names];
  const best = nearest(name, all);
  if (best !== undefined) return `did you mean "${best}"?`;
  if (all.length === 0) return 'there is none yet';
  return `one of ${all.slice(0, 12).join(', ')}${all.length > 12 ? ', …' : ''}`;
}
