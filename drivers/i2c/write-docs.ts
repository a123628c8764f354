/** Writes CHIPS.md; run by `npm run docs`. */
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chips } from './chips/index.ts';
import { chipsPage } from './docs.ts';

/** The root of the package, above its sources and above what is built of them alike. */
function root(folder = import.meta.dirname): string {
  return existsSync(join(folder, 'package.json')) ? folder : root(dirname(folder));
}

writeFileSync(join(root(), 'drivers/i2c/CHIPS.md'), chipsPage(chips));
