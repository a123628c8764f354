/** Paths of the shipped descriptors and of what is generated for them. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The `platform` directory of this package, found from its sources and from its build. */
export function platformDirectory(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return join(folder, 'platform');
    if (folder === dirname(folder)) throw new Error(`no package.json above ${import.meta.dirname}`);
  }
}

/** The JSON schema of descriptors. */
export const schemaFile = (): string => join(platformDirectory(), 'schema.json');

/** The reference page of descriptors. */
export const referenceFile = (): string => join(dirname(platformDirectory()), 'docs', 'descriptors.md');
