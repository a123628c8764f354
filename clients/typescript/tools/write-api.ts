/** `npm run docs`: writes API.md. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiText } from './api.ts';

// Run from the folder of the package, as npm does.
const root = process.cwd();
writeFileSync(join(root, 'API.md'), apiText(root));
