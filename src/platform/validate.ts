/** Checks data against platform/schema.json and says in plain words what does not fit. */
import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { schemaFile } from './files.ts';
import type { Finding } from './finding.ts';
import { suggestion } from './nearest.ts';
import { pointer, pointerSteps } from './source.ts';
import { exampleQuantity, writtenUnits } from './units.ts';

/** What the checker reads of a JSON schema. */
export interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly enum?: readonly string[];
  readonly description?: string;
  readonly patternErrorMessage?: string;
  readonly 'x-unit'?: string;
  readonly 'x-ref'?: string;
  readonly 'x-direction'?: 'in' | 'out';
  readonly 'x-chip'?: 'device' | 'mux';
}

/** Calls `visit` for each text in `value` that a schema describes; what it returns takes the place of the text. */
export function eachText(
  schema: Schema,
  value: unknown,
  path: string,
  visit: (schema: Schema, text: string, path: string) => unknown,
): unknown {
  if (typeof value === 'string') return visit(schema, value, path);
  if (Array.isArray(value)) {
    const { items = {} } = schema;
    return value.map((item, index) => eachText(items, item, pointer(path, index), visit));
  }
  if (typeof value !== 'object' || value === null) return value;
  const [anyMember = {}] = Object.values(schema.patternProperties ?? {});
  const members = Object.entries(value).map(([name, member]) => {
    const part = schema.properties?.[name] ?? anyMember;
    return [name, eachText(part, member, pointer(path, name), visit)];
  });
  return Object.fromEntries(members);
}

interface Checker {
  readonly schema: Schema;
  readonly validate: ValidateFunction;
}
let checker: Checker | undefined;

function load(): Checker {
  const { definitions } = JSON.parse(readFileSync(schemaFile(), 'utf8')) as {
    definitions: { board: Schema };
  };
  // Keywords of our own and `patternErrorMessage` are annotations to ajv, hence not strict.
  const ajv = new Ajv({ allErrors: true, verbose: true, strict: false, validateFormats: false });
  return { schema: definitions.board, validate: ajv.compile(definitions.board) };
}

/** The schema of a whole board. */
export function boardSchema(): Schema {
  checker ??= load();
  return checker.schema;
}

/** Everything in `value` that does not fit the schema. */
export function validate(value: unknown): Finding[] {
  checker ??= load();
  if (checker.validate(value)) return [];
  const errors = checker.validate.errors ?? [];
  const mistyped = new Set(errors.filter(isTypeError).map(({ instancePath }) => instancePath));
  return errors.filter((error) => isTypeError(error) || !mistyped.has(error.instancePath)).map(describe);
}

const isTypeError = ({ keyword }: ErrorObject) => keyword === 'type';

type Words = Omit<Finding, 'path'> & { readonly path?: string };
interface Context {
  readonly error: ErrorObject;
  readonly schema: Schema;
  readonly path: string;
  /** What is wrong, for the start of a sentence. */
  readonly subject: string;
  /** The value as text. */
  readonly shown: string;
  /** A parameter of the error. */
  parameter(name: string): string;
}

const typeWords: Readonly<Record<string, string>> = {
  object: 'a mapping of names to values',
  array: 'a list',
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};

const range =
  (bound: string) =>
  (context: Context): Words => ({
    rule: 'range',
    message: `${context.subject} is ${context.shown}`,
    hint: `it must be ${bound} ${context.parameter('limit')}`,
  });

/** What is said of a value that breaks a keyword of JSON Schema. */
const sentences: Readonly<Record<string, (context: Context) => Words>> = {
  type({ error, schema, subject, shown, parameter }) {
    const wanted = typeWords[parameter('type')] ?? parameter('type');
    const quoted = schema.type === 'string' && typeof error.data !== 'object';
    const hint = quoted ? `put it in quotes: "${shown}"` : `write ${wanted}`;
    return { rule: 'type', message: `${subject} is ${kindOf(error.data)}, not ${wanted}`, hint };
  },
  required({ schema, subject, parameter }) {
    const missing = parameter('missingProperty');
    const what = schema.properties?.[missing]?.description;
    const hint = what === undefined ? `add "${missing}"` : `add "${missing}": ${what}`;
    return { rule: 'missing-property', message: `${subject} has no "${missing}"`, hint };
  },
  additionalProperties({ path, schema, subject, parameter }) {
    const name = parameter('additionalProperty');
    const member = { path: pointer(path, name), at: 'name' as const };
    if (schema.patternProperties !== undefined) {
      const hint = schema.patternErrorMessage ?? 'see platform/schema.json';
      return { ...member, rule: 'pattern', message: `${subject} cannot hold the name "${name}"`, hint };
    }
    const hint = suggestion(name, Object.keys(schema.properties ?? {}));
    return { ...member, rule: 'unknown-property', message: `${subject} has no property "${name}"`, hint };
  },
  enum({ schema, subject, shown }) {
    const rule = schema['x-chip'] === undefined ? 'value' : 'unknown-chip';
    const message =
      rule === 'value' ? `${subject} cannot be "${shown}"` : `there is no chip "${shown}" for ${subject}`;
    return { rule, message, hint: suggestion(shown, schema.enum ?? []) };
  },
  const: ({ subject, shown, parameter }) => ({
    rule: 'value',
    message: `${subject} cannot be "${shown}"`,
    hint: `it must be "${parameter('allowedValue')}"`,
  }),
  pattern: ({ schema, subject, shown, parameter }) => ({
    rule: 'pattern',
    message: `${subject} cannot be "${shown}"`,
    hint: schema.patternErrorMessage ?? `it must match ${parameter('pattern')}`,
  }),
  minimum: range('at least'),
  maximum: range('at most'),
  exclusiveMinimum: range('more than'),
  exclusiveMaximum: range('less than'),
  minLength: ({ subject }) => ({
    rule: 'range',
    message: `${subject} is empty`,
    hint: 'write something, or leave it out',
  }),
  minItems: ({ subject, parameter }) => ({
    rule: 'range',
    message: `${subject} has too few entries`,
    hint: `it needs at least ${parameter('limit')}`,
  }),
  maxItems: ({ subject, parameter }) => ({
    rule: 'range',
    message: `${subject} has too many entries`,
    hint: `it may have at most ${parameter('limit')}`,
  }),
};

/** What is said of a quantity, whatever is wrong with it. */
function unitSentence({ error, subject, shown }: Context, unit: string): Words {
  const hint = `a number and one of ${writtenUnits(unit).join(', ')}; for example ${exampleQuantity(unit)}`;
  const message =
    typeof error.data === 'number' ? `${subject} has no unit: ${shown}` : `${subject} cannot be "${shown}"`;
  return { rule: 'unit', message, hint };
}

function describe(error: ErrorObject): Finding {
  const { keyword, instancePath: path, data } = error;
  const schema = (error.parentSchema ?? {}) as Schema;
  const context: Context = {
    ...{ error, schema, path, subject: subjectOf(path) },
    shown: typeof data === 'object' ? kindOf(data) : String(data),
    parameter: (name) => String((error.params as Record<string, unknown>)[name]),
  };
  const unit = schema['x-unit'];
  if (unit !== undefined) return { path, ...unitSentence(context, unit) };
  const sentence = sentences[keyword];
  // A keyword of the schema without a sentence is a mistake in this file, which its test notices.
  if (sentence === undefined) throw new Error(`no words for the JSON Schema keyword "${keyword}"`);
  return { path, ...sentence(context) };
}

/** The thing at a JSON pointer in words: `"poll"`, `entry 3 of "devices"`. */
function subjectOf(path: string): string {
  const steps = pointerSteps(path);
  const [last, before] = [steps.at(-1), steps.at(-2)];
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
