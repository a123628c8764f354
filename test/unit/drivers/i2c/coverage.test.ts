/** What the README says of coverage is what can be counted; `npm run coverage:chips` prints it. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { coverage } from './coverage.ts';

const root = resolve(import.meta.dirname, '../../../..');
const census = join(process.env.REDFISHD_SHARED ?? join(root, '../shared'), 'ocp');
const read = (name: string) => readFileSync(join(census, name), 'utf8');
const there = existsSync(join(census, 'requirements.md')) && existsSync(join(census, 'platforms.md'));
if (!there) process.stderr.write(`coverage of chips: SKIPPED, there is no census in ${census}\n`);

it('counts types by their names, and pieces', () => {
  const requirements =
    '### 6.2 x\nTMP75 6/1/1, Pid 9/9/9, NoSuchChip 2/1/1, EEPROM 2/1/1\n### 6.3 y\ntmp75 1/1, nothere9 1/1\n---\n';
  const platforms =
    '| type | name | bus | a |\n|---|---|---|---|\n| ADC | A | 1 | 2 |\n| INA230 | B | 1 | 2 |\n\n';
  const counted = coverage(requirements, platforms);
  expect([...counted.types]).toEqual([
    ['tmp75', 7],
    ['nosuchchip', 2],
    ['eeprom', 2],
    ['nothere9', 1],
    ['ina230', 1],
  ]);
  expect(counted).toMatchObject({ covered: 3, missing: ['nosuchchip', 'nothere9'], share: 76 });
});

describe.runIf(there)('the census', () => {
  it('is covered as CHIPS.md states', () => {
    const { types, covered, missing, share } = coverage(read('requirements.md'), read('platforms.md'));
    const sentence = `${covered} of the ${types.size} chip types counted on OCP boards (${share} % of the pieces)`;
    process.stdout.write(`${sentence}; missing: ${missing.join(', ')}\n`);
    expect(readFileSync(join(root, 'drivers/i2c/CHIPS.md'), 'utf8')).toContain(sentence);
  });
});
