/** Writes platform/schema.json from the vocabulary of descriptors; run by `npm run generate` from the root. */
import { writeFileSync } from 'node:fs';
import { schemaText } from '../../src/platform/json-schema.ts';
import { PlatformSchema } from '../../src/platform/schema.ts';

writeFileSync('platform/schema.json', schemaText(PlatformSchema));
