/** The durable, ordered record of everything that happens; logs and events are served from it. */
import { type Clock, systemClock } from '../base/clock.ts';
import { Listeners } from '../base/listeners.ts';
import { StoreError } from '../store/errors.ts';
import type { Store } from '../store/store.ts';
import { readBootId } from './boot-id.ts';
import { ClockWatch } from './clock-watch.ts';
import {
  defaultCaps,
  type JournalMessages,
  type JournalOptions,
  type JournalState,
  type PageQuery,
} from './options.ts';
import { Outage } from './outage.ts';
import { PageIndex } from './page-index.ts';
import { type Page, Pages } from './pages.ts';
import { PendingRecords } from './pending-records.ts';
import type { JournalEntry, JournalRecord, LogName, LogRef } from './record.ts';
import * as table from './table.ts';

interface Append {
  readonly row: table.Row;
  readonly resolve: (id: number) => void;
  readonly reject: (error: unknown) => void;
}

/** Milliseconds between attempts to store after a failure. */
const retryPeriod = 1000;
/** Milliseconds between checks of the clock while nothing is appended. */
const clockPeriod = 10_000;
/**
 * The journal. Records that are appended together share one transaction. While the store accepts no writes, records wait in
 * memory (the least severe are dropped first) and are stored as soon as it accepts them again.
 */
export class Journal {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #caps: Readonly<Record<LogName, number>>;
  readonly #messages: JournalMessages | undefined;
  readonly #bootId: string;
  readonly #clockWatch: ClockWatch;
  readonly #clockTimer: NodeJS.Timeout;
  readonly #pages: Pages;
  readonly #appended = new Listeners<JournalEntry>();
  #queue: Append[] = [];
  /** Rows whose promise was rejected; they are stored later. */
  readonly #pending: PendingRecords;
  #flushing: NodeJS.Immediate | null = null;
  /** Fires when records that may wait must be stored. */
  #gathering: NodeJS.Timeout | null = null;
  #retry: NodeJS.Timeout | null = null;
  readonly #outage: Outage;
  #revision = 0;
  /** Lowest id that every subscriber has received. Without subscribers nothing is kept for them. */
  #delivered: () => number = () => Number.MAX_SAFE_INTEGER;

  constructor(store: Store, options: JournalOptions = {}) {
    this.#store = store;
    this.#clock = options.clock ?? systemClock;
    this.#caps = { ...defaultCaps, ...options.caps };
    this.#pending = new PendingRecords(options.pendingLimit ?? 1000);
    this.#messages = options.messages;
    this.#bootId = options.bootId ?? readBootId();
    this.#outage = new Outage(options.calm ?? 10_000, {
      began: (fault) => {
        options.log?.('records cannot be stored, and wait in memory', { err: fault });
        if (this.#messages !== undefined) this.#enqueue(this.#messages.faulty(fault), 0);
      },
      ended: (report) => {
        options.log?.('records are stored again', report);
        if (this.#messages !== undefined) this.#enqueue(this.#messages.storesAgain(report), 0);
      },
    });
    // Audit records have the time of this clock. A difference shows that the clock was set while no daemon ran.
    const known = table.newestEntry(store, 'AuditLog');
    this.#clockWatch = new ClockWatch(
      this.#clock,
      known?.bootId === this.#bootId ? { wall: known.time.getTime(), uptime: known.uptime } : undefined,
    );
    this.#pages = new Pages(store);
    const last = table.newestEntry(store);
    if (last !== undefined && last.bootId !== this.#bootId && this.#messages !== undefined)
      this.#appendToBoth(this.#messages.machineStarted(last));
    this.#checkClock();
    this.#clockTimer = setInterval(() => this.#checkClock(), clockPeriod).unref();
  }

  get state(): JournalState {
    const { fault, since, lost: missing } = this.#outage;
    return { fault, since, missing, waiting: this.#pending.rows.length, lost: this.#pending.lost };
  }

  /** Rises with every change of any log. */
  get revision(): number {
    return this.#revision;
  }

  /** Returns the maximum number of entries of a log. */
  cap(log: LogName): number {
    return this.#caps[log];
  }

  /**
   * Appends a record. Resolves with its id once it is durable. Rejects with a StoreError when it cannot be stored now; the
   * record then waits in memory. The promise need not be awaited.
   *
   * @param within milliseconds that the record may wait so that records in bulk share a transaction (flash wears). A record
   *   that may not wait takes the waiting ones along.
   */
  append(record: JournalRecord, within = 0): Promise<number> {
    this.#checkClock();
    return this.#enqueue(record, within);
  }

  /** Stores all appended and waiting records now. */
  flush(): void {
    const appends = this.#take();
    const rows = [...this.#pending.rows, ...appends.map(({ row }) => row)];
    if (rows.length === 0) return;
    const surplus = this.#pages.surplus(rows, this.#caps);
    let ids: number[];
    try {
      ids = this.#store.transaction(() => {
        const stored = rows.map((row) => table.insertRow(this.#store, row));
        for (const [stream, count] of surplus) table.deleteOldest(this.#store, stream, count);
        return stored;
      });
    } catch (error) {
      this.#queue = appends;
      this.#keep(error);
      return;
    }
    for (const [at, { stream }] of rows.entries())
      this.#pages.index(stream).add(PageIndex.blockOf(ids[at] ?? 0));
    for (const [stream, count] of surplus) this.#pages.index(stream).removeOldest(count);
    this.#revision++;
    this.#outage.stored();
    const waited = this.#pending.rows.length;
    this.#pending.rows = [];
    for (const [at, { resolve }] of appends.entries()) resolve(ids[waited + at] ?? 0);
    if (this.#appended.isEmpty) return;
    for (const [at, row] of rows.entries()) this.#appended.emit(table.entryOf({ ...row, id: ids[at] ?? 0 }));
  }

  /** Calls `listener` for each record once it is durable, in order of id. */
  onAppend(listener: (entry: JournalEntry) => void): () => void {
    return this.#appended.add(listener);
  }

  /** Reads a page of a log. @throws StoreError */
  page(ref: LogRef, query: PageQuery): Page {
    return this.#pages.read(ref, query);
  }

  /** Returns an entry that a log shows; undefined for any other id. */
  get(id: number): JournalEntry | undefined {
    const entry = table.readEntry(this.#store, id);
    return entry?.log === 'Event' ? undefined : entry;
  }

  /** Returns the events that follow an id, in order of id. A subscription stores the id of the last event delivered. */
  events(after: number, limit: number): JournalEntry[] {
    return table.readEvents(this.#store, after, limit);
  }

  /** Whether events that follow an id have been overwritten. */
  hasLost(after: number): boolean {
    return table.overwrittenUpTo(this.#store) > after;
  }

  /** Highest id ever given; 0 before the first record. */
  get newest(): number {
    return table.newestId(this.#store);
  }

  /** Keeps what a client removes from a log until it is delivered. `delivered` returns the lowest id that every subscriber has received. */
  keepFor(delivered: () => number): void {
    this.#delivered = delivered;
  }

  /** Returns how far a foreign log has been imported durably; undefined before its first record. */
  mark(source: string): string | undefined {
    return table.markOf(this.#store, source);
  }

  /** Deletes the mark of a foreign log: a later import starts at its beginning. @throws StoreError */
  forget(source: string): void {
    table.deleteMark(this.#store, source);
  }

  /** Removes one entry. @returns false when there is none @throws StoreError */
  delete(id: number): boolean {
    const row = this.#store.get<{ stream: string }>('SELECT stream FROM journal WHERE id = ?', id);
    if (row === undefined || row.stream === 'Event') return false;
    this.#store.transaction(() => table.hideFromLog(this.#store, 'id', id, this.#delivered()));
    this.#pages.index(row.stream).remove(PageIndex.blockOf(id));
    this.#changed();
    return true;
  }

  /** Empties a log. Ids continue. @throws StoreError */
  clear(ref: LogRef): void {
    // Records that still wait were appended before.
    this.flush();
    const stream = table.streamOf(ref);
    this.#store.transaction(() => table.hideFromLog(this.#store, 'stream', stream, this.#delivered()));
    this.#pages.index(stream).clear();
    this.#changed();
  }

  /** Sets whether an entry is resolved. @returns false when there is none @throws StoreError */
  setResolved(id: number, resolved: boolean): boolean {
    const { changes } = this.#store.run('UPDATE journal SET resolved = ? WHERE id = ?', Number(resolved), id);
    if (changes > 0) this.#revision++;
    return changes > 0;
  }

  /** Resolves every open condition. They belong to one run of the daemon: what still holds is recorded anew. @throws StoreError */
  closeConditions(): void {
    this.#store.run('UPDATE journal SET resolved = 1 WHERE condition IS NOT NULL AND resolved = 0');
    this.#revision++;
  }

  /** Stores what is left and stops the timers. */
  close(): void {
    this.flush();
    this.#outage.settle();
    this.flush();
    clearInterval(this.#clockTimer);
    if (this.#retry !== null) clearTimeout(this.#retry);
  }

  /** Records a step of the clock before any record with the new time. */
  #checkClock(): void {
    const step = this.#clockWatch.check();
    if (step === null || this.#messages === undefined) return;
    this.#appendToBoth(this.#messages.clockStepped(new Date(step.before), new Date(step.after)));
  }

  /** Appends to both logs whose readers rely on times. */
  #appendToBoth(record: JournalRecord): void {
    for (const log of ['EventLog', 'AuditLog'] as const) this.#enqueue({ ...record, log, system: null }, 0);
  }

  #enqueue(record: JournalRecord, within: number): Promise<number> {
    const promise = new Promise<number>((resolve, reject) => {
      const row = table.rowOf(record, this.#clock.now(), this.#bootId, this.#clock.monotonic());
      this.#queue.push({ row, resolve, reject });
      const store = () => (this.#outage.fault === null ? this.flush() : this.#keep(this.#outage.fault));
      // Records gather while a transaction waits for the disk: the slower the disk, the larger the groups.
      if (within === 0) this.#flushing ??= setImmediate(store);
      else this.#gathering ??= setTimeout(store, within).unref();
    });
    promise.catch(() => {}); // The failure shows in `state`; a promise that is not awaited must not end the process.
    return promise;
  }

  #changed(): void {
    this.#revision++;
    this.#pages.recountHidden();
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

  /** Rejects the appends that failed and keeps their records in memory. */
  #keep(error: unknown): void {
    const appends = this.#take();
    for (const { reject } of appends) reject(error);
    if (!(error instanceof StoreError)) {
      this.#pending.lost += appends.length;
      this.#pending.drop();
      return;
    }
    this.#pending.add(appends.map(({ row }) => row));
    this.#outage.failed(error, this.#clock.now(), this.#pending.lost);
    this.#retry ??= setTimeout(() => {
      this.#retry = null;
      this.flush();
    }, retryPeriod).unref();
  }
}
