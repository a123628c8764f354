/** Every chip that a descriptor can name. */
import type { ChipSpec } from '../chip.ts';
import * as families from './families.ts';

/** In the order of the files' names; a bundler does not sort the names of a module as Node does. */
export const chips: readonly ChipSpec[] = Object.entries<readonly ChipSpec[]>(families)
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .flatMap(([, family]) => family);

const byName = new Map(chips.flatMap((chip) => chip.compatible.map((name) => [name, chip] as const)));

/** The chip that a descriptor calls `name`: any name of its `compatible` list. */
export function findChip(name: string): ChipSpec | undefined {
  return byName.get(name);
}
