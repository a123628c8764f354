import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { outputs } from '../../../src/redfish/generate/outputs.ts';
import { parseXml } from '../../../src/redfish/generate/xml.ts';
import { hasRedfishFolder, redfishFolder } from './support.ts';

describe('the XML reader', () => {
  it('reads elements, attributes, entities and text', () => {
    const root = parseXml(
      '\uFEFF<?xml version="1.0"?><!-- <no/> --><a:b x="1 &lt; 2" y=\'"&#x41;&#66;"\'>text<c/><c z="&amp;"></c></a:b>\n',
    );
    expect(root).toEqual({
      name: 'a:b',
      attributes: { x: '1 < 2', y: '"AB"' },
      text: 'text',
      children: [
        { name: 'c', attributes: {}, text: '', children: [] },
        { name: 'c', attributes: { z: '&' }, text: '', children: [] },
      ],
    });
  });

  it.each(['', 'text', '<a>', '<a></b>', '<a', '<a x=1/>', '</a>', '<a/></a>'])('refuses %j', (text) => {
    expect(() => parseXml(text)).toThrow(/XML/);
  });
});

describe.skipIf(!hasRedfishFolder)('the generated facts (needs the DMTF folder)', () => {
  it('are what the generator makes of the DMTF documents', () => {
    const files = outputs(join(redfishFolder, 'csdl'), join(redfishFolder, 'registries'));
    for (const [name, text] of Object.entries(files)) {
      expect(readFileSync(join('src/redfish/generated', name), 'utf8') === text, `${name} is stale`).toBe(
        true,
      );
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
