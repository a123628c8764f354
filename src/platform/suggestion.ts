/** What somebody most likely meant. */
import { nearest } from '../twin/names.ts';

/** What would be right in place of `name`: the nearest name, or the first few that there are. */
export function suggestion(name: string, names: readonly string[]): string {
  const best = nearest(name, names);
  if (best !== undefined) return `did you mean "${best}"?`;
  if (names.length === 0) return 'there is none';
  if (names.length === 1) return `only "${names[0]}" is possible`;
  return `one of ${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''}`;
}
