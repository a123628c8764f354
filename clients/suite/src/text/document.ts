/** JSON and YAML files with the line and column of each value, and every problem of a file in one list. */
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';

/** What is wrong in a file. Line and column count from 1. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** JSON pointer (RFC 6901) of the value. */
  readonly pointer: string;
  readonly message: string;
  readonly suggestion: string;
}

export type Path = readonly (string | number)[];

/** RFC 6901: `~` and `/` of names are escaped. */
export const pointerOf = (path: Path): string =>
  path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** `file:line:column: message (suggestion)` */
export const problemText = ({ file, line, column, message, suggestion }: Problem): string =>
  `${file}:${line}:${column}: ${message}${suggestion ? ` (${suggestion})` : ''}`;

/** A parsed file that can place its values. */
export class SourceText {
  readonly file: string;
  readonly value: unknown;
  /** Errors of syntax; the value is undefined when there are any. */
  readonly problems: readonly Problem[];
  readonly #lines = new LineCounter();
  readonly #document: Document;

  constructor(file: string, text: string) {
    this.file = file;
    this.#document = parseDocument(text.replace(/^\uFEFF/, ''), {
      lineCounter: this.#lines,
      prettyErrors: false,
      // YAML 1.2 core reads JSON as it is; a key given twice is an error in both.
      uniqueKeys: true,
    });
    const problems = this.#document.errors.map((error) => ({
      file,
      ...this.#at(error.pos[0]),
      pointer: '',
      message: error.message,
      suggestion: '',
    }));
    let value: unknown;
    try {
      if (!problems.length) value = this.#document.toJS({ maxAliasCount: 100 });
    } catch (error) {
      // An alias without its anchor, or one that expands without end, is found only here.
      problems.push({ file, line: 1, column: 1, pointer: '', message: String(error), suggestion: '' });
    }
    this.value = value;
    this.problems = problems;
  }

  #at(offset: number): { line: number; column: number } {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  /** Where a value begins; that of its nearest parent when it is not there. */
  place(path: Path, ofKey = false): { line: number; column: number } {
    for (let length = path.length; length >= 0; length--) {
      const found = path.slice(0, length);
      if (ofKey && length === path.length && length > 0) {
        const parent = this.#document.getIn(found.slice(0, -1), true);
        const name = found.at(-1);
        const pair = isMap(parent)
          ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(name))
          : undefined;
        if (pair && isNode(pair.key) && pair.key.range) return this.#at(pair.key.range[0]);
      }
      const node = length ? this.#document.getIn(found, true) : this.#document.contents;
      if (isNode(node) && node.range) return this.#at(node.range[0]);
    }
    return { line: 1, column: 1 };
  }

  problem(path: Path, message: string, suggestion = '', ofKey = false): Problem {
    return {
      file: this.file,
      ...this.place(path, ofKey),
      pointer: pointerOf(path),
      message,
      suggestion,
    };
  }
}
