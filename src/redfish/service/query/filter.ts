/**
 * `$filter` expressions (DSP0266 clause 7.3.4): comparisons of a property path with a value, joined by `and`, `or`, `not`
 * and parentheses.
 */
import type { Json } from '../json.ts';

export type Comparison = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le';
export type Literal = string | number | boolean | null;
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'not'; readonly operand: Filter }
  | {
      readonly kind: 'compare';
      readonly path: readonly string[];
      readonly operator: Comparison;
      readonly value: Literal;
    };

/** The expression cannot be understood; `message` says where and why. */
export class FilterError extends Error {}

const tokenPattern =
  /\s*(?:(\()|(\))|'((?:[^']|'')*)'|(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)(?![\w:-])|([A-Za-z@_][\w@.]*(?:\/[A-Za-z@_][\w@.]*)*)|(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[-+ ]\d\d:\d\d)))/y;
/** Each comparison, and what it is with its sides exchanged. */
const exchanged = { eq: 'eq', ne: 'ne', gt: 'lt', ge: 'le', lt: 'gt', le: 'ge' } as const;
const isComparison = (word: string): word is Comparison => Object.hasOwn(exchanged, word);
const maxLength = 2000;
const maxDepth = 30;

interface Token {
  readonly kind: '(' | ')' | 'word' | 'literal';
  readonly text: string;
  readonly value?: string | number;
  readonly at: number;
}

function tokenize(text: string): Token[] {
  if (text.length > maxLength) throw new FilterError(`longer than ${maxLength} characters`);
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < text.length) {
    const at = tokenPattern.lastIndex;
    if (text.slice(at).trim() === '') break;
    const match = tokenPattern.exec(text);
    if (match === null)
      throw new FilterError(`cannot read ${text.slice(at, at + 20).trim()} at character ${at + 1}`);
    const [, open, close, string, number, word, date] = match;
    if (open !== undefined) tokens.push({ kind: '(', text: open, at });
    else if (close !== undefined) tokens.push({ kind: ')', text: close, at });
    else if (string !== undefined) {
      tokens.push({ kind: 'literal', text: string, value: string.replaceAll("''", "'"), at });
    } else if (number !== undefined)
      tokens.push({ kind: 'literal', text: number, value: Number(number), at });
    // A plus sign in a query string arrives as a space unless the client escaped it.
    else if (date !== undefined)
      tokens.push({ kind: 'literal', text: date, value: date.replace(' ', '+'), at });
    else tokens.push({ kind: 'word', text: word ?? '', at });
  }
  return tokens;
}

/** @throws FilterError */
export function parseFilter(text: string): Filter {
  const tokens = tokenize(text);
  let next = 0;
  const fail = (wanted: string): never => {
    const token = tokens[next];
    throw new FilterError(
      token === undefined
        ? `${wanted} missing at the end`
        : `${wanted} expected instead of '${token.text.slice(0, 40)}'`,
    );
  };
  const word = (text: string): boolean => {
    const token = tokens[next];
    if (token?.kind !== 'word' || token.text !== text) return false;
    next += 1;
    return true;
  };
  const either = (depth: number): Filter => {
    let left = both(depth);
    while (word('or')) left = { kind: 'or', left, right: both(depth) };
    return left;
  };
  const both = (depth: number): Filter => {
    let left = unary(depth);
    while (word('and')) left = { kind: 'and', left, right: unary(depth) };
    return left;
  };
  const unary = (depth: number): Filter => {
    if (depth > maxDepth) throw new FilterError(`nested deeper than ${maxDepth}`);
    if (word('not')) return { kind: 'not', operand: unary(depth + 1) };
    if (tokens[next]?.kind === '(') {
      next += 1;
      const inner = either(depth + 1);
      if (tokens[next]?.kind !== ')') fail("')'");
      next += 1;
      return inner;
    }
    return comparison();
  };
  const comparison = (): Filter => {
    const left = operand();
    const token = tokens[next];
    if (token?.kind !== 'word' || !isComparison(token.text)) return fail('eq, ne, gt, ge, lt or le');
    next += 1;
    const right = operand();
    const operator = token.text;
    if (Array.isArray(left) && !Array.isArray(right))
      return { kind: 'compare', path: left, operator, value: right };
    if (!Array.isArray(left) && Array.isArray(right))
      return { kind: 'compare', path: right, operator: exchanged[operator], value: left };
    next -= 1;
    return fail(Array.isArray(left) ? "a value, within '' if it is text," : 'a property');
  };
  /** A property's path, or a value. */
  const operand = (): string[] | Literal => {
    const token = tokens[next];
    if (token?.kind !== 'word' && token?.kind !== 'literal') return fail('a property or a value');
    next += 1;
    if (token.value !== undefined) return token.value;
    if (token.text === 'null') return null;
    if (token.text === 'true' || token.text === 'false') return token.text === 'true';
    return token.text.split('/');
  };
  const filter = either(0);
  if (next < tokens.length) fail("'and' or 'or'");
  return filter;
}

/** What stands at a path; undefined where there is nothing, and inside arrays. */
function valueAt(path: readonly string[], object: Json): Json | undefined {
  let at: Json | undefined = object;
  for (const name of path) {
    if (at === null || typeof at !== 'object' || Array.isArray(at)) return undefined;
    at = Object.hasOwn(at, name) ? (at as Readonly<Record<string, Json | undefined>>)[name] : undefined;
  }
  return at;
}

const datePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/** Whether a text is a time, which compares as an instant and not by its letters. */
export const isTime = (text: string): boolean => datePattern.test(text) && !Number.isNaN(Date.parse(text));

/** -1, 0 or 1, or undefined where two values have no order. */
function order(left: Json, right: Json): number | undefined {
  if (typeof left === 'number' && typeof right === 'number') return Math.sign(left - right);
  if (typeof left !== 'string' || typeof right !== 'string') return undefined;
  if (isTime(left) && isTime(right)) return Math.sign(Date.parse(left) - Date.parse(right));
  return left < right ? -1 : left > right ? 1 : 0;
}

/** An absent property equals null and is neither greater nor less than anything. */
function compare(operator: Comparison, left: Json, right: Literal): boolean {
  const sign = order(left, right);
  const equal = sign === undefined ? left === right : sign === 0;
  switch (operator) {
    case 'eq':
      return equal;
    case 'ne':
      return !equal;
    case 'gt':
      return sign === 1;
    case 'ge':
      return sign === 1 || sign === 0;
    case 'lt':
      return sign === -1;
    case 'le':
      return sign === -1 || sign === 0;
  }
}

/** Whether `object`, a member as its own GET shows it, passes the filter. */
export function passes(filter: Filter, object: Json): boolean {
  switch (filter.kind) {
    case 'and':
      return passes(filter.left, object) && passes(filter.right, object);
    case 'or':
      return passes(filter.left, object) || passes(filter.right, object);
    case 'not':
      return !passes(filter.operand, object);
    case 'compare':
      return compare(filter.operator, valueAt(filter.path, object) ?? null, filter.value);
  }
}
