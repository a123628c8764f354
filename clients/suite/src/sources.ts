/** Recordings from files: those of `suite record`, trees of bodies, and DMTF's mockup folders (DSP2043). */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { isObject, type JsonObject } from '@redfishd/client';
import { type Exchange, plainUri, type Recording, type Unreached } from './recording.ts';

/** The response of one GET in a tree of bodies. */
export interface TreeEntry {
  readonly uri: string;
  /** Text of the body. */
  readonly body: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

const lower = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** A recording of responses without times: those are 1970-01-01T00:00:00Z. */
export function recordingOf(origin: string, entries: Iterable<TreeEntry>): Recording {
  const exchanges = [...entries].map(
    ({ uri, body, status = 200, headers }, id): Exchange => ({
      ...{ id, time: '1970-01-01T00:00:00Z', milliseconds: 0, method: 'GET', uri, requestHeaders: {} },
      ...{ status, body, ...(headers ? { headers: lower(headers) } : {}) },
    }),
  );
  return { origin, exchanges, unreached: [] };
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isTexts = (value: unknown): boolean => isObject(value) && Object.values(value).every(isText);

/** Whether a line is an exchange as `recordingText` writes it. */
const isExchange = (line: JsonObject): boolean =>
  Number.isInteger(line.id) &&
  Number.isInteger(line.status) &&
  [line.time, line.method, line.uri, line.body].every(isText) &&
  isTexts(line.requestHeaders) &&
  (line.headers === undefined || isTexts(line.headers));

interface Lines {
  readonly exchanges: Exchange[];
  readonly entries: TreeEntry[];
  readonly unreached: Unreached[];
}

/** Sorts one line into the lists. Returns false for a line of no known kind. */
function addLine(line: unknown, { exchanges, entries, unreached }: Lines): boolean {
  if (!isObject(line)) return false;
  const { uri, text, body } = line;
  if (isText(line.unreached))
    unreached.push({ uri: line.unreached, reason: isText(line.reason) ? line.reason : '' });
  else if (isExchange(line)) exchanges.push(line as object as Exchange);
  else if (isText(uri) && isText(text)) entries.push({ uri, body: text });
  else if (isText(uri) && body !== undefined && line.method === undefined)
    entries.push({ uri, body: JSON.stringify(body) });
  else return false;
  return true;
}

/** The lines of a file: exchanges as `suite record` writes them, or `{"uri", "body"}`. @throws Error with the line */
function parseLines(origin: string, text: string): Recording {
  const lines: Lines = { exchanges: [], entries: [], unreached: [] };
  text.split('\n').forEach((source, at) => {
    if (source.trim() === '') return;
    let line: unknown;
    try {
      line = JSON.parse(source);
    } catch {
      throw new Error(`${origin}:${at + 1}: no JSON: give a recording, or lines {"uri", "body"}`);
    }
    if (!addLine(line, lines))
      throw new Error(`${origin}:${at + 1}: neither an exchange, nor {"uri", "body"}, nor {"unreached"}`);
  });
  const { exchanges, entries, unreached } = lines;
  return exchanges.length ? { origin, exchanges, unreached } : recordingOf(origin, entries);
}

interface FolderHeaders {
  readonly GET?: Readonly<Record<string, string>>;
  readonly status?: number;
}

/** `headers.json` beside an `index.json` (DSP2043). @throws Error that names the file */
function headersOf(path: string): FolderHeaders {
  if (!existsSync(path)) return {};
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (isObject(value) && (value.GET === undefined || isTexts(value.GET))) return value as FolderHeaders;
  } catch {
    // The error below names the file.
  }
  throw new Error(`${path}: give an object with the headers below "GET"`);
}

function readFolder(folder: string): Recording {
  const entries: TreeEntry[] = [];
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  for (const entry of names.sort((a, b) =>
    join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1,
  )) {
    if (entry.name !== 'index.json') continue;
    const inside = `/${relative(folder, entry.parentPath).split(sep).join('/')}`;
    const uri = plainUri(
      inside.startsWith('/redfish') ? inside : `/redfish/v1${inside === '/' ? '/' : inside}`,
    );
    const known = headersOf(join(entry.parentPath, 'headers.json'));
    entries.push({
      ...{ uri, body: readFileSync(join(entry.parentPath, entry.name), 'utf8') },
      ...(known.GET ? { headers: known.GET } : {}),
      ...(known.status === undefined ? {} : { status: known.status }),
    });
  }
  return recordingOf(folder, entries);
}

/** Reads a recording, a tree of bodies, or a mockup folder; gzipped too. @throws Error with file, line and cause */
export function readRecording(path: string): Recording {
  if (!existsSync(path))
    throw new Error(`${path} does not exist: give a recording, a tree or a mockup folder`);
  if (statSync(path).isDirectory()) return readFolder(path);
  const bytes = readFileSync(path);
  const text = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8');
  const recording = parseLines(path, text);
  if (recording.exchanges.length === 0) throw new Error(`${path} holds no exchange`);
  return recording;
}

/** The lines of a recording, as `readRecording` takes them. */
export const recordingText = ({ exchanges, unreached }: Recording): string =>
  [...exchanges, ...unreached.map(({ uri, reason }) => ({ unreached: uri, reason }))]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('');
