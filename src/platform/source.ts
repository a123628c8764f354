/** YAML text as a tree that remembers where each part stands. */
import { readFileSync, statSync } from 'node:fs';
import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type YAMLError,
  type Node as YamlNode,
} from 'yaml';
import type { Fault } from './fault.ts';

/** A place in a file; line and column are worked out when somebody asks. */
export interface Place {
  readonly source: Source;
  readonly offset: number;
}

export interface Source {
  readonly file: string;
  readonly lines: LineCounter;
}

export type Scalar = null | boolean | number | string;
export interface ScalarPart {
  readonly kind: 'scalar';
  readonly place: Place;
  readonly value: Scalar;
}
export interface ListPart {
  readonly kind: 'list';
  readonly place: Place;
  readonly items: readonly Part[];
}
export interface MapPart {
  readonly kind: 'map';
  readonly place: Place;
  readonly members: ReadonlyMap<string, Member>;
}
export interface Member {
  /** Where the name stands. */
  readonly place: Place;
  readonly value: Part;
}
export type Part = ScalarPart | ListPart | MapPart;

export const scalarPart = (value: Scalar, place: Place): ScalarPart => ({ kind: 'scalar', place, value });
export const listPart = (items: readonly Part[], place: Place): ListPart => ({ kind: 'list', place, items });
export const mapPart = (members: ReadonlyMap<string, Member>, place: Place): MapPart => ({
  kind: 'map',
  place,
  members,
});

export function fault(place: Place, path: string, rule: string, message: string, hint: string): Fault {
  const { line, col } = place.source.lines.linePos(place.offset);
  return {
    file: place.source.file,
    line: Math.max(line, 1),
    column: Math.max(col, 1),
    path,
    rule,
    message,
    hint,
  };
}

/** Limits against files that are no descriptors: bytes, and values once all aliases are followed. */
const mostBytes = 1 << 20;
const mostParts = 100_000;

/** Every file that went into a descriptor, the descriptor itself first, with what was read of it. */
export type FilesRead = Map<string, Uint8Array>;

/** Reads a file; `root` is missing where the text is too broken to say anything about its content. */
export function readSource(file: string, read: FilesRead): { root?: Part; faults: Fault[] } {
  const source: Source = { file, lines: new LineCounter() };
  const start: Place = { source, offset: 0 };
  let text: string;
  try {
    if (statSync(file).size > mostBytes) {
      const message = `the file is larger than ${mostBytes >> 20} MiB`;
      return { faults: [fault(start, '', 'file', message, 'a descriptor is a short text file')] };
    }
    const bytes = readFileSync(file);
    read.set(file, bytes);
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    return { faults: [fault(start, '', 'file', ...unreadable(error))] };
  }
  const document = parseDocument(text, { lineCounter: source.lines, prettyErrors: false });
  const faults = [...document.errors, ...document.warnings].map((error) => syntaxFault(source, text, error));
  if (faults.some(({ rule }) => rule !== 'duplicate-key')) return { faults };
  if (document.contents === null) {
    faults.push(fault(start, '', 'file', 'the file is empty', 'a descriptor starts with its id and name'));
    return { faults };
  }
  const reader = new Reader(source, faults);
  const root = reader.part(document.contents);
  return reader.tooLarge ? { faults } : { root, faults };
}

function unreadable(error: unknown): [message: string, hint: string] {
  if (error instanceof TypeError) return ['the file is not UTF-8 text', 'save it as UTF-8'];
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const words: Readonly<Record<string, [string, string]>> = {
    ENOENT: ['the file does not exist', 'give the path of a descriptor, such as platform/tiogapass.yaml'],
    EISDIR: ['the file is a directory', 'give the path of a descriptor in it'],
    EACCES: ['the file may not be read', 'give the user that runs this the right to read it'],
  };
  return words[code] ?? [`the file cannot be read: ${code}`, 'give the path of a readable file'];
}

function syntaxFault(source: Source, text: string, error: YAMLError): Fault {
  const place: Place = { source, offset: error.pos[0] };
  if (error.code === 'DUPLICATE_KEY') {
    const [name = ''] = /^[^\s:]+/.exec(text.slice(place.offset, place.offset + 80)) ?? [];
    return fault(place, '', 'duplicate-key', `"${name}" stands twice in one mapping`, 'keep one of them');
  }
  const [message, hint] = sentences[error.code] ?? [error.message, 'write it as yaml.org/spec/1.2.2 says'];
  return fault(place, '', 'yaml', message, hint);
}

/** The usual slips, in words of ours. */
const sentences: Readonly<Record<string, readonly [message: string, hint: string]>> = {
  BAD_INDENT: ['the indentation fits nothing around it', 'indent members of one mapping or list alike'],
  TAB_AS_INDENT: ['a tab is used for indentation', 'indent with spaces'],
  MULTIPLE_DOCS: ['a second document starts here', 'remove the "---", or make two files'],
  TAG_RESOLVE_FAILED: ['the tag is unknown', 'remove it: descriptors need none'],
  MISSING_CHAR: [
    'a quote, bracket, comma or space is missing',
    'look at what was opened before and not closed',
  ],
  UNEXPECTED_TOKEN: ['this does not belong here', 'close what was opened before, or put text in quotes'],
  MULTILINE_IMPLICIT_KEY: ['a name goes over several lines', 'write a name and its ":" on one line'],
  BLOCK_AS_IMPLICIT_KEY: [
    'a mapping starts within the line of another',
    'start it on a line of its own, or put text that contains ": " in quotes',
  ],
};

/** Turns what the YAML parser found into parts, following aliases. */
class Reader {
  tooLarge = false;
  private readonly source: Source;
  private readonly faults: Fault[];
  private parts = 0;
  private readonly anchors = new Map<string, YamlNode>();
  private readonly open = new Set<YamlNode>();

  constructor(source: Source, faults: Fault[]) {
    this.source = source;
    this.faults = faults;
  }

  part(node: unknown, near: Place = { source: this.source, offset: 0 }): Part {
    const offset = offsetOf(node);
    const place: Place = offset === undefined ? near : { source: this.source, offset };
    if (this.tooLarge || ++this.parts > mostParts) {
      if (!this.tooLarge) this.report(place, 'the file has too many values', 'use fewer aliases (*name)');
      this.tooLarge = true;
      return scalarPart(null, place);
    }
    if (isAlias(node)) return this.followed(node.source, place);
    if (isNode(node) && node.anchor !== undefined) this.anchors.set(node.anchor, node);
    if (isMap(node)) {
      const members = new Map<string, Member>();
      this.inside(node, () => {
        for (const { key, value } of node.items) {
          const name = String(isScalar(key) ? key.value : key);
          const keyPlace = this.placeOf(key, place);
          members.set(name, { place: keyPlace, value: this.part(value, keyPlace) });
        }
      });
      return mapPart(members, place);
    }
    if (isSeq(node)) {
      const items: Part[] = [];
      this.inside(node, () => {
        for (const item of node.items) items.push(this.part(item, place));
      });
      return listPart(items, place);
    }
    return scalarPart(isScalar(node) ? plainScalar(node.value) : null, place);
  }

  private followed(name: string, place: Place): Part {
    const target = this.anchors.get(name);
    if (target !== undefined && !this.open.has(target)) return this.part(target, place);
    if (target === undefined) {
      this.report(place, `no "&${name}" stands before this alias`, 'mark the value that is meant with &');
    } else this.report(place, `the alias *${name} contains itself`, 'write the value out');
    return scalarPart(null, place);
  }

  private inside(node: YamlNode, work: () => void): void {
    this.open.add(node);
    work();
    this.open.delete(node);
  }

  private placeOf(node: unknown, near: Place): Place {
    const offset = offsetOf(node);
    return offset === undefined ? near : { source: this.source, offset };
  }

  private report(place: Place, message: string, hint: string): void {
    this.faults.push(fault(place, '', 'yaml', message, hint));
  }
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function plainScalar(value: unknown): Scalar {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
  return String(value);
}

/** The part as plain JavaScript data. */
export function plain(part: Part): unknown {
  if (part.kind === 'scalar') return part.value;
  if (part.kind === 'list') return part.items.map(plain);
  return Object.fromEntries([...part.members].map(([name, { value }]) => [name, plain(value)]));
}

/** Where the part at a JSON pointer stands, or its name; the innermost that exists where it does not. */
export function placeAt(root: Part, path: string, of: 'name' | 'value' = 'value'): Place {
  let part = root;
  let place = root.place;
  for (const step of pointerSteps(path)) {
    if (part.kind === 'map') {
      const member = part.members.get(step);
      if (member === undefined) return place;
      place = of === 'name' ? member.place : member.value.place;
      part = member.value;
    } else {
      const item = part.kind === 'list' ? part.items[Number(step)] : undefined;
      if (item === undefined) return place;
      place = item.place;
      part = item;
    }
  }
  return place;
}

/** The steps of a JSON pointer (RFC 6901). */
export const pointerSteps = (path: string): string[] =>
  path
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));

/** `path` and one more step. */
export const pointer = (path: string, step: string | number): string =>
  `${path}/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`;
