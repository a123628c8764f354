/** Failures of the store, and their causes in SQLite and the file system. */
import { accessSync, constants, statfsSync } from 'node:fs';

/**
 * Why a store operation failed.
 *
 * - `in-use`: another process has it open.
 * - `too-new`: a newer redfishd wrote it.
 * - `full`: no room on its file system.
 * - `read-only`: its file system or file may not be written.
 * - `io`: the medium failed.
 * - `corrupt`: the stored data is damaged.
 */
export type StoreFault = 'in-use' | 'too-new' | 'full' | 'read-only' | 'io' | 'corrupt';

/** A failed store operation. Nothing of the change was stored; earlier data can still be read. */
export class StoreError extends Error {
  readonly reason: StoreFault;

  constructor(reason: StoreFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.reason = reason;
  }
}

const sentences: Readonly<Record<'full' | 'read-only' | 'io' | 'corrupt', string>> = {
  full: 'is on a full file system, so nothing can be stored; free space there',
  'read-only':
    'cannot be written, so nothing can be stored; make it writable, and restart redfishd if this goes on',
  io: 'is on a medium that fails, so nothing can be stored; check the kernel log and replace the medium',
  corrupt: 'holds a damaged database; restart redfishd: it sets the damaged file aside and starts a new one',
};

/** Converts an error of SQLite or the file system; returns any other error unchanged. */
export function asStoreError(error: unknown, directory: string): unknown {
  const code = codeOf(error);
  if (error instanceof StoreError || code === null) return error;
  const reason = reasonOf(code, directory);
  if (reason === null) return error;
  const cause = error instanceof Error ? error.message : String(error);
  return new StoreError(reason, `${directory} ${sentences[reason]} (${code}: ${cause})`, { cause: error });
}

function reasonOf(code: string, directory: string): keyof typeof sentences | null {
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT') return 'full';
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return 'corrupt';
  if (code.startsWith('SQLITE_READONLY')) return 'read-only';
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') return 'read-only';
  if (code === 'EIO' || code.startsWith('SQLITE_IOERR') || code === 'SQLITE_CANTOPEN')
    return probe(directory);
  return null;
}

/** SQLite reports every failed system call as an I/O error: asks the file system for the cause. */
function probe(directory: string): 'full' | 'read-only' | 'io' {
  if (!isWritable(directory)) return 'read-only';
  try {
    return statfsSync(directory).bavail === 0 ? 'full' : 'io';
  } catch {
    return 'io';
  }
}

/** Whether the file or directory may be written; false on a read-only file system, for root too. */
export function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The `code` of a system or SQLite error; null when it has none. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
