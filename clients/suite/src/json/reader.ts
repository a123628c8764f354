/** A reader of JSON (RFC 8259) that goes on after what a strict parser refuses, and lists it. */
import type { Node } from './node.ts';

/** What the text has that RFC 8259 does not allow, or leaves open (clause 4: names should be unique). */
export interface Problem {
  readonly kind: 'syntax' | 'bom' | 'number' | 'duplicate' | 'depth';
  readonly at: number;
  readonly message: string;
}

export interface Read {
  /** Undefined where the text could not be read to its end. */
  readonly root: Node | undefined;
  readonly problems: readonly Problem[];
}

const deepest = 200;
const spaces = /[ \t\n\r]*/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const notNumber = /[-+]?(?:NaN|Infinity|0[xX][0-9a-fA-F]+|0\d+(?:\.\d+)?|\.\d+|\d+\.(?!\d)|\+\d+(?:\.\d+)?)/y;
/** Everything but quotes, backslashes and control characters. */
const plainText = /[ !#-[\]-\uffff]*/y;
const escaped = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const words = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const;

class SyntaxProblem extends Error {
  readonly at: number;
  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

class Reader {
  readonly problems: Problem[] = [];
  readonly #text: string;
  #at: number;

  constructor(text: string) {
    this.#text = text;
    this.#at = text.startsWith('\uFEFF') ? 1 : 0;
    if (this.#at === 1)
      this.problems.push({ kind: 'bom', at: 0, message: 'the text begins with a byte order mark' });
  }

  whole(): Node {
    const root = this.#value(0);
    this.#skip();
    if (this.#at < this.#text.length) throw this.#fault('nothing may follow the value');
    return root;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #skip(): void {
    this.#match(spaces);
  }

  #fault(wanted: string): SyntaxProblem {
    const found = this.#text[this.#at];
    return new SyntaxProblem(
      this.#at,
      `${wanted}; found ${found === undefined ? 'the end of the text' : JSON.stringify(found)}`,
    );
  }

  #value(depth: number): Node {
    this.#skip();
    if (depth > deepest) throw new SyntaxProblem(this.#at, `values are nested deeper than ${deepest}`);
    const at = this.#at;
    const first = this.#text[at];
    if (first === '{') return this.#object(depth);
    if (first === '[') return this.#array(depth);
    if (first === '"') return { kind: 'string', at, value: this.#string() };
    for (const [word, value] of words) {
      if (!this.#text.startsWith(word, at)) continue;
      this.#at += word.length;
      return value === null ? { kind: 'null', at } : { kind: 'boolean', at, value };
    }
    return this.#number();
  }

  #number(): Node {
    const at = this.#at;
    const wrong = this.#match(notNumber);
    if (wrong !== undefined) {
      this.problems.push({ kind: 'number', at, message: `${wrong} is no number of JSON` });
      return { kind: 'number', at, text: wrong, value: Number(wrong) };
    }
    const text = this.#match(number);
    if (text === undefined) throw this.#fault('a value was expected');
    return { kind: 'number', at, text, value: Number(text) };
  }

  #string(): string {
    const start = this.#at;
    this.#at += 1;
    let decode = false;
    for (;;) {
      this.#match(plainText);
      if (this.#text[this.#at] === '"') break;
      if (this.#match(escaped) === undefined) throw this.#fault('a character of the string was expected');
      decode = true;
    }
    this.#at += 1;
    const raw = this.#text.slice(start, this.#at);
    return decode ? (JSON.parse(raw) as string) : raw.slice(1, -1);
  }

  #object(depth: number): Node {
    const at = this.#at;
    const members = new Map<string, Node>();
    this.#at += 1;
    this.#skip();
    if (this.#text[this.#at] === '}') this.#at += 1;
    else
      for (;;) {
        this.#skip();
        const place = this.#at;
        if (this.#text[place] !== '"') throw this.#fault('a name in quotes was expected');
        const name = this.#string();
        this.#skip();
        if (this.#text[this.#at] !== ':') throw this.#fault(`a colon was expected after "${name}"`);
        this.#at += 1;
        if (members.has(name))
          this.problems.push({
            kind: 'duplicate',
            at: place,
            message: `"${name}" stands twice in one object`,
          });
        members.set(name, this.#value(depth + 1));
        if (this.#ends('}')) break;
      }
    return { kind: 'object', at, members };
  }

  #array(depth: number): Node {
    const at = this.#at;
    const items: Node[] = [];
    this.#at += 1;
    this.#skip();
    if (this.#text[this.#at] === ']') this.#at += 1;
    else
      for (;;) {
        items.push(this.#value(depth + 1));
        if (this.#ends(']')) break;
      }
    return { kind: 'array', at, items };
  }

  /** Whether the list ends here; it goes on after a comma. */
  #ends(close: string): boolean {
    this.#skip();
    const found = this.#text[this.#at];
    if (found !== close && found !== ',') throw this.#fault(`a comma or ${close} was expected`);
    this.#at += 1;
    return found === close;
  }
}

/** Reads a text. Never throws: what is wrong is among the problems. */
export function readJson(text: string): Read {
  const reader = new Reader(text);
  try {
    return { root: reader.whole(), problems: reader.problems };
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    return {
      root: undefined,
      problems: [...reader.problems, { kind: 'syntax', at: error.at, message: error.message }],
    };
  }
}
