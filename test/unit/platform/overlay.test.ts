/** Descriptors that state only their differences from another one. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkPlatform, loadPlatform } from '../../../src/platform/load.ts';
import { files, head, marked } from './support.ts';

const base = `${head}buses: [{ bus: 1 }, { bus: 2, timeout: 50 ms }]
cooling: { minimumDuty: 20, failSafeDuty: 90 }
devices:
  - id: a
    chip: tmp75
    bus: 1
    address: 0x48
    sensors: { temperature: { id: A, thresholds: { upperCritical: 80, upperCaution: 70 } } }
  - { id: b, chip: tmp75, bus: 1, address: 0x49, alternatives: [{ address: 0x4a }, { address: 0x4b }] }
adc:
  - { channel: 3, sensor: { id: P12V } }
lines: { RED: { direction: out }, GREEN: { direction: out, pin: E3 } }
`;

const place = (overlay: string, text = base) =>
  files({ 'board.yaml': text, 'other.yaml': `id: other\nvariantOf: board\n${overlay}` });
const load = (overlay: string) => loadPlatform(join(place(overlay), 'other.yaml'));
const places = (folder: string) =>
  checkPlatform(join(folder, 'other.yaml')).faults.map(
    ({ file, line, column, rule }) => `${file.slice(folder.length + 1)}:${line}:${column} ${rule}`,
  );

describe('variantOf', () => {
  it('keeps everything that it does not state', () => {
    const folder = place('');
    expect(loadPlatform(join(folder, 'other.yaml'))).toEqual({
      ...loadPlatform(join(folder, 'board.yaml')),
      id: 'other',
      variantOf: 'board',
    });
  });

  it('changes members of mappings and adds some', () => {
    const { cooling, lines, name } = load(
      'name: Other\ncooling: { minimumDuty: 30 }\nlines: { BLUE: { direction: in }, RED: { activeLow: true } }\n',
    );
    expect([name, cooling]).toEqual(['Other', { minimumDuty: 30, failSafeDuty: 90 }]);
    expect(lines).toEqual({
      RED: { direction: 'out', activeLow: true },
      GREEN: { direction: 'out', pin: 'E3' },
      BLUE: { direction: 'in' },
    });
  });

  it('merges list items by their key, keeps their order and appends new items', () => {
    const { devices, buses, adc } = load(`devices:
  - { id: c, chip: tmp421, bus: 2, address: 0x4c }
  - { id: a, sensors: { temperature: { thresholds: { upperCritical: 75 } } } }
buses: [{ bus: 1, name: Air }]
adc: [{ channel: 3, divider: 0.5 }, { channel: 4, sensor: { id: P5V } }]
`);
    expect(devices?.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(devices?.[0]?.sensors).toEqual({
      temperature: { id: 'A', thresholds: { upperCritical: 75, upperCaution: 70 } },
    });
    expect(buses).toEqual([
      { bus: 1, name: 'Air' },
      { bus: 2, timeout: 50 },
    ]);
    expect(adc).toEqual([
      { channel: 3, divider: 0.5, sensor: { id: 'P12V' } },
      { channel: 4, sensor: { id: 'P5V' } },
    ]);
  });

  it('replaces lists whose items have no key', () => {
    expect(
      load('devices: [{ id: b, alternatives: [{ address: 0x4f }] }]\n').devices?.[1]?.alternatives,
    ).toEqual([{ address: 0x4f }]);
  });

  it('removes with null, list items by their key', () => {
    const board = load('cooling: null\nlines: { RED: null }\ndevices: { a: { sensors: null }, b: null }\n');
    expect(board).not.toHaveProperty('cooling');
    expect(board.lines).toEqual({ GREEN: { direction: 'out', pin: 'E3' } });
    expect(board.devices).toEqual([{ id: 'a', chip: 'tmp75', bus: 1, address: 0x48 }]);
  });

  it('changes and adds list items that are written as a mapping by key', () => {
    const { buses, devices } = load(
      'buses: { 1: null, 2: { name: Two }, 7: { name: Seven } }\ndevices: { a: { bus: 7 }, b: { bus: 7 } }\n',
    );
    expect(buses).toEqual([
      { bus: 2, timeout: 50, name: 'Two' },
      { bus: 7, name: 'Seven' },
    ]);
    expect(devices?.map(({ bus }) => bus)).toEqual([7, 7]);
  });

  it('follows variants of variants', () => {
    const folder = place('cooling: { minimumDuty: 30 }\n');
    const third = files({
      'board.yaml': base,
      'other.yaml': 'id: other\nvariantOf: board\ncooling: { minimumDuty: 30 }\n',
      'third.yaml': 'id: third\nvariantOf: other\ncooling: { failSafeDuty: 100 }\n',
    });
    expect(loadPlatform(join(folder, 'other.yaml')).cooling).toEqual({ minimumDuty: 30, failSafeDuty: 90 });
    expect(loadPlatform(join(third, 'third.yaml')).cooling).toEqual({ minimumDuty: 30, failSafeDuty: 100 });
  });
});

describe('faults of variants', () => {
  it('names the file that holds the text', () => {
    const below = marked(base.replace('name: Board', 'name: ¦7').replace('Critical: 80', 'Critical: ¦80'));
    const above = marked(`id: other
variantOf: board
devices:
  - { id: a, sensors: { temperature: { thresholds: { upperCaution: 85 } } } }
  - { id: b, chip: ¦tmp76 }
`);
    const folder = files({ 'board.yaml': below.text, 'other.yaml': above.text });
    expect(places(folder)).toEqual([
      `board.yaml:${below.places[0]} type`,
      `board.yaml:${below.places[1]} threshold-order`,
      `other.yaml:${above.places[0]} unknown-chip`,
    ]);
  });

  it.each([
    ['a missing base', 'variantOf: ¦nobody\nid: x\n', 'reference'],
    ['a path', 'id: x\nvariantOf: ¦../other\n', 'pattern'],
    ['a base that is not a name', 'id: x\nvariantOf: ¦[a]\n', 'pattern'],
    ['itself', 'id: x\nvariantOf: ¦other\n', 'cycle'],
    ['no id', '¦variantOf: board\nname: Other\n', 'missing-property'],
    ['nothing to remove', 'id: x\nvariantOf: board\n¦hosts: null\n', 'reference'],
    ['no item to remove', 'id: x\nvariantOf: board\ndevices: { ¦z: null }\n', 'reference'],
    ['an item without its key', 'id: x\nvariantOf: board\nbuses: [¦{ name: Nine }]\n', 'missing-property'],
    ['an item twice', 'id: x\nvariantOf: board\nbuses: [{ bus: 1 }, { bus: ¦1 }]\n', 'duplicate-bus'],
    [
      'a removed property that must be there',
      'id: x\nvariantOf: board\ndevices: [¦{ id: b, chip: null }]\n',
      'missing-property',
    ],
  ])('%s', (_, overlay, rule) => {
    const { text, places: expected } = marked(overlay);
    const folder = files({ 'board.yaml': base, 'other.yaml': text });
    expect(places(folder)).toEqual(expected.map((at) => `other.yaml:${at} ${rule}`));
  });

  it('a cycle of two, and a base that is not YAML', () => {
    const cycle = files({
      'board.yaml': 'id: a\nvariantOf: other\n',
      'other.yaml': 'id: b\nvariantOf: board\n',
    });
    expect(checkPlatform(join(cycle, 'other.yaml')).faults).toMatchObject([
      { file: join(cycle, 'board.yaml'), line: 2, column: 12, rule: 'cycle' },
    ]);
    const broken = place('', 'id: [\n');
    expect(checkPlatform(join(broken, 'other.yaml')).faults).toMatchObject([
      { file: join(broken, 'board.yaml'), rule: 'yaml' },
    ]);
  });
});
