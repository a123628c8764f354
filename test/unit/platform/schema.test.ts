/** platform/schema.json and the descriptors that are shipped. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { faultText } from '../../../src/platform/fault.ts';
import { platformDirectory, schemaFile } from '../../../src/platform/files.ts';
import { schemaText } from '../../../src/platform/json-schema.ts';
import { checkPlatform, loadPlatform } from '../../../src/platform/load.ts';
import type { Board } from '../../../src/platform/rules/parts.ts';
import { checkRules } from '../../../src/platform/rules.ts';
import { PlatformSchema } from '../../../src/platform/schema.ts';
import { readBoard } from '../../../src/platform/validate.ts';

const text = readFileSync(schemaFile(), 'utf8');
const ajv = new Ajv({ allErrors: true, strict: false });
const whole = ajv.compile(JSON.parse(text));
const board = ajv.compile({ $ref: 'urn:redfishd:platform#/definitions/board' });
const shipped = readdirSync(platformDirectory())
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => join(platformDirectory(), name));

describe('platform/schema.json', () => {
  it('is what "npm run generate" writes now', () => {
    expect(text === schemaText(PlatformSchema)).toBe(true);
  });

  it('is a valid JSON schema', () => {
    expect(ajv.validateSchema(JSON.parse(text))).toBe(true);
  });

  it('asks nothing of overlays but what they change', () => {
    expect(whole({ id: 'x', variantOf: 'y' })).toBe(true);
    expect(whole({ id: 'x', variantOf: 'y', devices: { a: null, b: { shunt: '1 mOhm' } } })).toBe(true);
    expect(whole({ id: 'x', variantOf: 'y', buses: [{ bus: 1, speed: null }] })).toBe(true);
    expect(whole({ id: 'x', variantOf: 'y', devices: [{ shunt: '1 mOhm' }] })).toBe(false);
    expect(whole({ id: 'x', variantOf: 'y', devises: [] })).toBe(false);
    expect(whole({ id: 'x' })).toBe(false);
  });

  it('is read by the checker as by another reader of JSON schemas, whatever is put into a descriptor', () => {
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
              Reflect.defineProperty(at, name ?? key, {
                value: put,
                enumerable: true,
                configurable: true,
                writable: true,
              });
              break;
            }
            at = inner;
          }
          const { value, findings, references } = readBoard(data);
          expect(findings.length === 0).toBe(board(data));
          // The rules cope with whatever the schema leaves.
          if (value !== undefined) checkRules(value as Board, references);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('shipped descriptors', () => {
  it.each(shipped)('%s is clean, also for an editor', (file) => {
    expect(checkPlatform(file).faults.map(faultText)).toEqual([]);
    expect(whole(parse(readFileSync(file, 'utf8'))) ? [] : whole.errors).toEqual([]);
  });

  it('load with all that is in them', () => {
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
