/** JSON as a tree that remembers where each value stands and how its numbers were written. */

interface Place {
  /** Offset of the value's first character in the text. */
  readonly at: number;
}

export interface ObjectNode extends Place {
  readonly kind: 'object';
  /** The last value of a repeated name, as most readers take it. */
  readonly members: ReadonlyMap<string, Node>;
}

export interface ArrayNode extends Place {
  readonly kind: 'array';
  readonly items: readonly Node[];
}

export interface StringNode extends Place {
  readonly kind: 'string';
  readonly value: string;
}

export interface NumberNode extends Place {
  readonly kind: 'number';
  /** As written: `1e3`, `24.50`. */
  readonly text: string;
  readonly value: number;
}

export interface BooleanNode extends Place {
  readonly kind: 'boolean';
  readonly value: boolean;
}

export interface NullNode extends Place {
  readonly kind: 'null';
}

export type Node = ObjectNode | ArrayNode | StringNode | NumberNode | BooleanNode | NullNode;

/** The value of a member of an object; undefined for anything else. */
export const memberOf = (node: Node | undefined, name: string): Node | undefined =>
  node?.kind === 'object' ? node.members.get(name) : undefined;

/** The text of a string member. */
export function textOf(node: Node | undefined, name: string): string | undefined {
  const value = memberOf(node, name);
  return value?.kind === 'string' ? value.value : undefined;
}

/** The value of a number member. */
export function numberOf(node: Node | undefined, name: string): number | undefined {
  const value = memberOf(node, name);
  return value?.kind === 'number' ? value.value : undefined;
}

export const itemsOf = (node: Node | undefined): readonly Node[] =>
  node?.kind === 'array' ? node.items : [];

/** One reference token of a JSON pointer (RFC 6901 clause 4). */
export const token = (name: string | number): string =>
  String(name).replaceAll('~', '~0').replaceAll('/', '~1');

/** The node at a JSON pointer; undefined where it leads nowhere. */
export function nodeAt(root: Node | undefined, pointer: string): Node | undefined {
  let node = root;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (node?.kind === 'array') node = /^(0|[1-9]\d*)$/.test(name) ? node.items[Number(name)] : undefined;
    else node = memberOf(node, name);
  }
  return node;
}

/** Whether two values are equal, in whatever order their members stand. */
export function same(a: Node | undefined, b: Node | undefined): boolean {
  if (a === undefined || b === undefined || a.kind !== b.kind) return a === b;
  if (a.kind === 'array')
    return (
      b.kind === 'array' &&
      a.items.length === b.items.length &&
      a.items.every((item, index) => same(item, b.items[index]))
    );
  if (a.kind === 'object')
    return (
      b.kind === 'object' &&
      a.members.size === b.members.size &&
      [...a.members].every(([name, item]) => same(item, b.members.get(name)))
    );
  return a.kind === 'null' || ('value' in b && a.value === b.value);
}

/** The value as JSON in one line, shortened for a message. */
export function shown(node: Node | undefined, most = 60): string {
  const text = node === undefined ? 'nothing' : JSON.stringify(plainOf(node));
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** The value as JavaScript has it. */
export function plainOf(node: Node): unknown {
  if (node.kind === 'array') return node.items.map(plainOf);
  if (node.kind === 'object')
    return Object.fromEntries([...node.members].map(([name, item]) => [name, plainOf(item)]));
  return node.kind === 'null' ? null : node.value;
}

/** Line and column of an offset, both from 1. */
export function placeOf(text: string, at: number): { line: number; column: number } {
  const before = text.lastIndexOf('\n', at - 1);
  let line = 1;
  for (let next = text.indexOf('\n'); next !== -1 && next < at; next = text.indexOf('\n', next + 1))
    line += 1;
  return { line, column: at - before };
}
