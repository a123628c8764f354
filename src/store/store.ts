/** The daemon's database: opening, recovery, queries and transactions. */
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import {
  type Connection,
  connect,
  prepareStatement,
  readPragma,
  type Statement,
  setPragma,
} from './connection.ts';
import { asStoreError, codeOf, isWritable, StoreError } from './errors.ts';
import { migrate, schemaVersion } from './migrations.ts';

export type Value = string | number | Uint8Array | null;
/** Positional values, or one object for named ones (`@name`). */
export type Values = readonly Value[] | readonly [Readonly<Record<string, Value>>];

/** A damaged database found at start: its new path, and the damage. */
export interface Recovery {
  readonly setAside: string;
  readonly reason: string;
}

/** Limit of prepared statements; one more replaces the least recently used. */
const maxStatements = 256;

/**
 * The daemon's database. A change that returned survives power loss. Failures are StoreErrors: reads continue when writes
 * fail, and a failed change has changed nothing.
 */
export class Store {
  readonly directory: string;
  /** The damaged database that was set aside at opening; null: none. */
  readonly recovered: Recovery | null;
  readonly #db: Connection;
  readonly #statements = new Map<string, Statement>();
  readonly #transaction: Database.Transaction<(work: () => unknown) => unknown>;
  #fault: StoreError | null;

  constructor(directory: string, db: Connection, recovered: Recovery | null, fault: StoreError | null) {
    this.directory = directory;
    this.recovered = recovered;
    this.#db = db;
    this.#fault = fault;
    this.#transaction = db.transaction((work) => work());
  }

  /** Why the last write failed; null after a successful write. */
  get fault(): StoreError | null {
    return this.#fault;
  }

  /** Returns all rows of a query. */
  all<Row>(sql: string, ...values: Values): Row[] {
    return this.#guard(() => this.#prepare(sql).all(...values) as Row[]);
  }

  /** Returns the first row of a query. */
  get<Row>(sql: string, ...values: Values): Row | undefined {
    return this.#guard(() => this.#prepare(sql).get(...values) as Row | undefined);
  }

  /** Runs a write. @returns the number of changed rows, and the id of the last inserted row */
  run(sql: string, ...values: Values): { readonly changes: number; readonly lastId: number } {
    return this.#write(() => {
      const { changes, lastInsertRowid } = this.#prepare(sql).run(...values);
      return { changes, lastId: Number(lastInsertRowid) };
    });
  }

  /** Runs several writes, all or none. May be nested. */
  transaction<T>(work: () => T): T {
    return this.#write(() => this.#transaction.immediate(work) as T);
  }

  /** Checkpoints the write-ahead log and closes the database. */
  close(): void {
    if (!this.#db.open) return;
    this.#statements.clear();
    this.#db.close();
    if (!this.#db.memory) rmSync(pidFile(this.directory), { force: true });
  }

  #prepare(sql: string): Statement {
    const statement = this.#statements.get(sql) ?? prepareStatement(this.#db, sql);
    // Deleted and set again, so that the map is in order of use: statements of client filters are dropped first.
    this.#statements.delete(sql);
    this.#statements.set(sql, statement);
    const [oldest] = this.#statements.keys();
    if (this.#statements.size > maxStatements && oldest !== undefined) this.#statements.delete(oldest);
    return statement;
  }

  #write<T>(work: () => T): T {
    try {
      const result = this.#guard(work);
      if (!this.#db.inTransaction) this.#fault = null;
      return result;
    } catch (error) {
      if (error instanceof StoreError) this.#fault = error;
      throw error;
    }
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw asStoreError(error, this.directory);
    }
  }
}

const databaseFile = (directory: string) => join(directory, 'redfishd.db');
const pidFile = (directory: string) => join(directory, 'redfishd.pid');

/**
 * Opens the store in a directory, which is created (mode 0700) when missing. A damaged database is renamed, never deleted,
 * and a new one is created. A read-only directory with a database is opened for reading: writes fail with `read-only`.
 * @throws StoreError when the store is in use, too new, or can be neither read nor created
 */
export function openStore(directory: string): Store {
  try {
    createDirectory(directory);
    if (existsSync(databaseFile(directory)) && !canWrite(directory)) return openCopy(directory);
    createPrivate(databaseFile(directory));
    return openOrRecover(directory);
  } catch (error) {
    if (codeOf(error)?.startsWith('SQLITE_BUSY')) throw inUse(directory, error);
    throw asStoreError(error, directory);
  }
}

function createDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    // Node reports ENOENT on a read-only file system, so most codes do not identify the cause.
    const reason = codeOf(cause) === 'ENOSPC' ? 'full' : 'read-only';
    const why = cause instanceof Error ? cause.message : String(cause);
    const advice = 'make its place writable, or name another with --state';
    throw new StoreError(reason, `the directory ${directory} cannot be created; ${advice} (${why})`, {
      cause,
    });
  }
}

function canWrite(directory: string): boolean {
  return isWritable(directory) && isWritable(databaseFile(directory));
}

/** Creates the file with mode 0600; SQLite would make it world-readable, and its log inherits the mode. */
function createPrivate(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    // An existing file is not opened here: closing it would drop POSIX locks of this process.
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

function openOrRecover(directory: string): Store {
  const file = databaseFile(directory);
  let recovered: Recovery | null = null;
  if (statSync(file).size === 0 && hasContent(`${file}-wal`)) {
    recovered = setAside(file, 'the database is empty, but a write-ahead log of it exists');
    createPrivate(file);
  }
  let db = connect(file, { timeout: 0 });
  try {
    prepare(db);
  } catch (error) {
    const fault = asStoreError(error, directory);
    if (!(fault instanceof StoreError) || fault.reason !== 'corrupt') {
      db.close();
      throw error;
    }
    // Renamed before it is closed, so that SQLite does not checkpoint and delete the log.
    recovered = setAside(file, error instanceof Error ? error.message : String(error));
    db.close();
    createPrivate(file);
    db = connect(file, { timeout: 0 });
    prepare(db);
  }
  // Journal ids are never reused: seconds since 1970 exceed any id of the lost database.
  if (recovered !== null) db.exec("INSERT INTO sqlite_sequence (name, seq) VALUES ('journal', unixepoch())");
  try {
    writePid(pidFile(directory));
  } catch {
    // The file only serves the error message of a second daemon.
  }
  return new Store(directory, db, recovered, null);
}

/** Writes the process id; a link in its place is not followed, whoever made it. */
function writePid(file: string): void {
  const { O_CREAT, O_NOFOLLOW, O_TRUNC, O_WRONLY } = constants;
  const descriptor = openSync(file, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600);
  try {
    writeSync(descriptor, `${process.pid}\n`);
  } finally {
    closeSync(descriptor);
  }
}

function prepare(db: Connection): void {
  // In this order: under an exclusive lock the log needs no shared memory, which flash file systems may lack.
  setPragma(db, 'locking_mode = EXCLUSIVE');
  setPragma(db, 'journal_mode = WAL');
  setPragma(db, 'synchronous = FULL');
  schemaVersion(db); // Before the check, which may not understand a newer schema.
  const complaint = readPragma(db, 'quick_check(1)');
  if (complaint !== 'ok') throw new StoreError('corrupt', String(complaint));
  migrate(db);
}

/**
 * SQLite cannot read a write-ahead log in a read-only directory: copies the files to temporary memory, joins them there and
 * keeps the result in RAM.
 */
function openCopy(directory: string): Store {
  const scratch = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'redfishd-'));
  try {
    const copy = join(scratch, 'copy.db');
    for (const end of ['', '-wal']) {
      if (existsSync(databaseFile(directory) + end)) copyFileSync(databaseFile(directory) + end, copy + end);
    }
    const db = connect(copy);
    prepare(db);
    setPragma(db, 'journal_mode = DELETE');
    const image = db.serialize();
    db.close();
    const fault = new StoreError(
      'read-only',
      `${directory} cannot be written; make it writable and restart redfishd`,
    );
    return new Store(directory, connect(image, { readonly: true }), null, fault);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function setAside(file: string, reason: string): Recovery {
  const stamp = new Date().toISOString().replaceAll(':', '-');
  let name = `${file}.corrupt-${stamp}`;
  for (let n = 2; existsSync(name); n++) name = `${file}.corrupt-${stamp}-${n}`;
  if (existsSync(`${file}-wal`)) renameSync(`${file}-wal`, `${name}-wal`);
  renameSync(file, name);
  return { setAside: name, reason };
}

function hasContent(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

function inUse(directory: string, cause: unknown): StoreError {
  let pid = 'unknown';
  try {
    pid = readFileSync(pidFile(directory), 'utf8').trim();
  } catch {
    // The other process has not written it.
  }
  return new StoreError(
    'in-use',
    `another redfishd uses the store in ${directory} (pid ${pid}); stop that one, or start this one with another --state directory`,
    { cause },
  );
}
