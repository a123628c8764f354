/** Mistakes that do not compile: a misspelt name of the specification, or a wrong number of arguments. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');
const accepted = readFileSync(join(import.meta.dirname, 'fixtures/accepted.ts'), 'utf8');
const folder = mkdtempSync(join(import.meta.dirname, 'fixtures/mistakes-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A word of the accepted fixture, what stands in its place, and what the compiler says of it. */
const mistakes = {
  property: [
    'PhysicalContext:',
    'PhysicalContexts:',
    /'PhysicalContexts' does not exist in type 'SensorBody'/,
  ],
  'value of an enumeration': ["'Intake'", "'Inlet'", /"Inlet"' is not assignable to type 'PhysicalContext/],
  'unannotated body': [': SensorBody =>', ' =>', /annotate its result with the body type of the schema/],
  'writable path': [
    "properties: ['Thresholds/UpperCritical/Reading']",
    "properties: ['Thresholds/UpperCritical/Readings']",
    /"Thresholds\/UpperCritical\/Readings"' is not assignable to type/,
  ],
  'path of a change': [
    "get('Thresholds/UpperCritical/Reading')",
    "get('Thresholds/UpperCritical')",
    /is not assignable to type 'number \| null \| undefined'/,
  ],
  'URI parameter': [
    '{ SensorId }',
    '{ SensorsId }',
    /Property 'SensorsId' does not exist on type 'ParamsOf</,
  ],
  action: ["'Sensor.ResetMetrics'", "'Sensor.ResetMetric'", /'Sensor\.ResetMetric'' does not exist in type/],
  'parameter of an action': [
    'parameters: {}',
    "parameters: { Depth: { type: 'String' } }",
    /is not assignable to type 'never'/,
  ],
  'message key': [
    "'Base.PropertyUnknown'",
    "'Base.PropertyUnknow'",
    /"Base\.PropertyUnknow"' is not assignable/,
  ],
  'argument count': ["['Colour']", "['Colour', 'red']", /Source has 2 element\(s\) but target allows only 1/],
  'message key of an event': [
    "'SensorEvent.SensorRestored'",
    "'SensorEvent.SensorRestore'",
    /"SensorEvent\.SensorRestore"' is not assignable to type/,
  ],
  'argument count of an event': [
    "args: ['Inlet']",
    'args: []',
    /Source has 0 element\(s\) but target requires 1/,
  ],
} as const satisfies Record<string, readonly [string, string, RegExp]>;

const nameOf = (what: string): string => `${what.replaceAll(' ', '-')}.ts`;
let output = '';

beforeAll(() => {
  writeFileSync(join(folder, 'accepted.ts'), moved(accepted));
  for (const [what, [word, instead]] of Object.entries(mistakes)) {
    expect(accepted.split(word), `${word} stands once in the fixture`).toHaveLength(2);
    writeFileSync(join(folder, nameOf(what)), moved(accepted.replace(word, instead)));
  }
  const config = {
    extends: join(root, 'tsconfig.json'),
    include: [folder],
    compilerOptions: { pretty: false },
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join(root, 'node_modules/.bin/tsc');
  output = spawnSync(tsc, ['-p', join(folder, 'tsconfig.json')], { cwd: root, encoding: 'utf8' }).stdout;
}, 60_000);

/** The fixture one folder further down. */
function moved(text: string): string {
  return text.replaceAll("'../../../../src/", "'../../../../../src/");
}

/** What the compiler says of one file, first lines and those that explain them. */
function errorsOf(file: string): string {
  const lines = output.split('\n');
  let within = false;
  return lines
    .filter((line) => {
      if (!line.startsWith(' ')) within = line.includes(`/${file}(`);
      return within;
    })
    .join('\n');
}

describe('a mistake does not compile', () => {
  it('and what is right does', () => {
    expect(errorsOf('accepted.ts')).toBe('');
    expect(output).not.toMatch(/src\/redfish\/service\/declare\.ts\(/);
  });

  it.each(Object.entries(mistakes))('in the %s', (what, [, , expected]) => {
    expect(errorsOf(nameOf(what))).toMatch(expected);
  });
});
