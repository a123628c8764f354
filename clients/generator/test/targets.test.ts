/** Every generated file is what the generator makes of DMTF's documents, and the same each time. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBundle } from '../src/bundle.ts';
import { factTypesModule } from '../src/emit/fact-types.ts';
import { buildModel } from '../src/model.ts';
import { type Source, targets } from '../src/targets.ts';

const root = resolve(import.meta.dirname, '../../..');
const documents = resolve(root, process.env.REDFISHD_SHARED ?? '../shared', 'redfish');
const present = existsSync(documents);
if (!present) process.stderr.write(`skipped: the DMTF documents are not at ${documents} (REDFISHD_SHARED)\n`);

it.each(['src/redfish/generated/facts.ts', 'clients/suite/src/generated/facts.ts'])(
  '%s has the types of the generator',
  (path) => {
    expect(readFileSync(join(root, path), 'utf8')).toBe(factTypesModule(root));
  },
);

describe.skipIf(!present)('the generated files (need the DMTF folder)', () => {
  let read: Source | undefined;
  const source = (): Source => {
    const bundle = read?.bundle ?? readBundle(join(documents, 'csdl'), join(documents, 'registries'));
    read ??= { bundle, model: buildModel(bundle), root };
    return read;
  };

  it.each(targets)('of $name are up to date', ({ files, folder }) => {
    for (const [name, text] of Object.entries(files(source()))) {
      const path = join(root, folder, name);
      expect(existsSync(path), `${path} is missing: npm run generate:redfish`).toBe(true);
      expect(readFileSync(path, 'utf8') === text, `${path} is stale: npm run generate:redfish`).toBe(true);
    }
  });

  it('cover the whole bundle, and say which types are missing', () => {
    const { model } = source();
    const entities = model.objects.filter(({ fact }) => fact.kind === 'entity');
    expect(entities.length).toBeGreaterThan(265);
    expect(model.actions.length).toBeGreaterThan(150);
    expect(model.missing).toContain('IOStatistics.IOStatistics');
    expect(new Set(model.objects.map(({ name }) => name)).size).toBe(model.objects.length);
  });

  it('hold descriptions in docs.json only', () => {
    const { bundle, model } = source();
    const docs =
      targets.find(({ name }) => name === 'docs')?.files({ bundle, model, root })['docs.json'] ?? '';
    const types = (JSON.parse(docs) as { types: Record<string, Record<string, string>> }).types;
    const prose = types['Chassis.Chassis']?.PowerState ?? '';
    expect(prose.length).toBeGreaterThan(20);
    for (const { name, files } of targets) {
      if (name === 'docs') continue;
      const text = Object.values(files(source())).join('');
      expect(text.includes(prose), name).toBe(false);
    }
  });
});
