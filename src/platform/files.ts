/** Where descriptors and their schema are. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The `platform` directory of this package, found alike from its sources and from what is built of them. */
export function platformDirectory(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return join(folder, 'platform');
    if (folder === dirname(folder)) throw new Error(`no package.json above ${import.meta.dirname}`);
  }
}

/** The JSON schema of descriptors, which `npm run generate` writes. */
export const schemaFile = (): string => join(platformDirectory(), 'schema.json');
