/**
 * Cache of checked descriptors: a start with an unchanged descriptor skips the parser and the checker, which take most of
 * the time to the first response on a weak processor.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { platformDirectory } from './files.ts';
import type { Platform } from './vocabulary/index.ts';

/** Files that change with this program: its version, the schema, and the compiler's record of its sources. */
const program = (): string[] =>
  ['package.json', 'platform/schema.json', 'dist/.tsbuildinfo'].map((name) =>
    join(dirname(platformDirectory()), name),
  );

interface CacheEntry {
  /** Absolute paths of the files it was read from, the descriptor first. */
  readonly files: readonly string[];
  readonly key: string;
  readonly platform: Platform;
}

/**
 * The descriptor at `path`; from the cache `file` when the same program wrote that for the same text.
 *
 * @throws Error that lists every fault of the descriptor, one on each line
 */
export async function loadPlatformCached(path: string, file: string): Promise<Platform> {
  const entry = readEntry(file);
  if (entry?.files[0] === resolve(path) && entry.key === keyOfFiles(entry.files)) return entry.platform;
  // Loaded on demand: an unchanged descriptor needs neither parser nor checker.
  const { loadPlatform } = await import('./load.ts');
  const read = new Map<string, Uint8Array>();
  const platform = loadPlatform(path, read);
  writeEntry(file, {
    files: [...read.keys()].map((name) => resolve(name)),
    key: keyOf(read.values()),
    platform,
  });
  return platform;
}

/** Hash of the content of a descriptor, of its bases, and of this program. */
function keyOf(contents: Iterable<Uint8Array>): string {
  const hash = createHash('sha256');
  for (const content of contents) hash.update(content).update('\0');
  for (const part of program()) hash.update(textOf(part)).update('\0');
  return hash.digest('base64url');
}

/** Key of the present content of files; undefined when one cannot be read. */
function keyOfFiles(files: readonly string[]): string | undefined {
  try {
    return keyOf(files.map((name) => readFileSync(name)));
  } catch {
    return undefined;
  }
}

/** Empty for a missing file: a package may lack the compiler's record, and is identified by its version. */
function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

function readEntry(file: string): CacheEntry | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof value === 'object' && value !== null && 'files' in value && Array.isArray(value.files)
      ? (value as CacheEntry)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Write errors are ignored: a full disk must not prevent a start, and the next start checks again. */
function writeEntry(file: string, entry: CacheEntry): void {
  try {
    writeFileSync(`${file}.new`, JSON.stringify(entry), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch {
    return;
  }
}
