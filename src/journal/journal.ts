import { type Clock, systemClock } from '../base/clock.ts';
import { Listeners } from '../base/listeners.ts';
import { StoreError } from '../store/errors.ts';
import type { Store } from '../store/store.ts';
import { readBootId } from './boot-id.ts';
import { ClockWatch } from './clock-watch.ts';
import { conditionOf, type JournalFilter } from './filter.ts';
import type { JournalOptions, JournalState, JournalWords, PageQuery } from './options.ts';
import { Outage } from './outage.ts';
import { Rank } from './rank.ts';
import type { JournalEntry, JournalRecord, LogName, LogRef } from './record.ts';
import {
  countBlocks,
  countBlocksOf,
  countEntries,
  deleteMark,
  deleteOldest,
  entryOf,
  hide,
  insertRow,
  logOf,
  markOf,
  newestEntry,
  newestId,
  overwrittenUpTo,
  type Row,
  readEntry,
  readEvents,
  readPage,
  rowOf,
  streamOf,
} from './table.ts';
import { Tail } from './tail.ts';

interface Append {
  readonly row: Row;
  readonly resolve: (id: number) => void;
  readonly reject: (error: unknown) => void;
}

export const defaultCaps: Readonly<Record<LogName, number>> = {
  SEL: 4096,
  EventLog: 10_000,
  AuditLog: 10_000,
  PostCodes: 4096,
  Event: 10_000,
};
const retryPeriod = 1000;
/** Milliseconds between looks at the clock while nothing is appended. */
const clockPeriod = 10_000;
/** Forms of filters that the database is asked for. */
const maxFilters = 200;
/** A filter that fewer than one in so many entries pass is better answered from its own index. */
const rareShare = 8;

/**
 * What happened, in order, for life. Appends that come together share one transaction. While the store takes
 * nothing, records wait in memory (the least severe are given up first) and are stored as soon as it does again.
 */
export class Journal {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #caps: Readonly<Record<LogName, number>>;
  readonly #words: JournalWords | undefined;
  readonly #bootId: string;
  readonly #clockWatch: ClockWatch;
  readonly #clockTimer: NodeJS.Timeout;
  readonly #ranks = new Map<string, Rank>();
  readonly #filters = new Set<string>();
  readonly #appended = new Listeners<JournalEntry>();
  #queue: Append[] = [];
  /** Rows whose appenders have been told that they are not durable. */
  readonly #tail: Tail;
  #flushing: NodeJS.Immediate | null = null;
  /** What is appended may wait for others until then. */
  #gathering: NodeJS.Timeout | null = null;
  #retry: NodeJS.Timeout | null = null;
  readonly #outage: Outage;
  #revision = 0;
  /** Without subscribers there is nobody to keep anything for. */
  #place: () => number = () => Number.MAX_SAFE_INTEGER;

  constructor(store: Store, options: JournalOptions = {}) {
    this.#store = store;
    this.#clock = options.clock ?? systemClock;
    this.#caps = { ...defaultCaps, ...options.caps };
    this.#tail = new Tail(options.tail ?? 1000);
    this.#words = options.words;
    this.#bootId = options.bootId ?? readBootId();
    this.#outage = new Outage(options.calm ?? 10_000, {
      began: (fault) => {
        options.log?.('records cannot be stored, and wait in memory', { err: fault });
        if (this.#words !== undefined) this.#enqueue(this.#words.faulty(fault), 0);
      },
      ended: (report) => {
        options.log?.('records are stored again', report);
        if (this.#words !== undefined) this.#enqueue(this.#words.storesAgain(report), 0);
      },
    });
    // What is in the audit log happened when it was written, so its times are those of our clock: the clock may have been
    // set since, while no daemon ran.
    const known = newestEntry(store, 'AuditLog');
    this.#clockWatch = new ClockWatch(
      this.#clock,
      known?.bootId === this.#bootId ? { wall: known.time.getTime(), uptime: known.uptime } : undefined,
    );
    for (const { stream, block, count } of countBlocks(store)) this.#rank(stream).add(block, count);
    const last = newestEntry(store);
    if (last !== undefined && last.bootId !== this.#bootId && this.#words !== undefined)
      this.#say(this.#words.machineStarted(last));
    this.#lookAtClock();
    this.#clockTimer = setInterval(() => this.#lookAtClock(), clockPeriod).unref();
  }

  get state(): JournalState {
    const { fault, since, lost: missing } = this.#outage;
    return { fault, since, missing, waiting: this.#tail.rows.length, lost: this.#tail.lost };
  }

  /** Grows with every change of any log. */
  get revision(): number {
    return this.#revision;
  }

  /** The most entries that a log holds. */
  cap(log: LogName): number {
    return this.#caps[log];
  }

  /**
   * Appends a record. Resolves with its id once it is durable. Rejects with a StoreError when it is not; the record
   * then waits in memory and is stored later, if that becomes possible. The promise may be left alone.
   *
   * @param within milliseconds in which it may wait for others to share its transaction, so that what comes in crowds
   *   does not wear the flash; the next record that may not takes it along
   */
  append(record: JournalRecord, within = 0): Promise<number> {
    this.#lookAtClock();
    return this.#enqueue(record, within);
  }

  /** Stores at once what has been appended, and what waits. */
  flush(): void {
    const appends = this.#take();
    const rows = [...this.#tail.rows, ...appends.map(({ row }) => row)];
    if (rows.length === 0) return;
    const surplus = this.#surplus(rows);
    let ids: number[];
    try {
      ids = this.#store.transaction(() => {
        const stored = rows.map((row) => insertRow(this.#store, row));
        for (const [stream, count] of surplus) deleteOldest(this.#store, stream, count);
        return stored;
      });
    } catch (error) {
      this.#queue = appends;
      this.#hold(error);
      return;
    }
    for (const [at, { stream }] of rows.entries()) this.#rank(stream).add(Rank.blockOf(ids[at] ?? 0));
    for (const [stream, count] of surplus) this.#rank(stream).removeOldest(count);
    this.#revision++;
    this.#outage.stored();
    const waited = this.#tail.rows.length;
    this.#tail.rows = [];
    for (const [at, { resolve }] of appends.entries()) resolve(ids[waited + at] ?? 0);
    if (this.#appended.isEmpty) return;
    for (const [at, row] of rows.entries()) this.#appended.emit(entryOf({ ...row, id: ids[at] ?? 0 }));
  }

  /** Called for each record once it is durable, in the order of ids. */
  onAppend(listener: (entry: JournalEntry) => void): () => void {
    return this.#appended.add(listener);
  }

  /**
   * Whether the database is asked for a filter of this form. Each form is a statement that is kept for good, so a client
   * that makes up ever new ones is answered by whoever reads the entries.
   */
  knowsFilter(filter: JournalFilter): boolean {
    const { sql } = conditionOf(filter);
    if (this.#filters.size < maxFilters) this.#filters.add(sql);
    return this.#filters.has(sql);
  }

  /**
   * Part of a log, and how many entries pass the filter in all. Without a filter the cost depends on `top` alone, with
   * one on how many entries pass, if it is on what there is an index for: time, severity, messageId.
   */
  page(ref: LogRef, query: PageQuery): { readonly total: number; readonly entries: JournalEntry[] } {
    const stream = streamOf(ref);
    const { skip, top, newestFirst = false, after } = query;
    const condition = query.filter && conditionOf(query.filter);
    const rank = this.#rank(stream);
    const total = condition === undefined ? rank.total : countEntries(this.#store, stream, condition);
    if (top === 0 || skip >= total) return { total, entries: [] };
    const from =
      condition === undefined && after === undefined
        ? rank.seek(skip, newestFirst)
        : { id: firstBehind(after, newestFirst), offset: skip };
    const rare = total < rank.total / rareShare;
    const entries = readPage(this.#store, { stream, from, count: top, newestFirst, condition, rare });
    return { total, entries };
  }

  /** An entry of a log; what no log shows is not found. */
  get(id: number): JournalEntry | undefined {
    const entry = readEntry(this.#store, id);
    return entry?.log === 'Event' ? undefined : entry;
  }

  /**
   * The events behind an id, in order: the read side of a subscription, whose place in the journal is the id of the last
   * event that was delivered.
   */
  events(after: number, limit: number): JournalEntry[] {
    return readEvents(this.#store, after, limit);
  }

  /** Whether events behind an id have been overwritten before they could be read. */
  hasLost(after: number): boolean {
    return overwrittenUpTo(this.#store) > after;
  }

  /** Id of the newest record there has ever been; 0 before the first. */
  get newest(): number {
    return newestId(this.#store);
  }

  /**
   * Names who still has to be told: what is removed from a log by a client is kept for those until then. `place` gives the
   * lowest id up to which all have been told.
   */
  keepFor(place: () => number): void {
    this.#place = place;
  }

  /** How far the log of somebody else has been taken over, by the records of it that are durable here. */
  mark(source: string): string | undefined {
    return markOf(this.#store, source);
  }

  /** Somebody else's log is not taken over any more; should it be again, then from its beginning. @throws StoreError */
  forget(source: string): void {
    deleteMark(this.#store, source);
  }

  /** Removes one entry. @returns false when there is none @throws StoreError */
  delete(id: number): boolean {
    const row = this.#store.get<{ stream: string }>('SELECT stream FROM journal WHERE id = ?', id);
    if (row === undefined || row.stream === 'Event') return false;
    this.#store.transaction(() => hide(this.#store, 'id', id, this.#place()));
    this.#rank(row.stream).remove(Rank.blockOf(id));
    this.#recount();
    return true;
  }

  /** Empties a log; ids go on from where they were. @throws StoreError */
  clear(ref: LogRef): void {
    // What waits for company was before it too.
    this.flush();
    const stream = streamOf(ref);
    this.#store.transaction(() => hide(this.#store, 'stream', stream, this.#place()));
    this.#rank(stream).clear();
    this.#recount();
  }

  /** Marks an entry as dealt with, or not. @returns false when there is none @throws StoreError */
  setResolved(id: number, resolved: boolean): boolean {
    const { changes } = this.#store.run('UPDATE journal SET resolved = ? WHERE id = ?', Number(resolved), id);
    if (changes > 0) this.#revision++;
    return changes > 0;
  }

  /**
   * Closes every condition that is open. Conditions belong to one run of the daemon, which does not know what a former
   * one saw: whatever still holds is raised anew. @throws StoreError
   */
  closeConditions(): void {
    this.#store.run('UPDATE journal SET resolved = 1 WHERE condition IS NOT NULL AND resolved = 0');
    this.#revision++;
  }

  /** Stores what is left, and stops trying. */
  close(): void {
    this.flush();
    this.#outage.settle();
    this.flush();
    clearInterval(this.#clockTimer);
    if (this.#retry !== null) clearTimeout(this.#retry);
  }

  /** Says that the clock was set, before anything is appended that has the new time. */
  #lookAtClock(): void {
    const step = this.#clockWatch.look();
    if (step === null || this.#words === undefined) return;
    this.#say(this.#words.clockStepped(new Date(step.before), new Date(step.after)));
  }

  /** In both logs whose readers ask when something was. */
  #say(record: JournalRecord): void {
    for (const log of ['EventLog', 'AuditLog'] as const) this.#enqueue({ ...record, log, system: null }, 0);
  }

  #enqueue(record: JournalRecord, within: number): Promise<number> {
    const promise = new Promise<number>((resolve, reject) => {
      const row = rowOf(record, this.#clock.now(), this.#bootId, this.#clock.monotonic());
      this.#queue.push({ row, resolve, reject });
      const store = () => (this.#outage.fault === null ? this.flush() : this.#hold(this.#outage.fault));
      // While a transaction waits for the disk, further records gather: the slower the disk, the larger the groups.
      if (within === 0) this.#flushing ??= setImmediate(store);
      else this.#gathering ??= setTimeout(store, within).unref();
    });
    promise.catch(() => {}); // A failure shows in the state; whoever does not wait for it must not end the process.
    return promise;
  }

  /** Hidden records are not appended in order: their blocks are counted again. */
  #recount(): void {
    this.#revision++;
    const hidden = this.#rank('Event');
    hidden.clear();
    for (const { block, count } of countBlocksOf(this.#store, 'Event')) hidden.add(block, count);
  }

  #rank(stream: string): Rank {
    let rank = this.#ranks.get(stream);
    if (rank === undefined) {
      rank = new Rank();
      this.#ranks.set(stream, rank);
    }
    return rank;
  }

  /** How many of the oldest entries must go, in logs that would outgrow their cap; a batch at a time. */
  #surplus(rows: readonly Row[]): Map<string, number> {
    const surplus = new Map<string, number>();
    const streams = new Map(rows.map((row) => [row.stream, logOf(row)]));
    for (const [stream, log] of streams) {
      const added = rows.filter((row) => row.stream === stream).length;
      const over = this.#rank(stream).total + added - this.#caps[log];
      if (over > 0) surplus.set(stream, over + Math.floor(this.#caps[log] / 64));
    }
    return surplus;
  }

  #take(): Append[] {
    if (this.#flushing !== null) clearImmediate(this.#flushing);
    this.#flushing = null;
    if (this.#gathering !== null) clearTimeout(this.#gathering);
    this.#gathering = null;
    const appends = this.#queue;
    this.#queue = [];
    return appends;
  }

  /** Tells the appenders that it failed, and keeps their records in memory until the store takes them. */
  #hold(error: unknown): void {
    const appends = this.#take();
    for (const { reject } of appends) reject(error);
    if (!(error instanceof StoreError)) {
      this.#tail.lost += appends.length;
      this.#tail.drop();
      return;
    }
    this.#tail.add(appends.map(({ row }) => row));
    this.#outage.failed(error, this.#clock.now(), this.#tail.lost);
    this.#retry ??= setTimeout(() => {
      this.#retry = null;
      this.flush();
    }, retryPeriod).unref();
  }
}

/** The first id behind another one, in the order of a page; with none, the first of all. */
function firstBehind(id: number | undefined, newestFirst: boolean): number {
  if (id === undefined) return newestFirst ? Number.MAX_SAFE_INTEGER : 0;
  return newestFirst ? id - 1 : id + 1;
}
