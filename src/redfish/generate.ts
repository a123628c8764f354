import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outputs } from './generate/outputs.ts';

// Run by `npm run generate:redfish -- CSDL_DIR REGISTRY_DIR` from the root of the project.
const [csdlFolder, registryFolder] = process.argv.slice(2);
if (csdlFolder === undefined || registryFolder === undefined) {
  process.stderr.write('usage: npm run generate:redfish -- CSDL_DIR REGISTRY_DIR\n');
  process.exitCode = 2;
} else {
  for (const [name, text] of Object.entries(outputs(csdlFolder, registryFolder))) {
    writeFileSync(join('src/redfish/generated', name), text);
  }
}
