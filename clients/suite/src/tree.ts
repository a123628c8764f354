/** A recording as a tree of resources, each with its text read. */
import { memberOf, type Node, textOf } from './json/node.ts';
import { type Problem, readJson } from './json/reader.ts';
import { type Exchange, plainUri, type Recording, readsOf } from './recording.ts';

/** The parts of `@odata.type`. */
export interface TypeName {
  readonly schema: string;
  readonly version: string | undefined;
  readonly type: string;
  /** `Schema.Type`. */
  readonly key: string;
}

export interface Resource {
  readonly uri: string;
  readonly exchange: Exchange;
  /** Undefined when the answer was no JSON. */
  readonly root: Node | undefined;
  readonly problems: readonly Problem[];
  readonly type: TypeName | undefined;
}

export type Tree = ReadonlyMap<string, Resource>;

/** Reads `#Chassis.v1_25_0.Chassis`; undefined for anything that is not written so. */
export function typeName(text: string | undefined): TypeName | undefined {
  const found = /^#([A-Za-z0-9_]+)\.(?:(v\d+_\d+_\d+)\.)?([A-Za-z0-9_]+)$/.exec(text ?? '');
  const [, schema, version, type] = found ?? [];
  return schema === undefined || type === undefined
    ? undefined
    : { schema, version, type, key: `${schema}.${type}` };
}

const answersJson = ({ headers, body }: Exchange): boolean =>
  /json/i.test(headers?.['content-type'] ?? 'json') || /^\uFEFF?\s*[{[]/.test(body);

function resourceOf(uri: string, exchange: Exchange): Resource {
  const { root, problems } =
    exchange.status === 0 || exchange.body === '' || !answersJson(exchange)
      ? { root: undefined, problems: [] }
      : readJson(exchange.body);
  return { uri, exchange, root, problems, type: typeName(textOf(root, '@odata.type')) };
}

/** What the recording read with GET, by plain URI. */
export function treeOf(recording: Recording): Tree {
  return new Map([...readsOf(recording)].map(([uri, exchange]) => [uri, resourceOf(uri, exchange)]));
}

export interface Target {
  readonly resource: Resource;
  /** The node of the fragment, or the whole body. */
  readonly node: Node | undefined;
}

/** A URI's path and fragment. */
export function splitUri(uri: string): { path: string; fragment: string | undefined } {
  const hash = uri.indexOf('#');
  return hash === -1
    ? { path: plainUri(uri), fragment: undefined }
    : { path: plainUri(uri.slice(0, hash)), fragment: uri.slice(hash + 1) };
}

/** Percent-decoded text (RFC 3986 clause 2.1); the text itself where the octets are not UTF-8. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The resource that a URI, with or without a fragment, names. */
export const resourceAt = (tree: Tree, uri: string): Resource | undefined => tree.get(splitUri(uri).path);

/** The URI of a reference. */
export const linkOf = (node: Node | undefined): string | undefined => textOf(node, '@odata.id');

/** URIs of an array of references. */
export function linksOf(node: Node | undefined, name: string): string[] {
  const list = memberOf(node, name);
  const items = list?.kind === 'array' ? list.items : list === undefined ? [] : [list];
  return items.flatMap((item) => linkOf(item) ?? []);
}
