/** Checks a document against a table of shapes; every problem with its place and the nearest allowed word. */
import { isObject } from '@redfishd/client';
import type { Path, Problem, SourceText } from './document.ts';
import { suggestion } from './suggest.ts';

/** What a value may be. An object's `keys` are closed; `each` names the shape of all its values. */
export type Shape =
  | 'string'
  | 'date'
  | 'filled'
  | 'boolean'
  | 'number'
  | 'integer'
  | 'scalar'
  | 'any'
  | { readonly pattern: RegExp; readonly reads: string }
  | { readonly words: readonly string[] }
  | { readonly list: Shape }
  | { readonly each: Shape }
  | { readonly keys: Readonly<Record<string, Shape>>; readonly required?: readonly string[] }
  | { readonly choose: (value: Readonly<Record<string, unknown>>) => Shape }
  | { readonly refer: () => Shape };

type Report = (path: Path, message: string, suggestion?: string, ofKey?: boolean) => void;

const describe = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return `${typeof value} ${JSON.stringify(value)}`;
};

/** Whether a text is `YYYY-MM-DD` and a day of the calendar: `Date` reads 2026-02-30 as another day. */
function isDate(value: unknown): boolean {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value)) return false;
  const day = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
}

const scalars: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  date: isDate,
  filled: (value) => typeof value === 'string' && value.trim() !== '',
  boolean: (value) => typeof value === 'boolean',
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  integer: (value) => Number.isInteger(value),
  scalar: (value) => ['string', 'number', 'boolean'].includes(typeof value),
  any: () => true,
};

/** Shapes whose message says more than their word. */
const names: Readonly<Record<string, string>> = {
  date: 'a day of the calendar, YYYY-MM-DD',
  filled: 'a text that is not empty',
};

function walkKeys(
  value: Readonly<Record<string, unknown>>,
  shape: { readonly keys: Readonly<Record<string, Shape>>; readonly required?: readonly string[] },
  path: Path,
  report: Report,
): void {
  for (const [name, item] of Object.entries(value)) {
    const wanted = Object.hasOwn(shape.keys, name) ? shape.keys[name] : undefined;
    if (wanted === undefined)
      report([...path, name], `unknown key "${name}"`, suggestion(name, Object.keys(shape.keys)), true);
    else walkShape(item, wanted, [...path, name], report);
  }
  for (const name of shape.required ?? [])
    if (!Object.hasOwn(value, name)) report(path, `"${name}" is missing`, `add "${name}"`);
}

function walkShape(value: unknown, shape: Shape, path: Path, report: Report): void {
  if (typeof shape === 'string') {
    if (!scalars[shape]?.(value)) report(path, `expected ${names[shape] ?? shape}, found ${describe(value)}`);
  } else if ('refer' in shape) {
    walkShape(value, shape.refer(), path, report);
  } else if ('pattern' in shape) {
    if (typeof value !== 'string' || !shape.pattern.test(value))
      report(path, `expected ${shape.reads}, found ${describe(value)}`);
  } else if ('words' in shape) {
    if (typeof value !== 'string') report(path, `expected a word, found ${describe(value)}`);
    else if (!shape.words.includes(value))
      report(path, `"${value}" is not allowed here`, suggestion(value, shape.words));
  } else if ('list' in shape) {
    if (!Array.isArray(value)) report(path, `expected a list, found ${describe(value)}`);
    else for (const [index, item] of value.entries()) walkShape(item, shape.list, [...path, index], report);
  } else if (!isObject(value)) {
    report(path, `expected an object, found ${describe(value)}`);
  } else if ('choose' in shape) {
    walkShape(value, shape.choose(value), path, report);
  } else if ('each' in shape) {
    for (const [name, item] of Object.entries(value)) walkShape(item, shape.each, [...path, name], report);
  } else {
    walkKeys(value, shape, path, report);
  }
}

/** Every problem of a file: its syntax, or what differs from the shape. */
export function checkShape(source: SourceText, shape: Shape): Problem[] {
  if (source.problems.length) return [...source.problems];
  const problems: Problem[] = [];
  walkShape(source.value, shape, [], (path, message, hint = '', ofKey = false) => {
    problems.push(source.problem(path, message, hint, ofKey));
  });
  return problems;
}
