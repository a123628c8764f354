/** The journal's table in SQLite: rows and the statements on them. */
import type { Store } from '../store/store.ts';
import type { Condition } from './filter.ts';
import { blockSize } from './page-index.ts';
import type { JournalEntry, JournalRecord, LogName, LogRef, Mark, Severity } from './record.ts';

/** A row of the table without its id. */
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
  /** Stored in the table `marks`. */
  readonly mark?: Mark;
}
type StoredRow = Row & { readonly id: number };

/** Characters after which a text is cut, so that one record cannot fill the log. */
const textLimit = 4096;
const cut = (text: string) => (text.length <= textLimit ? text : `${text.slice(0, textLimit - 1)}…`);

/** The key of a log in the table. */
export function streamOf(ref: LogRef): string {
  return ref.log === 'SEL' || ref.log === 'PostCodes' ? `${ref.log}/${ref.system}` : ref.log;
}

/** Returns the row of a record. @throws TypeError when `detail` is not JSON */
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
    ...(record.mark === undefined ? {} : { mark: record.mark }),
  };
}

/** Returns the entry of a stored row. */
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

/** Returns the log that a row belongs to. */
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
// Values are bound by position, which is faster than by name.
const insert = `INSERT INTO journal (${columns}) VALUES (${columns.map(() => '?')})`;
const resolve = 'UPDATE journal SET resolved = 1 WHERE condition = ? AND resolved = 0';

/** Stores a row and returns its id. A row that is already resolved also resolves the open rows of its condition. */
export function insertRow(store: Store, row: Row): number {
  if (row.mark !== undefined) store.run(setMark, row.mark.source, row.mark.mark);
  if (row.resolved === 1 && row.condition !== null) store.run(resolve, row.condition);
  return store.run(insert, ...columns.map((column) => row[column])).lastId;
}

const setMark =
  'INSERT INTO marks (source, mark) VALUES (?, ?) ON CONFLICT (source) DO UPDATE SET mark = excluded.mark';

/** Returns how far a foreign log has been imported; undefined before its first record. */
export const markOf = (store: Store, source: string): string | undefined =>
  store.get<{ mark: string }>('SELECT mark FROM marks WHERE source = ?', source)?.mark;

/** Deletes the mark of a foreign log. @throws StoreError */
export function deleteMark(store: Store, source: string): void {
  store.run('DELETE FROM marks WHERE source = ?', source);
}

/** Counts entries per log and block of ids, in ascending order. */
export function countBlocks(
  store: Store,
): { readonly stream: string; readonly block: number; readonly count: number }[] {
  return store.all(`SELECT stream, id / ${blockSize} AS block, count(*) AS count FROM journal
    GROUP BY stream, block ORDER BY stream, block`);
}

/** Counts entries of one log per block of ids, in ascending order. */
export function countBlocksOf(
  store: Store,
  stream: string,
): { readonly block: number; readonly count: number }[] {
  const sql = `SELECT id / ${blockSize} AS block, count(*) AS count FROM journal
    WHERE stream = ? GROUP BY block ORDER BY block`;
  return store.all(sql, stream);
}

export function readEntry(store: Store, id: number): JournalEntry | undefined {
  const row = store.get<StoredRow>('SELECT * FROM journal WHERE id = ?', id);
  return row && entryOf(row);
}

/** Returns the newest stored record, of one log or of all. */
export function newestEntry(store: Store, stream?: string): JournalEntry | undefined {
  const row =
    stream === undefined
      ? store.get<StoredRow>('SELECT * FROM journal ORDER BY id DESC LIMIT 1')
      : store.get<StoredRow>('SELECT * FROM journal WHERE stream = ? ORDER BY id DESC LIMIT 1', stream);
  return row && entryOf(row);
}

export interface PageOfTable {
  readonly stream: string;
  /** Lowest id that may be in the page (highest, when newest first), and entries to skip from there. */
  readonly from: { readonly id: number; readonly offset: number };
  readonly count: number;
  readonly newestFirst: boolean;
  readonly condition?: Condition | undefined;
  /** Few entries match: use the index of the condition and sort, instead of scanning by id. */
  readonly rare?: boolean;
}

/** Reads one page of a log. */
export function readPage(store: Store, page: PageOfTable): JournalEntry[] {
  const { stream, from, count, newestFirst, condition, rare } = page;
  const where = condition === undefined ? '' : `AND ${condition.sql}`;
  // The plus sign keeps SQLite from using the index on id.
  const id = rare ? '+id' : 'id';
  const range = newestFirst
    ? `${id} <= ? ${where} ORDER BY ${id} DESC`
    : `${id} >= ? ${where} ORDER BY ${id}`;
  const sql = `SELECT * FROM journal WHERE stream = ? AND ${range} LIMIT ? OFFSET ?`;
  const values = [stream, from.id, ...(condition?.values ?? []), count, from.offset];
  return store.all<StoredRow>(sql, ...values).map(entryOf);
}

/** Counts the entries of a log that match. */
export function countEntries(store: Store, stream: string, { sql, values }: Condition): number {
  const counted = `SELECT count(*) AS count FROM journal WHERE stream = ? AND ${sql}`;
  return store.get<{ count: number }>(counted, stream, ...values)?.count ?? 0;
}

/** Deletes the oldest entries of a log and stores up to which id. */
export function deleteOldest(store: Store, stream: string, count: number): void {
  const oldest = 'SELECT id FROM journal WHERE stream = ? ORDER BY id LIMIT ?';
  const last = store.get<{ id: number | null }>(`SELECT max(id) AS id FROM (${oldest})`, stream, count)?.id;
  if (last == null) return;
  store.run('DELETE FROM journal WHERE stream = ? AND id <= ?', stream, last);
  store.run(
    `INSERT INTO journal_overwritten (stream, id) VALUES (?, ?)
     ON CONFLICT (stream) DO UPDATE SET id = max(id, excluded.id)`,
    ...[stream, last],
  );
}

/** Logs whose records are events. SEL repeats a host's part of EventLog; audit records are no events. */
const isEvent = "stream IN ('EventLog', 'Event')";

/** Reads the events that follow an id, in order of id. */
export function readEvents(store: Store, after: number, limit: number): JournalEntry[] {
  const sql = `SELECT * FROM journal WHERE id > ? AND ${isEvent} ORDER BY id LIMIT ?`;
  return store.all<StoredRow>(sql, after, limit).map(entryOf);
}

/** Returns the highest id of an overwritten event; 0 for none. */
export function overwrittenUpTo(store: Store): number {
  const sql = `SELECT coalesce(max(id), 0) AS id FROM journal_overwritten WHERE ${isEvent}`;
  return store.get<{ id: number }>(sql)?.id ?? 0;
}

/** Returns the highest id ever given, deleted records included; 0 before the first. */
export function newestId(store: Store): number {
  return store.get<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'journal'")?.seq ?? 0;
}

/** Deletes records from a log. Events that follow the id `after` are kept for subscribers that have not received them. */
export function hideFromLog(
  store: Store,
  where: 'id' | 'stream',
  value: number | string,
  after: number,
): void {
  store.run(`UPDATE journal SET stream = 'Event' WHERE ${where} = ? AND id > ? AND ${isEvent}`, value, after);
  if (where === 'id') store.run('DELETE FROM journal WHERE id = ? AND stream <> ?', value, 'Event');
  else store.run('DELETE FROM journal WHERE stream = ?', value);
}
