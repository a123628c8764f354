/** Recordings from files: those of `suite record`, trees of bodies, and DMTF's mockup folders (DSP2043). */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Exchange, plainUri, type Recording } from './recording.ts';

/** One answered GET, such as a tree has it. */
export interface TreeEntry {
  readonly uri: string;
  /** Text of the body. */
  readonly body: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

const lower = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** A recording of answers that were kept without times. */
export function recordingOf(origin: string, entries: Iterable<TreeEntry>): Recording {
  const exchanges = [...entries].map(
    ({ uri, body, status = 200, headers }, id): Exchange => ({
      ...{ id, time: '1970-01-01T00:00:00Z', milliseconds: 0, method: 'GET', uri, requestHeaders: {} },
      ...{ status, body, ...(headers ? { headers: lower(headers) } : {}) },
    }),
  );
  return { origin, exchanges, unreached: [] };
}

interface Line {
  readonly uri?: string;
  readonly body?: unknown;
  readonly text?: string;
  readonly unreached?: string;
  readonly reason?: string;
}

/** The lines of a file: exchanges as `suite record` writes them, or `{"uri", "body"}`. @throws Error with the line */
function parseLines(origin: string, text: string): Recording {
  const exchanges: Exchange[] = [];
  const entries: TreeEntry[] = [];
  const unreached: { uri: string; reason: string }[] = [];
  text.split('\n').forEach((source, at) => {
    if (source.trim() === '') return;
    let line: Line & Partial<Exchange>;
    try {
      line = JSON.parse(source) as Line & Partial<Exchange>;
    } catch {
      throw new Error(`${origin}: line ${at + 1} is no JSON: give a recording, or lines {"uri", "body"}`);
    }
    if (line.unreached !== undefined) unreached.push({ uri: line.unreached, reason: line.reason ?? '' });
    else if (typeof line.id === 'number' && line.method !== undefined) exchanges.push(line as Exchange);
    else if (line.uri !== undefined)
      entries.push({ uri: line.uri, body: line.text ?? JSON.stringify(line.body) });
  });
  return exchanges.length ? { origin, exchanges, unreached } : recordingOf(origin, entries);
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
    const headers = join(entry.parentPath, 'headers.json');
    const known = existsSync(headers)
      ? (JSON.parse(readFileSync(headers, 'utf8')) as { GET?: Record<string, string>; status?: number })
      : {};
    entries.push({
      ...{ uri, body: readFileSync(join(entry.parentPath, entry.name), 'utf8') },
      ...(known.GET ? { headers: known.GET } : {}),
      ...(known.status === undefined ? {} : { status: known.status }),
    });
  }
  return recordingOf(folder, entries);
}

/** Reads a recording, a tree of bodies, or a mockup folder; gzipped too. @throws Error that says what is wrong where */
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
