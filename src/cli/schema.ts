/** `redfishd schema`: prints the JSON schema of platform descriptors. */
import { readFileSync } from 'node:fs';
import { command } from './command.ts';

export const schema = command({
  name: 'schema',
  summary: 'print the JSON schema of platform descriptors',
  description: `Prints the JSON schema of platform descriptors. An editor with a YAML language server completes and checks
descriptors that begin with

  # yaml-language-server: $schema=PATH/schema.json
`,
  options: {},
  async run(_, io) {
    const { schemaFile } = await import('../platform/files.ts');
    io.out(readFileSync(schemaFile(), 'utf8'));
    return 0;
  },
});
