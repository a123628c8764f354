import type { Store } from '../store/store.ts';
import type { Condition } from './filter.ts';
import { blockSize } from './rank.ts';
import type { JournalEntry, JournalRecord, LogName, LogRef, Mark, Severity } from './record.ts';

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
  /** Goes into a table of its own. */
  readonly mark?: Mark;
}
type StoredRow = Row & { readonly id: number };

/** Texts from outside are cut to this many characters, so that no client fills the log with one record. */
const textLimit = 4096;
const cut = (text: string) => (text.length <= textLimit ? text : `${text.slice(0, textLimit - 1)}…`);

/** The key of a log in the table. */
export function streamOf(ref: LogRef): string {
  return ref.log === 'SEL' || ref.log === 'PostCodes' ? `${ref.log}/${ref.system}` : ref.log;
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
    ...(record.mark === undefined ? {} : { mark: record.mark }),
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
  if (row.mark !== undefined) store.run(setMark, row.mark.source, row.mark.mark);
  if (row.resolved === 1 && row.condition !== null) store.run(resolve, row.condition);
  return store.run(insert, ...columns.map((column) => row[column])).lastId;
}

const setMark =
  'INSERT INTO marks (source, mark) VALUES (?, ?) ON CONFLICT (source) DO UPDATE SET mark = excluded.mark';

/** How far the log of somebody else has been taken over; undefined before the first of its records. */
export const markOf = (store: Store, source: string): string | undefined =>
  store.get<{ mark: string }>('SELECT mark FROM marks WHERE source = ?', source)?.mark;

/** Forgets that. @throws StoreError */
export function deleteMark(store: Store, source: string): void {
  store.run('DELETE FROM marks WHERE source = ?', source);
}

/** How many entries each log has in each block of ids, in ascending order. */
export function countBlocks(
  store: Store,
): { readonly stream: string; readonly block: number; readonly count: number }[] {
  return store.all(`SELECT stream, id / ${blockSize} AS block, count(*) AS count FROM journal
    GROUP BY stream, block ORDER BY stream, block`);
}

/** The same for one of them. */
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

/** The newest record that there still is, of one log or of any. */
export function newestEntry(store: Store, stream?: string): JournalEntry | undefined {
  const row =
    stream === undefined
      ? store.get<StoredRow>('SELECT * FROM journal ORDER BY id DESC LIMIT 1')
      : store.get<StoredRow>('SELECT * FROM journal WHERE stream = ? ORDER BY id DESC LIMIT 1', stream);
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

/** Removes the oldest entries of a log to make room, and takes note of how far that went. */
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

/** What is told to subscribers. A SEL shows a host's part of the EventLog once more, and audit is nobody's event. */
const toldIn = "stream IN ('EventLog', 'Event')";

/** Records that are events, behind an id and in the order of ids. */
export function readEvents(store: Store, after: number, limit: number): JournalEntry[] {
  const sql = `SELECT * FROM journal WHERE id > ? AND ${toldIn} ORDER BY id LIMIT ?`;
  return store.all<StoredRow>(sql, after, limit).map(entryOf);
}

/** The last id at which a record that is an event has been overwritten; 0 for none. */
export function overwrittenUpTo(store: Store): number {
  const sql = `SELECT coalesce(max(id), 0) AS id FROM journal_overwritten WHERE ${toldIn}`;
  return store.get<{ id: number }>(sql)?.id ?? 0;
}

/** The id of the newest record there has ever been, removed ones too; 0 before the first. */
export function newestId(store: Store): number {
  return store.get<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'journal'")?.seq ?? 0;
}

/** Takes records behind an id out of a log, and keeps them for those who have not been told. */
export function hide(store: Store, where: 'id' | 'stream', value: number | string, after: number): void {
  store.run(`UPDATE journal SET stream = 'Event' WHERE ${where} = ? AND id > ? AND ${toldIn}`, value, after);
  if (where === 'id') store.run('DELETE FROM journal WHERE id = ? AND stream <> ?', value, 'Event');
  else store.run('DELETE FROM journal WHERE stream = ?', value);
}
