/** Writes platform/schema.json; run by `npm run generate`. */
import { writeFileSync } from 'node:fs';
import { schemaFile } from './files.ts';
import { schemaText } from './json-schema.ts';
import { PlatformSchema } from './schema.ts';

writeFileSync(schemaFile(), schemaText(PlatformSchema));
