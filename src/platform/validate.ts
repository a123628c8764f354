/** Reads data by platform/schema.json: says in plain words what does not fit, and turns quantities into numbers. */
import { readFileSync } from 'node:fs';
import { schemaFile } from './files.ts';
import type { Finding } from './finding.ts';
import { pointer, pointerSteps } from './source.ts';
import { suggestion } from './suggestion.ts';
import { exampleQuantity, likelyQuantity, parseQuantity, unitNames } from './units.ts';

/** The part of JSON Schema that `npm run generate` writes, and keywords of our own (see schema.ts). */
interface Schema {
  readonly $ref?: string;
  readonly type?: keyof typeof types;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: false;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly patternErrorMessage?: string;
  readonly enum?: readonly string[];
  readonly const?: string;
  /** Forms that `kind` tells apart. */
  readonly anyOf?: readonly Schema[];
  readonly 'x-unit'?: string;
  readonly 'x-ref'?: string;
  readonly 'x-direction'?: 'in' | 'out';
  readonly 'x-chip'?: 'device' | 'mux';
}

/** A name that must be declared elsewhere in the descriptor. */
export interface Reference {
  readonly path: string;
  readonly name: string;
  readonly section: string;
  readonly direction?: 'in' | 'out';
}

export interface Reading {
  /** The data, quantities as numbers. What does not fit is left out: undefined in a list. */
  readonly value: unknown;
  readonly findings: readonly Finding[];
  readonly references: readonly Reference[];
}

/** Reads data as a board. */
export function readBoard(data: unknown): Reading {
  definitions ??= loadDefinitions();
  const reader = new SchemaReader(definitions);
  const value = reader.read({ $ref: '#/definitions/board' }, data, '');
  return { value, findings: reader.findings, references: reader.references };
}

type Definitions = Readonly<Record<string, Schema>>;
let definitions: Definitions | undefined;
const loadDefinitions = (): Definitions =>
  (JSON.parse(readFileSync(schemaFile(), 'utf8')) as { definitions: Definitions }).definitions;

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const types = {
  object: { is: isMap, words: 'a mapping of names to values' },
  array: { is: Array.isArray, words: 'a list' },
  string: { is: (value: unknown) => typeof value === 'string', words: 'text' },
  integer: { is: Number.isInteger, words: 'a whole number' },
  number: { is: Number.isFinite, words: 'a number' },
  boolean: { is: (value: unknown) => typeof value === 'boolean', words: 'true or false' },
};

class SchemaReader {
  readonly findings: Finding[] = [];
  readonly references: Reference[] = [];
  private readonly definitions: Definitions;

  constructor(definitions: Definitions) {
    this.definitions = definitions;
  }

  /** What is right of `value`; undefined where nothing is. */
  read(reference: Schema, value: unknown, path: string): unknown {
    const schema = this.resolve(reference);
    const type = types[schema.type ?? 'object'];
    if (!type.is(value)) {
      if (schema['x-unit'] !== undefined) return this.readQuantity(schema['x-unit'], value, path);
      const quoted = schema.type === 'string' && (typeof value === 'number' || typeof value === 'boolean');
      const hint = quoted ? `put it in quotes: "${value}"` : `write ${type.words}`;
      return this.report(path, 'type', `${subject(path)} is ${kindOf(value)}, not ${type.words}`, hint);
    }
    if (isMap(value)) return this.readMap(schema, value, path);
    if (Array.isArray(value)) return this.readList(schema, value, path);
    if (typeof value === 'number') return this.readNumber(schema, value, path);
    if (typeof value === 'string') return this.readText(schema, value, path);
    return value;
  }

  /** One of several forms of a mapping. */
  private readForm(forms: readonly Schema[], value: Record<string, unknown>, path: string): unknown {
    const kindOfForm = (form: Schema) => this.resolve(form).properties?.kind?.const ?? '';
    const form = forms.find((each) => kindOfForm(each) === value.kind);
    if (form !== undefined) return this.read(form, value, path);
    const kinds = forms.map(kindOfForm);
    if (typeof value.kind !== 'string') {
      const hint = `add "kind": one of ${kinds.join(', ')}`;
      return this.report(path, 'missing-property', `${subject(path)} has no "kind"`, hint);
    }
    const message = `"kind" cannot be "${value.kind}"`;
    return this.report(pointer(path, 'kind'), 'value', message, suggestion(value.kind, kinds));
  }

  private readMap(schema: Schema, value: Record<string, unknown>, path: string): unknown {
    if (schema.anyOf !== undefined) return this.readForm(schema.anyOf, value, path);
    const { properties = {}, patternProperties = {}, required = [] } = schema;
    for (const name of required.filter((wanted) => !Object.hasOwn(value, wanted))) {
      const what = this.resolve(properties[name] ?? {}).description;
      const hint = what === undefined ? `add "${name}"` : `add "${name}": ${what}`;
      this.report(path, 'missing-property', `${subject(path)} has no "${name}"`, hint);
    }
    const [named] = Object.entries(patternProperties);
    const members = Object.entries(value).flatMap(([name, member]) => {
      const inner = pointer(path, name);
      const part = Object.hasOwn(properties, name) ? properties[name] : undefined;
      if (part !== undefined) return [[name, this.read(part, member, inner)]];
      if (named === undefined) {
        const hint = suggestion(name, Object.keys(properties));
        const message = `${subject(path)} has no property "${name}"`;
        this.findings.push({ path: inner, at: 'name', rule: 'unknown-property', message, hint });
        return [];
      }
      const [pattern, item] = named;
      if (new RegExp(pattern, 'u').test(name)) return [[name, this.read(item, member, inner)]];
      const hint = schema.patternErrorMessage ?? `it must match ${pattern}`;
      const message = `${subject(path)} cannot hold the name "${name}"`;
      this.findings.push({ path: inner, at: 'name', rule: 'pattern', message, hint });
      return [];
    });
    return Object.fromEntries(members);
  }

  private readList(schema: Schema, value: readonly unknown[], path: string): unknown {
    const { items = {}, minItems = 0, maxItems = Number.POSITIVE_INFINITY } = schema;
    if (value.length < minItems) {
      this.report(path, 'range', `${subject(path)} has too few entries`, `it needs at least ${minItems}`);
    } else if (value.length > maxItems) {
      this.report(path, 'range', `${subject(path)} has too many entries`, `it may have at most ${maxItems}`);
    }
    return value.map((item, index) => this.read(items, item, pointer(path, index)));
  }

  private readNumber(schema: Schema, value: number, path: string): unknown {
    const { minimum = value, maximum = value, exclusiveMinimum = Number.NEGATIVE_INFINITY } = schema;
    const bound =
      value < minimum
        ? `at least ${minimum}`
        : value > maximum
          ? `at most ${maximum}`
          : value <= exclusiveMinimum
            ? `more than ${exclusiveMinimum}`
            : undefined;
    if (bound === undefined) return value;
    return this.report(path, 'range', `${subject(path)} is ${value}`, `it must be ${bound}`);
  }

  private readText(schema: Schema, value: string, path: string): unknown {
    const { 'x-unit': unit, 'x-ref': section, 'x-direction': direction } = schema;
    if (unit !== undefined) return this.readQuantity(unit, value, path);
    const what = subject(path);
    const allowed = schema.const === undefined ? schema.enum : [schema.const];
    if (allowed !== undefined && !allowed.includes(value)) {
      const hint = suggestion(value, allowed);
      if (schema['x-chip'] === undefined) {
        return this.report(path, 'value', `${what} cannot be "${value}"`, hint);
      }
      return this.report(path, 'unknown-chip', `no ${schema['x-chip']} chip "${value}" is known`, hint);
    }
    if (value.length < (schema.minLength ?? 0)) {
      return this.report(path, 'range', `${what} is empty`, 'write something, or leave it out');
    }
    if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value)) {
      const hint = schema.patternErrorMessage ?? `it must match ${schema.pattern}`;
      return this.report(path, 'pattern', `${what} cannot be "${value}"`, hint);
    }
    if (section !== undefined) {
      this.references.push({ path, name: value, section, ...(direction === undefined ? {} : { direction }) });
    }
    return value;
  }

  private readQuantity(unit: string, value: unknown, path: string): unknown {
    const number = typeof value === 'string' ? parseQuantity(value, unit) : undefined;
    if (number !== undefined) return number;
    const message =
      typeof value === 'number'
        ? `${subject(path)} has no unit: ${value}`
        : `${subject(path)} is ${kindOf(value)}, not a quantity`;
    const likely = typeof value === 'string' ? likelyQuantity(value, unit) : undefined;
    const form = `a number and one of ${unitNames(unit).join(', ')}; for example ${exampleQuantity(unit)}`;
    return this.report(path, 'unit', message, likely === undefined ? form : `did you mean "${likely}"?`);
  }

  private resolve(schema: Schema): Schema {
    const name = schema.$ref?.split('/').at(-1);
    return (name === undefined ? undefined : this.definitions[name]) ?? schema;
  }

  private report(path: string, rule: string, message: string, hint: string): undefined {
    this.findings.push({ path, rule, message, hint });
  }
}

/** The thing at a JSON pointer in words: `"poll"`, `entry 3 of "devices"`. */
function subject(path: string): string {
  const [last, before] = pointerSteps(path).reverse();
  if (last === undefined) return 'the descriptor';
  if (!/^[0-9]+$/.test(last) || before === undefined) return `"${last}"`;
  return `entry ${Number(last) + 1} of "${before}"`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'string' ? `the text "${value}"` : String(value);
}
