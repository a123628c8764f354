/** What is generated from the vocabulary: the JSON schema for editors, and the reference page. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { platformDirectory } from './files.ts';
import { schemaText } from './json-schema.ts';
import { referencePage } from './reference-page.ts';
import { readDescriptor } from './source/overlay.ts';
import { plain } from './source/yaml.ts';
import { vocabulary } from './vocabulary/index.ts';
import { sensor } from './vocabulary/sensor.ts';

/** Content of `platform/schema.json`. */
export const schemaDocument = (): string => schemaText(vocabulary);

/** Content of `docs/descriptors.md`; reads the shipped descriptors for the boards that use each property. */
export function referenceDocument(): string {
  const files = readdirSync(platformDirectory()).filter((name) => name.endsWith('.yaml'));
  const boards = files.sort().map((name) => {
    const { root } = readDescriptor(join(platformDirectory(), name), new Map());
    return { name: basename(name, '.yaml'), data: root === undefined ? undefined : plain(root) };
  });
  return referencePage(vocabulary, sensor, boards);
}
