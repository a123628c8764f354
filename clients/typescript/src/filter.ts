/** `$filter` (DSP0266 "The $filter query parameter") evaluated here, for services that cannot. */
import { RedfishError } from './errors.ts';
import { isObject, valueAt } from './json.ts';

type Test = (resource: unknown) => boolean;
type Operand = (resource: unknown) => unknown;

const token = /\s*(\(|\)|'(?:[^']|'')*'|[^\s()']+)/y;

function tokens(text: string): string[] {
  const found: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.trimEnd().length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (!match?.[1]) throw broken(text, `cannot be read at character ${at + 1}`);
    found.push(match[1]);
  }
  return found;
}

const broken = (text: string, why: string): RedfishError =>
  new RedfishError(
    'usage',
    `the filter "${text}" ${why}: write it like "Severity eq 'Critical' and (EventId ne '7')"`,
  );

const comparable = (value: unknown): value is number | string =>
  typeof value === 'number' || typeof value === 'string';

/** An ordering of two numbers or two strings; any other pair is unordered. */
function ordered(a: unknown, b: unknown, holds: (sign: number) => boolean): boolean {
  if (!comparable(a) || !comparable(b) || typeof a !== typeof b) return false;
  return holds(a < b ? -1 : a > b ? 1 : 0);
}

const comparisons: Readonly<Record<string, (a: unknown, b: unknown) => boolean>> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  gt: (a, b) => ordered(a, b, (sign) => sign > 0),
  ge: (a, b) => ordered(a, b, (sign) => sign >= 0),
  lt: (a, b) => ordered(a, b, (sign) => sign < 0),
  le: (a, b) => ordered(a, b, (sign) => sign <= 0),
};

const words: Readonly<Record<string, unknown>> = { true: true, false: false, null: null };

function operand(word: string): Operand {
  if (word.startsWith("'")) return () => word.slice(1, -1).replaceAll("''", "'");
  if (Object.hasOwn(words, word)) return () => words[word];
  const number = Number(word);
  if (!Number.isNaN(number)) return () => number;
  return (resource) => valueAt(resource, word);
}

/** Grammar: or → and ("or" and)*; and → not ("and" not)*; not → "not" not | "(" or ")" | operand comparison operand. */
class Parser {
  readonly #text: string;
  readonly #words: string[];

  constructor(text: string) {
    this.#text = text;
    this.#words = tokens(text);
  }

  parse(): Test {
    const test = this.#or();
    if (this.#words.length) throw broken(this.#text, `goes on after its end with "${this.#words[0]}"`);
    return test;
  }

  #or(): Test {
    let test = this.#and();
    while (this.#take('or')) {
      const [left, right] = [test, this.#and()];
      test = (resource) => left(resource) || right(resource);
    }
    return test;
  }

  #and(): Test {
    let test = this.#not();
    while (this.#take('and')) {
      const [left, right] = [test, this.#not()];
      test = (resource) => left(resource) && right(resource);
    }
    return test;
  }

  #not(): Test {
    if (this.#take('not')) {
      const test = this.#not();
      return (resource) => !test(resource);
    }
    if (this.#take('(')) {
      const test = this.#or();
      if (!this.#take(')')) throw broken(this.#text, 'lacks a closing parenthesis');
      return test;
    }
    const [left, name, right] = this.#words.splice(0, 3);
    const compare = name !== undefined && Object.hasOwn(comparisons, name) ? comparisons[name] : undefined;
    if (left === undefined || right === undefined || !compare)
      throw broken(
        this.#text,
        `needs property, comparison (${Object.keys(comparisons).join(', ')}) and value`,
      );
    const [a, b] = [operand(left), operand(right)];
    return (resource) => compare(a(resource), b(resource));
  }

  #take(word: string): boolean {
    if (this.#words[0] !== word) return false;
    this.#words.shift();
    return true;
  }
}

/** The test that a filter expression stands for. @throws RedfishError `usage` for one that cannot be read */
export function parseFilter(text: string): (resource: unknown) => boolean {
  const test = new Parser(text).parse();
  return (resource) => isObject(resource) && test(resource);
}
