import type { Store } from '../store/store.ts';
import type { Condition } from './filter.ts';
import { blockSize } from './rank.ts';
import type { JournalEntry, JournalRecord, LogName, LogRef, Severity } from './record.ts';

/** A record as the table holds it, but for its id. */
export interface Row {
  readonly stream: string;
  readonly time: number;
  readonly boot: string;
  readonly uptime: number;
  readonly system: string | null;
  readonly message_id: string;
  readonly args: string;
  readonly message: string;
  readonly severity: Severity;
  readonly origin: string | null;
  readonly condition: string | null;
  readonly resolved: number;
  readonly user: string | null;
  readonly address: string | null;
  readonly detail: string | null;
}
type StoredRow = Row & { readonly id: number };

/** Texts from outside are cut to this many characters, so that no client fills the log with one record. */
const textLimit = 4096;
const cut = (text: string) => (text.length <= textLimit ? text : `${text.slice(0, textLimit - 1)}…`);

/** The key of a log in the table. */
export function streamOf(ref: LogRef): string {
  return ref.log === 'SEL' ? `SEL/${ref.system}` : ref.log;
}

/** Makes the row of a record. @throws TypeError when `detail` is not JSON */
export function rowOf(record: JournalRecord, now: number, bootId: string, uptime: number): Row {
  return {
    stream: streamOf(record),
    time: record.time?.getTime() || now,
    boot: bootId,
    uptime: Math.round(uptime),
    system: record.system ?? null,
    message_id: record.messageId,
    args: JSON.stringify((record.args ?? []).map(cut)),
    message: cut(record.message),
    severity: record.severity,
    origin: record.origin ?? null,
    condition: record.condition ?? null,
    resolved: Number(record.resolves ?? false),
    user: record.user ?? null,
    address: record.address ?? null,
    detail: record.detail === undefined ? null : JSON.stringify(record.detail),
  };
}

/** The entry that a row is. */
export function entryOf(row: StoredRow): JournalEntry {
  return {
    id: row.id,
    log: logOf(row),
    system: row.system,
    time: new Date(row.time),
    bootId: row.boot,
    uptime: row.uptime,
    messageId: row.message_id,
    args: JSON.parse(row.args),
    message: row.message,
    severity: row.severity,
    origin: row.origin,
    condition: row.condition,
    resolved: row.resolved === 1,
    user: row.user,
    address: row.address,
    detail: row.detail === null ? null : JSON.parse(row.detail),
  };
}

/** The log that a row belongs to. */
export function logOf(row: Pick<Row, 'stream'>): LogName {
  return row.stream.replace(/\/.*/, '') as LogName;
}

const columns = [
  'stream',
  'time',
  'boot',
  'uptime',
  'system',
  'message_id',
  'args',
  'message',
  'severity',
  'origin',
  'condition',
  'resolved',
  'user',
  'address',
  'detail',
] as const satisfies readonly (keyof Row)[];
// Bound by position, which is faster than by name.
const insert = `INSERT INTO journal (${columns}) VALUES (${columns.map(() => '?')})`;
const resolve = 'UPDATE journal SET resolved = 1 WHERE condition = ? AND resolved = 0';

/** Stores a row; one that is resolved from the beginning resolves the others of its condition. @returns its id */
export function insertRow(store: Store, row: Row): number {
  if (row.resolved === 1 && row.condition !== null) store.run(resolve, row.condition);
  return store.run(insert, ...columns.map((column) => row[column])).lastId;
}

/** How many entries each log has in each block of ids, in ascending order. */
export function countBlocks(
  store: Store,
): { readonly stream: string; readonly block: number; readonly count: number }[] {
  return store.all(`SELECT stream, id / ${blockSize} AS block, count(*) AS count FROM journal
    GROUP BY stream, block ORDER BY stream, block`);
}

export function readEntry(store: Store, id: number): JournalEntry | undefined {
  const row = store.get<StoredRow>('SELECT * FROM journal WHERE id = ?', id);
  return row && entryOf(row);
}

export interface PageOfTable {
  readonly stream: string;
  /** The first id that may be in it, and how many entries from there on to pass over. */
  readonly from: { readonly id: number; readonly offset: number };
  readonly count: number;
  readonly newestFirst: boolean;
  readonly condition?: Condition | undefined;
  /** Few entries pass the condition: they are found by it and put in order, instead of looked for in order. */
  readonly rare?: boolean;
}

/** Entries of a log from an id on, upwards or downwards. */
export function readPage(store: Store, page: PageOfTable): JournalEntry[] {
  const { stream, from, count, newestFirst, condition, rare } = page;
  const where = condition === undefined ? '' : `AND ${condition.sql}`;
  // The plus sign keeps SQLite from walking the log by its ids.
  const id = rare ? '+id' : 'id';
  const range = newestFirst
    ? `${id} <= ? ${where} ORDER BY ${id} DESC`
    : `${id} >= ? ${where} ORDER BY ${id}`;
  const sql = `SELECT * FROM journal WHERE stream = ? AND ${range} LIMIT ? OFFSET ?`;
  const values = [stream, from.id, ...(condition?.values ?? []), count, from.offset];
  return store.all<StoredRow>(sql, ...values).map(entryOf);
}

/** How many entries of a log a condition is true of. */
export function countEntries(store: Store, stream: string, { sql, values }: Condition): number {
  const counted = `SELECT count(*) AS count FROM journal WHERE stream = ? AND ${sql}`;
  return store.get<{ count: number }>(counted, stream, ...values)?.count ?? 0;
}

/** Removes the oldest entries of a log. */
export function deleteOldest(store: Store, stream: string, count: number): void {
  const oldest = 'SELECT id FROM journal WHERE stream = ? ORDER BY id LIMIT ?';
  store.run(`DELETE FROM journal WHERE id IN (${oldest})`, stream, count);
}
