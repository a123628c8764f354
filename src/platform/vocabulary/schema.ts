/**
 * Builders of the descriptor vocabulary. What they return is a JSON schema that carries the TypeScript type of the loaded
 * value, its rules and its documentation, so that one declaration serves the checker, editors, the reference page and
 * the compiler.
 *
 * Keywords of our own: `x-unit` (unit of the loaded number of a quantity), `x-ref` (kind of entry that a name refers to),
 * `x-direction` (direction that the line must have), `x-shared` (whether an output may serve several lights), `x-chip`
 * (kind of chip that fits), `x-declares` (this text is the id of an entry), `x-key` (property that identifies the items of
 * a list), `x-default` and `x-example` (documentation).
 */
import type { Loose, Rules } from './rule.ts';

declare const facts: unique symbol;
/** Key under which a schema carries its checks: they are functions, which JSON leaves out. */
export const checks = Symbol('checks');

export type Unit = 'ms' | 'Ohm' | 'Hz' | 'V' | 'A' | 'W';
export type Direction = 'in' | 'out';

/** An id declares an entry of one kind. Ids are unique within `space`, or within their list where `isLocal`. */
export interface Declares {
  readonly noun: string;
  readonly space: string;
  readonly isLocal?: true;
}

/** The rule that the entry which a reference names breaks; undefined when the entry fits. */
export type Demand<T> = {
  demand(target: T): { readonly rule: string; readonly message: string; readonly hint: string } | undefined;
}['demand'];

/** A JSON schema whose values load as `T`. */
export interface Schema<T = unknown> {
  readonly [facts]?: T;
  readonly [checks]?: { readonly rules?: Rules<unknown>; readonly demand?: Demand<unknown> };
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
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
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly patternErrorMessage?: string;
  readonly enum?: readonly (string | number)[];
  readonly const?: string;
  /** Forms that the property `kind` tells apart. */
  readonly anyOf?: readonly Schema[];
  readonly 'x-unit'?: Unit;
  readonly 'x-ref'?: string;
  readonly 'x-direction'?: Direction;
  readonly 'x-shared'?: 'lights' | 'lamp';
  readonly 'x-chip'?: 'device' | 'mux';
  readonly 'x-declares'?: Declares;
  readonly 'x-key'?: string;
  readonly 'x-default'?: string;
  readonly 'x-example'?: string;
}

/** A property that may be left out. */
export interface Optional<T = unknown> {
  readonly optional: true;
  readonly schema: Schema<T>;
}

export type Properties = Readonly<Record<string, Schema | Optional>>;
type OptionalNames<P> = { [Name in keyof P]: P[Name] extends Optional ? Name : never }[keyof P];
type Flat<T> = { [Name in keyof T]: T[Name] };
type ObjectFacts<P> = Flat<
  { [Name in Exclude<keyof P, OptionalNames<P>>]: Facts<P[Name]> } & {
    [Name in OptionalNames<P>]?: Facts<P[Name]>;
  }
>;

/** Type of the loaded value of a schema. */
export type Facts<S> = S extends Optional<infer T> ? T : S extends Schema<infer T> ? T : never;

/** Documentation of a section of the descriptor: an example in YAML. */
interface Documented {
  readonly example?: string;
}
const documented = ({ example }: Documented) => (example === undefined ? {} : { 'x-example': example });

/** A mapping with these properties and no others. */
export function object<const P extends Properties>(
  properties: P,
  description: string,
  { rules, ...rest }: Documented & { readonly rules?: Rules<Loose<ObjectFacts<P>>> } = {},
): Schema<ObjectFacts<P>> {
  const entries = Object.entries(properties);
  const required = entries.flatMap(([name, property]) => ('optional' in property ? [] : [name]));
  return {
    type: 'object',
    ...(required.length === 0 ? {} : { required }),
    properties: Object.fromEntries(
      entries.map(([name, property]) => [name, 'optional' in property ? property.schema : property]),
    ),
    additionalProperties: false,
    description,
    ...documented(rest),
    ...(rules === undefined ? {} : { [checks]: { rules } }),
  };
}

/** `schema` with rules for its values. */
export const withRules = <T>(schema: Schema<T>, rules: Rules<Loose<T>>): Schema<T> => ({
  ...schema,
  [checks]: { rules },
});

/** `schema` with an example for the reference page. */
export const withExample = <T>(schema: Schema<T>, example: string): Schema<T> => ({
  ...schema,
  'x-example': example,
});

/** A property that may be left out; `otherwise` says in words what holds then. */
export const optional = <T>(schema: Schema<T>, otherwise?: string): Optional<T> => ({
  optional: true,
  schema: otherwise === undefined ? schema : { ...schema, 'x-default': otherwise },
});

/** A list; `key` is the property that identifies its items where that is not `id`. */
export function list<T>(
  items: Schema<T>,
  description: string,
  options: Documented & {
    readonly minItems?: number;
    readonly maxItems?: number;
    readonly key?: string;
    readonly rules?: Rules<Loose<T[]>>;
  } = {},
): Schema<T[]> {
  const { rules, key = items.required?.includes('id') ? 'id' : undefined, example, ...limits } = options;
  return {
    type: 'array',
    items,
    ...limits,
    description,
    ...(key === undefined ? {} : { 'x-key': key }),
    ...documented(example === undefined ? {} : { example }),
    ...(rules === undefined ? {} : { [checks]: { rules } }),
  };
}

/** A mapping from names of the given pattern to values; `words` describes the pattern. */
export function record<T>(
  names: { readonly pattern: string; readonly words: string; readonly declares?: Declares },
  value: Schema<T>,
  description: string,
  options: Documented & { readonly rules?: Rules<Loose<Record<string, T>>> } = {},
): Schema<Record<string, T>> {
  const { rules, ...rest } = options;
  return {
    type: 'object',
    patternProperties: { [names.pattern]: value },
    additionalProperties: false,
    patternErrorMessage: names.words,
    description,
    ...(names.declares === undefined ? {} : { 'x-declares': names.declares }),
    ...documented(rest),
    ...(rules === undefined ? {} : { [checks]: { rules } }),
  };
}

/** One of several forms of a mapping, told apart by `kind`. */
export const kinds = <const S extends readonly Schema[]>(
  forms: S,
  description: string,
): Schema<Facts<S[number]>> => ({ anyOf: forms, description });

/** The value of `kind` of one form. */
export const kind = <const Name extends string>(name: Name): Schema<Name> => ({
  type: 'string',
  const: name,
});

export const text = (
  description: string,
  options: { readonly minLength?: number; readonly maxLength?: number } = {},
): Schema<string> => ({
  type: 'string',
  minLength: 1,
  ...options,
  description,
});

export const flag = (description: string): Schema<boolean> => ({ type: 'boolean', description });

interface Bounds {
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
}
export const number = (description: string, bounds: Bounds = {}): Schema<number> => ({
  type: 'number',
  ...bounds,
  description,
});
export const integer = (description: string, bounds: Bounds = {}): Schema<number> => ({
  type: 'integer',
  ...bounds,
  description,
});

/** One of these words. */
export const choice = <const T extends readonly string[]>(
  values: T,
  description: string,
): Schema<T[number]> => ({ type: 'string', enum: values, description });

/** One of these whole numbers. */
export const integerChoice = <const T extends readonly number[]>(
  values: T,
  description: string,
): Schema<T[number]> => ({ type: 'integer', enum: values, description });

/** A number with its unit in the file (`250 uOhm`), a plain number in `unit` after loading. */
export const quantity = (unit: Unit, description: string): Schema<number> => ({
  type: 'string',
  'x-unit': unit,
  description,
});
/** A time with its unit in the file (`1 s`), milliseconds after loading. */
export const duration = (description: string): Schema<number> => quantity('ms', description);

/** Pattern of ids, and that pattern in words. */
export const idPattern = {
  pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$',
  words: 'up to 64 letters, digits, dots, dashes and underscores, a letter or digit first',
} as const;

/** The id of an entry of kind `noun`. */
export const id = (
  noun: string,
  {
    space = noun,
    isLocal,
    description = `Id of the ${noun}; part of its URI.`,
  }: Partial<Declares & { description: string }> = {},
): Schema<string> => ({
  type: 'string',
  pattern: idPattern.pattern,
  patternErrorMessage: idPattern.words,
  description,
  'x-declares': { noun, space, ...(isLocal === undefined ? {} : { isLocal }) },
});

/** The id of an entry of kind `noun`, declared elsewhere; `demand` tells whether the entry fits. */
export const ref = <T>(noun: string, description: string, demand?: Demand<T>): Schema<string> => ({
  type: 'string',
  'x-ref': noun,
  description,
  ...(demand === undefined ? {} : { [checks]: { demand } }),
});

/**
 * The name of a line that has this direction. An output serves one place, except for lights: an indicator shares its line
 * with other indicators (`lights`) and with one lamp of the panel (`lamp`).
 */
export const lineRef = (
  direction: Direction,
  description: string,
  shared?: 'lights' | 'lamp',
): Schema<string> => ({
  ...ref('line', description),
  'x-direction': direction,
  ...(shared === undefined ? {} : { 'x-shared': shared }),
});

/** A chip type, by any name in the `compatible` list of its driver. */
export const chip = (of: 'device' | 'mux'): Schema<string> => ({
  type: 'string',
  'x-chip': of,
  description: 'Chip type: any name in the `compatible` list of its driver.',
});
