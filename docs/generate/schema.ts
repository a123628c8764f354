/** Writes platform/schema.json and docs/descriptors.md from the vocabulary; run by `npm run generate` from the root. */
import { writeFileSync } from 'node:fs';
import { referenceDocument, schemaDocument } from '../../src/platform/documents.ts';

writeFileSync('platform/schema.json', schemaDocument());
writeFileSync('docs/descriptors.md', referenceDocument());
