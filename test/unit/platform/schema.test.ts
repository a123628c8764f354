/** What is generated from the vocabulary, and the shipped descriptors. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readBySchema } from '../../../src/platform/checker/reader.ts';
import { checkRules } from '../../../src/platform/checker/rules.ts';
import { referenceDocument, schemaDocument } from '../../../src/platform/documents.ts';
import { platformDirectory, referenceFile, schemaFile } from '../../../src/platform/files.ts';
import { checkPlatform, loadPlatform } from '../../../src/platform/load.ts';
import { faultText } from '../../../src/platform/source/fault.ts';
import { type PartialPlatform, vocabulary } from '../../../src/platform/vocabulary/index.ts';
import { checkText, head } from './support.ts';

const text = readFileSync(schemaFile(), 'utf8');
const ajv = new Ajv({ allErrors: true, strict: false });
const whole = ajv.compile(JSON.parse(text));
const board = ajv.compile({ $ref: 'urn:redfishd:platform#/definitions/board' });
const shipped = readdirSync(platformDirectory())
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => join(platformDirectory(), name));

describe('platform/schema.json', () => {
  it('is up to date with the vocabulary ("npm run generate")', () => {
    expect(text === schemaDocument()).toBe(true);
  });

  it('is a valid JSON schema', () => {
    expect(ajv.validateSchema(JSON.parse(text))).toBe(true);
  });

  it('requires of an overlay only its changes', () => {
    expect(whole({ id: 'x', variantOf: 'y' })).toBe(true);
    expect(whole({ id: 'x', variantOf: 'y', devices: { a: null, b: { shunt: '1 mOhm' } } })).toBe(true);
    expect(whole({ id: 'x', variantOf: 'y', buses: [{ bus: 1, speed: null }] })).toBe(true);
    expect(whole({ id: 'x', variantOf: 'y', devices: [{ shunt: '1 mOhm' }] })).toBe(false);
    expect(whole({ id: 'x', variantOf: 'y', devises: [] })).toBe(false);
    expect(whole({ id: 'x' })).toBe(false);
  });

  it('accepts what the checker accepts, whatever is put into a descriptor', { timeout: 60_000 }, () => {
    const [good] = shipped.filter((file) => file.endsWith('tiogapass.yaml'));
    const original: unknown = parse(readFileSync(good ?? '', 'utf8'));
    const value = fc.oneof(
      fc.json().map((json): unknown => JSON.parse(json)),
      fc.constantFrom<unknown>(
        null,
        -1,
        0,
        1.5,
        1e9,
        '',
        'x',
        '1 s',
        '250 uOhm',
        'out',
        'tmp75',
        'Intake',
        true,
        [],
        {},
      ),
    );
    fc.assert(
      fc.property(
        fc.array(fc.nat(1000), { minLength: 1, maxLength: 8 }),
        fc.option(fc.string()),
        value,
        (steps, name, put) => {
          const data: unknown = structuredClone(original);
          let at: unknown = data;
          for (const [depth, step] of steps.entries()) {
            if (typeof at !== 'object' || at === null) break;
            const keys = Object.keys(at);
            const key = keys[step % keys.length] ?? 'x';
            const inner: unknown = Reflect.get(at, key);
            if (depth === steps.length - 1 || typeof inner !== 'object' || inner === null) {
              // A list gets no property beside its items, and no hole, as no YAML or JSON has one.
              Reflect.defineProperty(at, Array.isArray(at) ? key : (name ?? key), {
                value: put,
                enumerable: true,
                configurable: true,
                writable: true,
              });
              break;
            }
            at = inner;
          }
          const reading = readBySchema(vocabulary, data);
          expect(reading.findings.length === 0).toBe(board(data));
          // The rules accept whatever the schema leaves.
          if (reading.value !== undefined) checkRules(reading.value as PartialPlatform, reading);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('docs/descriptors.md', () => {
  const page = readFileSync(referenceFile(), 'utf8');

  it('is up to date with the vocabulary and the shipped descriptors ("npm run generate")', () => {
    expect(page).toBe(referenceDocument());
  });

  it('has a purpose and a correct example for each section', () => {
    for (const [name, section] of Object.entries(vocabulary.properties ?? {})) {
      const example = section['x-example'] ?? '';
      expect([name, section.description]).toEqual([name, expect.stringMatching(/\.$/)]);
      expect(Object.keys(parse(example))).toEqual([name]);
      const others = head.split('\n').filter((line) => line !== '' && !line.startsWith(`${name}:`));
      // An example refers to entries of other sections.
      const faults = checkText(`${[...others, example].join('\n')}\n`).faults.filter(
        ({ rule }) => !['reference', 'missing-mux'].includes(rule),
      );
      expect([name, faults.map(faultText)]).toEqual([name, []]);
    }
  });

  it('describes every property', () => {
    const rows = page.split('\n').filter((line) => line.startsWith('| `'));
    expect(rows.length).toBeGreaterThan(200);
    expect(rows.filter((row) => /\| (undefined|) \|/.test(row))).toEqual([]);
  });
});

describe('shipped descriptors', () => {
  it.each(shipped)('%s has no fault for the checker and for the JSON schema', (file) => {
    expect(checkPlatform(file).faults.map(faultText)).toEqual([]);
    expect(whole(parse(readFileSync(file, 'utf8'))) ? [] : whole.errors).toEqual([]);
  });

  it('load with quantities as numbers', () => {
    expect(shipped.length).toBeGreaterThan(1);
    const tiogapass = loadPlatform(join(platformDirectory(), 'tiogapass.yaml'));
    expect(tiogapass.devices?.find(({ chip }) => chip === 'adm1278')?.shunt).toBe(0.00025);
    expect(tiogapass.hosts?.[0]?.power).toMatchObject({
      onPulse: 1000,
      forceOffPulse: 6000,
      cycleDelay: 10_000,
    });
  });
});
