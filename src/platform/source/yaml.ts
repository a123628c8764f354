/** Reads YAML into a tree of values that know their place in the file. */
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
import type { DescriptorFault } from './fault.ts';
import { pointerSteps } from './pointer.ts';

/** A place in a file; line and column are computed on demand. */
export interface Place {
  readonly source: Source;
  readonly offset: number;
}

export interface Source {
  readonly file: string;
  readonly lines: LineCounter;
}

export type Scalar = null | boolean | number | string;
export interface YamlScalar {
  readonly kind: 'scalar';
  readonly place: Place;
  readonly value: Scalar;
}
export interface YamlList {
  readonly kind: 'list';
  readonly place: Place;
  readonly items: readonly YamlValue[];
}
export interface YamlMap {
  readonly kind: 'map';
  readonly place: Place;
  readonly members: ReadonlyMap<string, Member>;
}
export interface Member {
  /** Place of the name. */
  readonly place: Place;
  readonly value: YamlValue;
}
export type YamlValue = YamlScalar | YamlList | YamlMap;

export const yamlScalar = (value: Scalar, place: Place): YamlScalar => ({ kind: 'scalar', place, value });
export const yamlList = (items: readonly YamlValue[], place: Place): YamlList => ({
  kind: 'list',
  place,
  items,
});
export const yamlMap = (members: ReadonlyMap<string, Member>, place: Place): YamlMap => ({
  kind: 'map',
  place,
  members,
});

export function fault(
  place: Place,
  path: string,
  rule: string,
  message: string,
  hint: string,
): DescriptorFault {
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

/** Limits that refuse files which are no descriptors: bytes, and values with all aliases expanded. */
const mostBytes = 1 << 20;
const mostValues = 100_000;

/** Content of every file of a descriptor by its path, the descriptor itself first. */
export type FilesRead = Map<string, Uint8Array>;

/** Reads a file; `root` is missing when the text cannot be parsed. Adds the file to `read`. */
export function readSource(file: string, read: FilesRead): { root?: YamlValue; faults: DescriptorFault[] } {
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
  const reader = new TreeReader(source, faults);
  const root = reader.read(document.contents);
  return reader.tooLarge ? { faults } : { root, faults };
}

function unreadable(error: unknown): [message: string, hint: string] {
  if (error instanceof TypeError) return ['the file is not UTF-8 text', 'save it as UTF-8'];
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const words: Readonly<Record<string, [string, string]>> = {
    ENOENT: ['the file does not exist', 'give the path of a descriptor, such as platform/tiogapass.yaml'],
    EISDIR: ['the file is a directory', 'give the path of a descriptor in it'],
    EACCES: ['permission to read the file is denied', 'grant read permission to the user of this process'],
  };
  return words[code] ?? [`the file cannot be read: ${code}`, 'give the path of a readable file'];
}

function syntaxFault(source: Source, text: string, error: YAMLError): DescriptorFault {
  const place: Place = { source, offset: error.pos[0] };
  if (error.code === 'DUPLICATE_KEY') {
    const [name = ''] = /^[^\s:]+/.exec(text.slice(place.offset, place.offset + 80)) ?? [];
    return fault(place, '', 'duplicate-key', `"${name}" is defined twice in one mapping`, 'keep one of them');
  }
  const [message, hint] = syntaxMessages[error.code] ?? [
    error.message,
    'see https://yaml.org/spec/1.2.2 for the syntax',
  ];
  return fault(place, '', 'yaml', message, hint);
}

/** Messages for the common mistakes. */
const syntaxMessages: Readonly<Record<string, readonly [message: string, hint: string]>> = {
  BAD_INDENT: [
    'the indentation matches no enclosing mapping or list',
    'indent all members of one mapping or list equally',
  ],
  TAB_AS_INDENT: ['a tab is used for indentation', 'indent with spaces'],
  MULTIPLE_DOCS: ['a second document starts here', 'remove the "---", or make two files'],
  TAG_RESOLVE_FAILED: ['the tag is unknown', 'remove it: descriptors need none'],
  MISSING_CHAR: ['a quote, bracket, comma or space is missing', 'close the quote or bracket opened before'],
  UNEXPECTED_TOKEN: [
    'unexpected character',
    'close the quote or bracket opened before, or put the text in quotes',
  ],
  MULTILINE_IMPLICIT_KEY: ['a name spans several lines', 'write the name and its ":" on one line'],
  BLOCK_AS_IMPLICIT_KEY: [
    'a mapping starts on the line of another mapping',
    'start it on a new line, or put text that contains ": " in quotes',
  ],
};

/** Converts the nodes of the YAML parser to values, aliases expanded. */
class TreeReader {
  tooLarge = false;
  private readonly source: Source;
  private readonly faults: DescriptorFault[];
  private values = 0;
  private readonly anchors = new Map<string, YamlNode>();
  private readonly open = new Set<YamlNode>();

  constructor(source: Source, faults: DescriptorFault[]) {
    this.source = source;
    this.faults = faults;
  }

  read(node: unknown, near: Place = { source: this.source, offset: 0 }): YamlValue {
    const offset = offsetOf(node);
    const place: Place = offset === undefined ? near : { source: this.source, offset };
    if (this.tooLarge || ++this.values > mostValues) {
      if (!this.tooLarge) this.report(place, 'the file has too many values', 'use fewer aliases (*name)');
      this.tooLarge = true;
      return yamlScalar(null, place);
    }
    if (isAlias(node)) return this.expand(node.source, place);
    if (isNode(node) && node.anchor !== undefined) this.anchors.set(node.anchor, node);
    if (isMap(node)) {
      const members = new Map<string, Member>();
      this.inside(node, () => {
        for (const { key, value } of node.items) {
          const name = String(isScalar(key) ? key.value : key);
          const keyPlace = this.placeOf(key, place);
          members.set(name, { place: keyPlace, value: this.read(value, keyPlace) });
        }
      });
      return yamlMap(members, place);
    }
    if (isSeq(node)) {
      const items: YamlValue[] = [];
      this.inside(node, () => {
        for (const item of node.items) items.push(this.read(item, place));
      });
      return yamlList(items, place);
    }
    return yamlScalar(isScalar(node) ? plainScalar(node.value) : null, place);
  }

  private expand(name: string, place: Place): YamlValue {
    const target = this.anchors.get(name);
    if (target !== undefined && !this.open.has(target)) return this.read(target, place);
    if (target === undefined) {
      this.report(
        place,
        `no anchor "&${name}" precedes this alias`,
        `mark the value with &${name} before its first use`,
      );
    } else this.report(place, `the alias *${name} contains itself`, 'write the value in full');
    return yamlScalar(null, place);
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

/** The value as plain data. */
export function plain(value: YamlValue): unknown {
  if (value.kind === 'scalar') return value.value;
  if (value.kind === 'list') return value.items.map(plain);
  return Object.fromEntries([...value.members].map(([name, member]) => [name, plain(member.value)]));
}

/** Place of the value at a JSON pointer, or of its name; of the innermost existing value when there is none. */
export function placeAt(root: YamlValue, path: string, of: 'name' | 'value' = 'value'): Place {
  let value = root;
  let place = root.place;
  for (const step of pointerSteps(path)) {
    if (value.kind === 'map') {
      const member = value.members.get(step);
      if (member === undefined) return place;
      place = of === 'name' ? member.place : member.value.place;
      value = member.value;
    } else {
      const item = value.kind === 'list' ? value.items[Number(step)] : undefined;
      if (item === undefined) return place;
      place = item.place;
      value = item;
    }
  }
  return place;
}
