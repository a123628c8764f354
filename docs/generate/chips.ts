/** Writes drivers/i2c/CHIPS.md from the chips; run by `npm run generate` from the root. */
import { writeFileSync } from 'node:fs';
import { chips } from '../../drivers/i2c/chips/index.ts';
import { chipsPage } from '../../drivers/i2c/docs.ts';

writeFileSync('drivers/i2c/CHIPS.md', chipsPage(chips));
