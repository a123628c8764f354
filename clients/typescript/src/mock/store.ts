/** The resources of one mock: a tree shared by all mocks that serve it, and what was written to this one. Pure. */
import { createHash } from 'node:crypto';
import { idOf, isObject, type JsonObject } from '../json.ts';
import { plain, type Tree } from './tree.ts';

export class Store {
  readonly #tree: Tree;
  /** Written resources; null for deleted ones. */
  readonly #written = new Map<string, JsonObject | null>();

  constructor(tree: Tree) {
    this.#tree = tree;
  }

  get(uri: string): JsonObject | undefined {
    const key = plain(uri);
    const written = this.#written.get(key);
    return written === undefined ? this.#tree.get(key) : (written ?? undefined);
  }

  set(uri: string, body: JsonObject): void {
    this.#written.set(plain(uri), body);
  }

  /** Every URI at present. */
  *uris(): Generator<string> {
    for (const uri of this.#tree.keys()) if (this.#written.get(uri) !== null) yield uri;
    for (const [uri, body] of this.#written) if (body !== null && !this.#tree.has(uri)) yield uri;
  }

  etag(body: JsonObject): string {
    return `"${createHash('sha1').update(JSON.stringify(body)).digest('base64url').slice(0, 16)}"`;
  }

  /** Merges as PATCH does: objects by property, arrays and values as a whole. Returns the resource as it is then. */
  patch(uri: string, changes: JsonObject): JsonObject | undefined {
    const body = this.get(uri);
    if (!body) return undefined;
    const merged = merge(body, changes);
    this.set(uri, merged);
    return merged;
  }

  /** Adds a member to a collection. Returns it; undefined for what is no collection. */
  create(collection: string, body: JsonObject): JsonObject | undefined {
    const parent = this.get(collection);
    if (!parent || !Array.isArray(parent.Members)) return undefined;
    const taken = new Set(parent.Members.map(idOf));
    let id = parent.Members.length + 1;
    while (taken.has(`${plain(collection)}/${id}`)) id += 1;
    const uri = `${plain(collection)}/${id}`;
    const type = String(parent['@odata.type'] ?? '').replace(/^#(\w+)Collection\..*$/, '#$1.v1_0_0.$1');
    const { Password: _password, ...shown } = body;
    const member = {
      '@odata.id': uri,
      ...(type ? { '@odata.type': type } : {}),
      Id: String(id),
      Name: String(id),
      ...shown,
    };
    this.set(uri, member);
    this.#members(collection, parent, [...parent.Members, { '@odata.id': uri }]);
    return member;
  }

  /** Removes a resource and the link to it in its collection. */
  delete(uri: string): boolean {
    const key = plain(uri);
    if (!this.get(key)) return false;
    this.#written.set(key, null);
    const collection = key.slice(0, key.lastIndexOf('/'));
    const parent = this.get(collection);
    if (parent && Array.isArray(parent.Members))
      this.#members(
        collection,
        parent,
        parent.Members.filter((member) => plain(idOf(member) ?? '') !== key),
      );
    return true;
  }

  #members(collection: string, parent: JsonObject, members: unknown[]): void {
    this.set(collection, { ...parent, Members: members, 'Members@odata.count': members.length });
  }
}

function merge(body: JsonObject, changes: JsonObject): JsonObject {
  const merged: JsonObject = { ...body };
  for (const [name, value] of Object.entries(changes)) {
    const old = merged[name];
    merged[name] = isObject(value) && isObject(old) ? merge(old, value) : value;
  }
  return merged;
}
