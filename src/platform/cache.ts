/**
 * A descriptor that was found good is kept in its loaded form, so that a later start need not parse and check it again:
 * on a weak processor that is most of the time to the first answer.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { platformDirectory } from './files.ts';
import type { Platform } from './schema.ts';

/** What makes this program another one: its version, the vocabulary, and the compiler's record of its sources. */
const program = (): string[] =>
  ['package.json', 'platform/schema.json', 'dist/.tsbuildinfo'].map((name) =>
    join(dirname(platformDirectory()), name),
  );

interface Kept {
  readonly key: string;
  readonly platform: Platform;
}

/**
 * The descriptor at `path`, from `file` when that was made of the same text by the same program.
 *
 * @throws Error that lists every fault of the descriptor
 */
export async function loadPlatformCached(path: string, file: string): Promise<Platform> {
  const key = keyOf(path);
  const kept = key === undefined ? undefined : read(file);
  if (kept?.key === key && kept !== undefined) return kept.platform;
  // The parser and the checker are loaded only when there is something to check.
  const { loadPlatform } = await import('./load.ts');
  const platform = loadPlatform(path);
  if (key !== undefined) keep(file, { key, platform });
  return platform;
}

/** Stands for the text of the descriptor and of those it varies, and for this program; undefined when unreadable. */
function keyOf(path: string): string | undefined {
  const hash = createHash('sha256');
  try {
    const seen = new Set<string>();
    for (let next: string | undefined = path; next !== undefined && !seen.has(next); ) {
      seen.add(next);
      const text: string = readFileSync(next, 'utf8');
      hash.update(text).update('\0');
      const parent: string | undefined = /^variantOf:\s*['"]?([^'"\s#]+)/m.exec(text)?.[1];
      next = parent === undefined ? undefined : join(dirname(next), `${parent}.yaml`);
    }
    for (const part of program()) hash.update(textOf(part)).update('\0');
  } catch {
    return undefined;
  }
  return hash.digest('base64url');
}

/** A package need not carry the compiler's record; its version then speaks for its sources. */
function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

function read(file: string): Kept | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof value === 'object' && value !== null && 'key' in value && 'platform' in value
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
