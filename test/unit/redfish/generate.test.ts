/** The daemon's generated facts are what the generator makes of DMTF's documents. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { readBundle } from '../../../clients/generator/src/bundle.ts';
import { daemonFiles } from '../../../clients/generator/src/emit/daemon.ts';
import type { TypeFact as GeneratedFact } from '../../../clients/generator/src/facts.ts';
import { parseXml } from '../../../clients/generator/src/xml.ts';
import type { TypeFact } from '../../../src/redfish/generated/facts.ts';
import { hasRedfishFolder, redfishFolder } from './support.ts';

it('describes facts with the same types as the generator', () => {
  expectTypeOf<TypeFact>().toEqualTypeOf<GeneratedFact>();
});

describe.skipIf(!hasRedfishFolder)('the generated facts (needs the DMTF folder)', () => {
  it('are what the generator makes of the DMTF documents', () => {
    const bundle = readBundle(join(redfishFolder, 'csdl'), join(redfishFolder, 'registries'));
    const files = daemonFiles(bundle, JSON.parse(readFileSync('src/redfish/served.json', 'utf8')));
    for (const [name, text] of Object.entries(files)) {
      expect(readFileSync(join('src', name), 'utf8') === text, `${name} is stale`).toBe(true);
    }
  });

  it('hold no prose', () => {
    const documents = ['Chassis', 'Sensor', 'ComputerSystem'].map((name) =>
      parseXml(readFileSync(join(redfishFolder, 'csdl', `${name}_v1.xml`), 'utf8')),
    );
    const prose = new Set<string>();
    const collect = (element: (typeof documents)[number]): void => {
      if (element.attributes.Term?.endsWith('Description')) prose.add(element.attributes.String ?? '');
      element.children.forEach(collect);
    };
    documents.forEach(collect);
    const facts = readFileSync('src/redfish/generated/schemas.json', 'utf8');
    expect([...prose].filter((text) => text.length > 20 && facts.includes(text))).toEqual([]);
  });
});
