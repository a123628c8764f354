/** The command: `npm run generate:redfish -- CSDL_DIR REGISTRY_DIR [TARGET…]` from the root of the project. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readBundle } from './bundle.ts';
import { buildModel } from './model.ts';
import { targets } from './targets.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const names = targets.map((target) => target.name);
const usage = `usage: npm run generate:redfish -- CSDL_DIR REGISTRY_DIR [${names.join('|')}]…

CSDL_DIR      the folder csdl of DMTF's DSP8010, https://www.dmtf.org/dsp/DSP8010
REGISTRY_DIR  the registries of DMTF's DSP8011, https://www.dmtf.org/dsp/DSP8011
`;

/** Writes the files of the named targets, of all when none is named. Returns the exit status. */
function generate([csdlFolder, registryFolder, ...wanted]: readonly string[]): number {
  const unknown = wanted.filter((name) => !names.includes(name));
  if (csdlFolder === undefined || registryFolder === undefined || unknown.length) {
    process.stderr.write(unknown.length ? `unknown target ${unknown.join(', ')}\n${usage}` : usage);
    return 2;
  }
  try {
    const bundle = readBundle(csdlFolder, registryFolder);
    const model = buildModel(bundle);
    if (model.missing.length)
      process.stderr.write(`not defined by the CSDL, values of any type: ${model.missing.join(', ')}\n`);
    for (const target of targets) {
      if (wanted.length && !wanted.includes(target.name)) continue;
      for (const [name, text] of Object.entries(target.files({ bundle, model, root }))) {
        const path = join(root, target.folder, name);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, text);
      }
    }
    return 0;
  } catch (error) {
    process.stderr.write(`generate:redfish: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

process.exitCode = generate(process.argv.slice(2));
