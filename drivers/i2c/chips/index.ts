/** Every chip that a descriptor can name. A new chip is a file of literals and its line here. */
import type { ChipSpec } from '../chip.ts';
import adm127x from './adm127x.ts';
import at24 from './at24.ts';
import ina2xx from './ina2xx.ts';
import infineon from './infineon.ts';
import lm75 from './lm75.ts';
import pca954x from './pca954x.ts';
import pmbus from './pmbus.ts';
import tmp42x from './tmp42x.ts';

export const chips: readonly ChipSpec[] = [
  ...lm75,
  ...tmp42x,
  ...ina2xx,
  ...adm127x,
  ...infineon,
  ...pmbus,
  ...at24,
  ...pca954x,
];

const byName = new Map(chips.flatMap((chip) => chip.compatible.map((name) => [name, chip] as const)));

/** The chip that a descriptor calls `name`: any name of its `compatible` list. */
export function findChip(name: string): ChipSpec | undefined {
  return byName.get(name);
}
