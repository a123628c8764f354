/** Writes platform/schema.json and docs/descriptors.md; run by `npm run generate`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { referenceDocument, schemaDocument } from './documents.ts';
import { referenceFile, schemaFile } from './files.ts';

for (const [file, text] of [
  [schemaFile(), schemaDocument()],
  [referenceFile(), referenceDocument()],
] as const) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
