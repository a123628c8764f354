/** Every chip that a descriptor can name. */
import type { ChipSpec } from '../chip.ts';
import * as families from './families.ts';

export const chips: readonly ChipSpec[] = Object.values<readonly ChipSpec[]>(families).flat();

const byName = new Map(chips.flatMap((chip) => chip.compatible.map((name) => [name, chip] as const)));

/** The chip that a descriptor calls `name`: any name of its `compatible` list. */
export function findChip(name: string): ChipSpec | undefined {
  return byName.get(name);
}
