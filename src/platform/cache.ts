/**
 * A descriptor that was found good is kept in its loaded form, so that a later start need not parse and check it again:
 * on a weak processor that is most of the time to the first answer.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { platformDirectory } from './files.ts';
import type { Platform } from './schema.ts';

/** What makes this program another one: its version, the vocabulary, and the compiler's record of its sources. */
const program = (): string[] =>
  ['package.json', 'platform/schema.json', 'dist/.tsbuildinfo'].map((name) =>
    join(dirname(platformDirectory()), name),
  );

interface Kept {
  /** Absolute paths of all that was read for it, the descriptor first. */
  readonly files: readonly string[];
  readonly key: string;
  readonly platform: Platform;
}

/**
 * The descriptor at `path`, from `file` when that was made of the same text by the same program.
 *
 * @throws Error that lists every fault of the descriptor
 */
export async function loadPlatformCached(path: string, file: string): Promise<Platform> {
  const kept = readKept(file);
  if (kept?.files[0] === resolve(path) && kept.key === keyOfFiles(kept.files)) return kept.platform;
  // The parser and the checker are loaded only when there is something to check.
  const { loadPlatform } = await import('./load.ts');
  const read = new Map<string, Uint8Array>();
  const platform = loadPlatform(path, read);
  keep(file, { files: [...read.keys()].map((name) => resolve(name)), key: keyOf(read.values()), platform });
  return platform;
}

/** Stands for what was read of a descriptor and of those it varies, and for this program. */
function keyOf(contents: Iterable<Uint8Array>): string {
  const hash = createHash('sha256');
  for (const content of contents) hash.update(content).update('\0');
  for (const part of program()) hash.update(textOf(part)).update('\0');
  return hash.digest('base64url');
}

/** The key of files as they are now; undefined when one cannot be read. */
function keyOfFiles(files: readonly string[]): string | undefined {
  try {
    return keyOf(files.map((name) => readFileSync(name)));
  } catch {
    return undefined;
  }
}

/** A package need not carry the compiler's record; its version then speaks for its sources. */
function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

function readKept(file: string): Kept | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof value === 'object' && value !== null && 'files' in value && Array.isArray(value.files)
      ? (value as Kept)
      : undefined;
  } catch {
    return undefined;
  }
}

/** What cannot be kept is read again next time; a full disk must not keep a board from starting. */
function keep(file: string, kept: Kept): void {
  try {
    writeFileSync(`${file}.new`, JSON.stringify(kept), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch {
    return;
  }
}
