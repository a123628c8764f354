/** Trees of resources to serve: recorded ones, DMTF's mockups, or what a test writes down. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { RedfishError } from '../errors.ts';
import { idOf, isObject, type JsonObject } from '../json.ts';
import { parseRecording } from '../record.ts';

/** Bodies by URI, without a trailing slash. */
export type Tree = ReadonlyMap<string, JsonObject>;

export const plain = (uri: string): string => (uri.length > 1 ? uri.replace(/\/+$/, '') : uri);

/** The smallest service: a root with the collections that are given members. */
export function treeOf(resources: Readonly<Record<string, JsonObject>>): Tree {
  return new Map(Object.entries(resources).map(([uri, body]) => [plain(uri), body]));
}

/** Lines `{"uri", "body"}`; a line whose answer was no JSON has no body and is left out. */
function linesTree(text: string): Tree {
  const tree = new Map<string, JsonObject>();
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const entry = JSON.parse(line) as { uri?: unknown; body?: unknown };
    if (typeof entry.uri === 'string' && isObject(entry.body)) tree.set(plain(entry.uri), entry.body);
  }
  return tree;
}

/** What a recording read with GET, the last answer of each resource. */
function recordingTree(text: string): Tree {
  const tree = new Map<string, JsonObject>();
  for (const { method, uri, status, response } of parseRecording(text)) {
    if (method === 'GET' && status === 200 && isObject(response.body) && !uri.includes('?'))
      tree.set(plain(uri), response.body);
  }
  return tree;
}

/** DMTF's mockup layout (DSP2043): each resource in `index.json` of a folder named by its URI. */
function folderTree(folder: string): Tree {
  const tree = new Map<string, JsonObject>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.name !== 'index.json') continue;
    const body: unknown = JSON.parse(readFileSync(join(entry.parentPath, entry.name), 'utf8'));
    if (isObject(body))
      tree.set(plain(idOf(body) ?? `/${relative(folder, entry.parentPath).split(sep).join('/')}`), body);
  }
  return tree;
}

/**
 * Reads a tree: a folder of DMTF's mockup layout, a file of lines `{"uri", "body"}` or a recording, also gzipped.
 * @throws RedfishError `usage` when there is nothing to serve
 */
export function readTree(path: string): Tree {
  if (!existsSync(path))
    throw new RedfishError('usage', `${path} does not exist: give a folder or a file of resources`);
  if (statSync(path).isDirectory()) return folderTree(path);
  const bytes = readFileSync(path);
  const text = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8');
  const tree = /^\s*\{[^\n]*"method"\s*:/.test(text) ? recordingTree(text) : linesTree(text);
  if (tree.size === 0) throw new RedfishError('usage', `${path} holds no resource`);
  return tree;
}
