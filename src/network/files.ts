/** Reads system files and replaces them atomically. */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { NetworkError } from './model.ts';

/** Returns the text of a file; undefined when it cannot be read. */
export function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Returns the names in a directory; empty when it cannot be read. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * Replaces files in order, each atomically; null removes a file. When one fails, the files before it are restored.
 * @throws NetworkError
 */
export function replaceFiles(files: ReadonlyMap<string, string | null>): void {
  const done: [string, string | null][] = [];
  try {
    for (const [path, text] of files) {
      const before = textOf(path) ?? null;
      if (before === text) continue;
      replaceFile(path, text);
      done.unshift([path, before]);
    }
  } catch (cause) {
    for (const [path, before] of done) replaceFile(path, before);
    throw new NetworkError('file', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function replaceFile(path: string, text: string | null): void {
  if (text === null) {
    rmSync(path, { force: true });
  } else {
    mkdirSync(dirname(path), { recursive: true });
    const made = `${path}.redfishd-new`;
    try {
      writeFileSync(made, text, { mode: 0o644, flush: true });
      renameSync(made, path);
    } catch (error) {
      rmSync(made, { force: true });
      throw error;
    }
  }
  syncFolder(dirname(path));
}

/** Syncs the directory of a file: a rename survives power loss only after that. */
function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
