/**
 * Reads data by the vocabulary: reports what does not fit, converts quantities to numbers, and collects what the rules
 * need: ids, references, and the values that have rules of their own.
 */
import { findChip } from '../../../drivers/i2c/chips/index.ts';
import { suggestion } from '../../base/suggestion.ts';
import { chipNames } from '../chip-names.ts';
import { pointer, pointerSteps } from '../source/pointer.ts';
import { exampleQuantity, likelyQuantity, parseQuantity, unitNames } from '../units.ts';
import type { Rules } from '../vocabulary/rule.ts';
import {
  checks,
  type Declares,
  type Demand,
  type Direction,
  type Schema,
  type Unit,
} from '../vocabulary/schema.ts';
import type { Finding } from './finding.ts';

/** An entry that has an id. */
export interface Declaration extends Declares {
  /** Of the entry. */
  readonly path: string;
  readonly id: string;
  readonly item: unknown;
}

/** A name that must be declared elsewhere in the descriptor. */
export interface Reference {
  readonly path: string;
  readonly name: string;
  readonly noun: string;
  readonly direction?: Direction;
  readonly shared?: 'lights' | 'lamp';
  readonly demand?: Demand<unknown>;
}

/** A value that has rules. */
export interface Ruled {
  readonly path: string;
  readonly item: unknown;
  readonly rules: Rules<unknown>;
}

export interface Reading {
  /** The data with quantities as numbers. What does not fit is left out: undefined in a list. */
  readonly value: unknown;
  readonly findings: readonly Finding[];
  readonly declarations: readonly Declaration[];
  readonly references: readonly Reference[];
  readonly ruled: readonly Ruled[];
}

/** Reads data as a value of `schema`. */
export function readBySchema(schema: Schema, data: unknown): Reading {
  const reader = new SchemaReader();
  const value = reader.read(schema, data, '');
  const { findings, declarations, references, ruled } = reader;
  return { value, findings, declarations, references, ruled };
}

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

const patterns = new Map<string, RegExp>();
/** Compiled once: a descriptor has hundreds of ids. */
function patternOf(source: string): RegExp {
  const pattern = patterns.get(source) ?? new RegExp(source, 'u');
  patterns.set(source, pattern);
  return pattern;
}

class SchemaReader {
  readonly findings: Finding[] = [];
  readonly declarations: Declaration[] = [];
  readonly references: Reference[] = [];
  readonly ruled: Ruled[] = [];

  /** The part of `value` that fits; undefined where nothing does. */
  read(schema: Schema, value: unknown, path: string): unknown {
    const read = this.#readType(schema, value, path);
    const rules = schema[checks]?.rules;
    if (rules !== undefined && read !== undefined) this.ruled.push({ path, item: read, rules });
    return read;
  }

  #readType(schema: Schema, value: unknown, path: string): unknown {
    const type = types[schema.type ?? 'object'];
    if (!type.is(value)) {
      if (schema['x-unit'] !== undefined) return this.#readQuantity(schema['x-unit'], value, path);
      const needsQuotes =
        schema.type === 'string' && (typeof value === 'number' || typeof value === 'boolean');
      const hint = needsQuotes ? `put it in quotes: "${value}"` : `write ${type.words}`;
      return this.#report(path, 'type', `${subject(path)} is ${kindOf(value)}, not ${type.words}`, hint);
    }
    if (isMap(value)) return this.#readMap(schema, value, path);
    if (Array.isArray(value)) return this.#readList(schema, value, path);
    if (typeof value === 'number') return this.#readNumber(schema, value, path);
    if (typeof value === 'string') return this.#readText(schema, value, path);
    return value;
  }

  /** One of several forms of a mapping. */
  #readForm(forms: readonly Schema[], value: Record<string, unknown>, path: string): unknown {
    const kindOfForm = (form: Schema) => form.properties?.kind?.const ?? '';
    const form = forms.find((each) => kindOfForm(each) === value.kind);
    if (form !== undefined) return this.read(form, value, path);
    const kinds = forms.map(kindOfForm);
    if (typeof value.kind !== 'string') {
      const hint = `add "kind": one of ${kinds.join(', ')}`;
      return this.#report(path, 'missing-property', `${subject(path)} has no "kind"`, hint);
    }
    const message = `"kind" cannot be "${value.kind}"`;
    return this.#report(pointer(path, 'kind'), 'value', message, suggestion(value.kind, kinds));
  }

  #readMap(schema: Schema, value: Record<string, unknown>, path: string): unknown {
    if (schema.anyOf !== undefined) return this.#readForm(schema.anyOf, value, path);
    const { properties = {}, required = [] } = schema;
    for (const name of required.filter((wanted) => !Object.hasOwn(value, wanted))) {
      const meaning = properties[name]?.description;
      const hint = meaning === undefined ? `add "${name}"` : `add "${name}": ${meaning}`;
      this.#report(path, 'missing-property', `${subject(path)} has no "${name}"`, hint);
    }
    const members = new Map<string, unknown>();
    for (const [name, member] of Object.entries(value)) this.#readMember(schema, name, member, path, members);
    const read: Record<string, unknown> = Object.fromEntries(members);
    const declares = properties.id?.['x-declares'];
    if (declares !== undefined && typeof read.id === 'string')
      this.declarations.push({ ...declares, path, id: read.id, item: read });
    return read;
  }

  #readMember(schema: Schema, name: string, member: unknown, path: string, into: Map<string, unknown>): void {
    const { properties = {}, patternProperties = {} } = schema;
    const inner = pointer(path, name);
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (property !== undefined) {
      into.set(name, this.read(property, member, inner));
      return;
    }
    const [named] = Object.entries(patternProperties);
    if (named === undefined) {
      const hint = suggestion(name, Object.keys(properties));
      const message = `${subject(path)} has no property "${name}"`;
      this.findings.push({ path: inner, at: 'name', rule: 'unknown-property', message, hint });
      return;
    }
    const [pattern, item] = named;
    if (!patternOf(pattern).test(name)) {
      const hint = schema.patternErrorMessage ?? `it must match ${pattern}`;
      const message = `${subject(path)} cannot hold the name "${name}"`;
      this.findings.push({ path: inner, at: 'name', rule: 'pattern', message, hint });
      return;
    }
    const read = this.read(item, member, inner);
    const declares = schema['x-declares'];
    if (declares !== undefined) this.declarations.push({ ...declares, path: inner, id: name, item: read });
    into.set(name, read);
  }

  #readList(schema: Schema, value: readonly unknown[], path: string): unknown {
    const { items = {}, minItems = 0, maxItems = Number.POSITIVE_INFINITY } = schema;
    if (value.length < minItems) {
      this.#report(path, 'range', `${subject(path)} has too few entries`, `it needs at least ${minItems}`);
    } else if (value.length > maxItems) {
      this.#report(path, 'range', `${subject(path)} has too many entries`, `it may have at most ${maxItems}`);
    }
    return value.map((item, index) => this.read(items, item, pointer(path, index)));
  }

  #readNumber(schema: Schema, value: number, path: string): unknown {
    const { minimum = value, maximum = value, exclusiveMinimum = Number.NEGATIVE_INFINITY } = schema;
    const bound =
      schema.enum?.includes(value) === false
        ? `one of ${schema.enum.join(', ')}`
        : value < minimum
          ? `at least ${minimum}`
          : value > maximum
            ? `at most ${maximum}`
            : value <= exclusiveMinimum
              ? `more than ${exclusiveMinimum}`
              : undefined;
    if (bound === undefined) return value;
    return this.#report(path, 'range', `${subject(path)} is ${value}`, `it must be ${bound}`);
  }

  #readText(schema: Schema, value: string, path: string): unknown {
    const {
      'x-unit': unit,
      'x-chip': chipKind,
      minLength = 0,
      maxLength = Number.POSITIVE_INFINITY,
    } = schema;
    if (unit !== undefined) return this.#readQuantity(unit, value, path);
    if (chipKind !== undefined) return this.#readChip(chipKind, value, path);
    const allowed = schema.const === undefined ? schema.enum : [schema.const];
    if (allowed?.includes(value) === false)
      return this.#report(
        path,
        'value',
        `${subject(path)} cannot be "${value}"`,
        suggestion(value, allowed.map(String)),
      );
    const length = [...value].length;
    if (length < minLength)
      return this.#report(path, 'range', `${subject(path)} is empty`, 'write a text, or remove the property');
    if (length > maxLength) {
      const message = `${subject(path)} has ${length} characters`;
      return this.#report(path, 'range', message, `it may have at most ${maxLength}`);
    }
    if (schema.pattern !== undefined && !patternOf(schema.pattern).test(value)) {
      const hint = schema.patternErrorMessage ?? `it must match ${schema.pattern}`;
      return this.#report(path, 'pattern', `${subject(path)} cannot be "${value}"`, hint);
    }
    this.#readReference(schema, value, path);
    return value;
  }

  #readChip(kind: 'device' | 'mux', name: string, path: string): unknown {
    const spec = findChip(name);
    if (spec !== undefined && (spec.kind === 'mux') === (kind === 'mux')) return name;
    const hint = suggestion(name, chipNames(kind));
    return this.#report(path, 'unknown-chip', `no ${kind} chip "${name}" is known`, hint);
  }

  #readReference(schema: Schema, name: string, path: string): void {
    const { 'x-ref': noun, 'x-direction': direction, 'x-shared': shared } = schema;
    const demand = schema[checks]?.demand;
    if (noun === undefined) return;
    this.references.push({
      ...{ path, name, noun },
      ...(direction === undefined ? {} : { direction }),
      ...(shared === undefined ? {} : { shared }),
      ...(demand === undefined ? {} : { demand }),
    });
  }

  #readQuantity(unit: Unit, value: unknown, path: string): unknown {
    const number = typeof value === 'string' ? parseQuantity(value, unit) : undefined;
    if (number !== undefined) return number;
    const message =
      typeof value === 'number'
        ? `${subject(path)} has no unit: ${value}`
        : `${subject(path)} is ${kindOf(value)}, not a quantity`;
    const likely = typeof value === 'string' ? likelyQuantity(value, unit) : undefined;
    const form = `a number and one of ${unitNames(unit).join(', ')}; for example ${exampleQuantity(unit)}`;
    return this.#report(path, 'unit', message, likely === undefined ? form : `did you mean "${likely}"?`);
  }

  #report(path: string, rule: string, message: string, hint: string): undefined {
    this.findings.push({ path, rule, message, hint });
  }
}

/** The value at a JSON pointer, in words: `"poll"`, `entry 3 of "devices"`. */
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
