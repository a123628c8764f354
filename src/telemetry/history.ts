/**
 * The history of readings. Memory holds every reading of the last hour; the store holds the same hour, one day of minute
 * aggregates and one month of hour aggregates (minimum, maximum, average). One transaction per minute writes what is new,
 * so that a crash loses at most one minute. While the store fails, history waits in memory.
 */
import { StoreError } from '../store/errors.ts';
import type { Store } from '../store/store.ts';
import { type Aggregate, aggregateOf, joined } from './aggregate.ts';
import { decodeMinute, encodeMinute, encodeSpans } from './blocks.ts';
import { HistoryTable, hour, minute, tiers } from './history-table.ts';
import { Minute } from './minute.ts';
import { readable, StoredHistory, spanOf } from './stored-history.ts';

export interface Reading {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly value: number;
}

export interface HistoryState {
  /** Why the last write failed; null after a successful one. */
  readonly fault: StoreError | null;
  /** Bytes of rows written since the start. */
  readonly written: number;
  /** Number of readings recorded since the start. */
  readonly readings: number;
}

/** Readings of one series in the current minute; times in milliseconds from its start. */
interface Open {
  readonly times: number[];
  readonly values: number[];
}

/** Limit of readings of one series in a minute; further ones are dropped. No sensor is read that often. */
const mostInMinute = 1200;

export class History {
  readonly #table: HistoryTable;
  readonly #stored: StoredHistory;
  /** Complete minutes of the last hour, in order. */
  #minutes: Minute[] = [];
  /** Starts of minutes that are not stored yet. */
  readonly #unsaved = new Set<number>();
  /** Starts of stored rows of the longer tiers. */
  readonly #settled: Readonly<Record<'minutes' | 'hours', Set<number>>> = {
    minutes: new Set(),
    hours: new Set(),
  };
  #open = new Map<string, Open>();
  #start: number;
  #readings = 0;
  #fault: StoreError | null = null;
  #revision = 0;

  /** Loads the last hour. @throws StoreError when the table of series cannot be read */
  constructor(store: Store, now: number) {
    this.#table = new HistoryTable(store);
    this.#stored = new StoredHistory(this.#table);
    this.#start = spanOf(now, minute);
    this.#load(now);
  }

  get state(): HistoryState {
    return { fault: this.#fault, written: this.#table.written, readings: this.#readings };
  }

  /** Rises when a minute is complete. */
  get revision(): number {
    return this.#revision;
  }

  /** Start of the time that memory covers, milliseconds since 1970. */
  get horizon(): number {
    return this.#minutes[0]?.start ?? this.#start;
  }

  /** Records a reading; infinite values and NaN are ignored. */
  record(series: string, { time, value }: Reading): void {
    if (!Number.isFinite(value)) return;
    this.#advance(time);
    this.#readings += 1;
    const open = this.#open.get(series);
    const at = Math.round(time) - this.#start;
    if (open === undefined) this.#open.set(series, { times: [at], values: [value] });
    else if (open.times.length < mostInMinute) {
      open.times.push(at);
      open.values.push(value);
    }
  }

  /** Completes the current minute when `now` is past it, also without readings. */
  tick(now: number): void {
    this.#advance(now);
  }

  /** Returns the readings of a series in memory with from < time <= to. */
  readings(series: string, from: number, to: number): Reading[] {
    const found: Reading[] = [];
    const add = (
      start: number,
      { times, values }: { times: readonly number[]; values: readonly number[] },
    ) => {
      for (const [at, value] of values.entries()) {
        const time = start + (times[at] ?? 0);
        if (time > from && time <= to) found.push({ time, value });
      }
    };
    for (const each of this.#minutes) {
      const { start } = each;
      const own = start + minute > from && start <= to ? each.run(series) : undefined;
      if (own !== undefined) add(start, own);
    }
    const open = this.#open.get(series);
    if (open !== undefined) add(this.#start, open);
    return found;
  }

  /**
   * Returns the aggregate of each series that has readings with from < time <= to. In the last hour each reading counts;
   * before it, each minute or hour that is wholly in the window. @throws StoreError when the window begins before memory
   */
  window(series: readonly string[], from: number, to: number): Map<string, Aggregate> {
    // `from` is exclusive: a window that begins 1 ms before the horizon is in memory.
    const found =
      from < this.horizon - 1
        ? this.#stored.window(series, from, Math.min(to, this.horizon), this.#start)
        : new Map();
    for (const name of series) {
      const own = joined(found.get(name), this.#inMemory(name, from, to));
      if (own !== undefined) found.set(name, own);
    }
    return found;
  }

  /** Returns the aggregate of one series; see `window`. @throws StoreError */
  aggregate(series: string, from: number, to: number): Aggregate | undefined {
    return this.window([series], from, to).get(series);
  }

  /** Returns the aggregate of the readings in memory. */
  #inMemory(series: string, from: number, to: number): Aggregate | undefined {
    let found: Aggregate | undefined;
    for (const each of this.#minutes) {
      const { start } = each;
      if (start + minute <= from || start > to) continue;
      const whole = start > from && start + minute <= to;
      const run = whole ? undefined : each.run(series);
      const own = run === undefined ? undefined : part(run, from - start, to - start);
      found = joined(found, whole ? each.aggregate(series) : own);
    }
    const open = this.#open.get(series);
    return open === undefined ? found : joined(found, part(open, from - this.#start, to - this.#start));
  }

  /** Writes what is not stored yet, the current minute included. `state.fault` reports a failure. */
  close(): void {
    this.#seal();
    this.#save(this.#start);
  }

  /** Completes the current minute when `time` is in another; reloads the hour when the clock jumped. */
  #advance(time: number): void {
    const start = spanOf(time, minute);
    if (start === this.#start) return;
    // A reading up to 2 s late, from a slow lane, counts for the current minute.
    if (start < this.#start && time > this.#start - 2000) return;
    this.#seal();
    const before = this.#start;
    this.#start = start;
    const jumped = start < before || start > before + hour;
    this.#save(jumped ? before + minute : start);
    if (jumped) this.#load(start);
    else this.#minutes = this.#minutes.filter((each) => each.start >= start - hour);
    this.#revision += 1;
  }

  #seal(): void {
    if (this.#open.size === 0) return;
    const runs = [...this.#open].flatMap(([name, run]) => {
      const aggregate = aggregateOf(run.values);
      return aggregate === undefined ? [] : [[name, run, aggregate] as const];
    });
    this.#minutes.push(new Minute(this.#start, runs));
    this.#unsaved.add(this.#start);
    this.#open = new Map();
  }

  #save(now: number): void {
    const spans = [...this.#due('minutes', now), ...this.#due('hours', now)];
    if (this.#unsaved.size === 0 && spans.length === 0) return;
    const fresh = new Set(
      this.#minutes.flatMap(({ series }) =>
        [...series].filter((name) => this.#table.known(name) === undefined),
      ),
    );
    try {
      this.#table.transaction(() => {
        for (const each of this.#minutes) {
          const { start, series } = each;
          if (!this.#unsaved.has(start)) continue;
          const runs = [...series].map(
            (name) => [this.#table.number(name), each.bytes(name) ?? new Uint8Array()] as const,
          );
          this.#table.write('raw', { start, data: encodeMinute(new Map(runs)) });
        }
        for (const { tier, start } of spans)
          this.#table.write(tier, { start, data: encodeSpans(this.#spansOf(tier, start)) });
        for (const tier of ['raw', 'minutes', 'hours'] as const) this.#table.trim(tier, now);
      });
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#fault = error;
      this.#table.forget(fresh);
      return;
    }
    this.#fault = null;
    this.#stored.forget();
    this.#unsaved.clear();
    for (const { tier, start } of spans) this.#settled[tier].add(start);
  }

  /** Returns the rows of a longer tier that are complete and not stored. */
  #due(
    tier: 'minutes' | 'hours',
    now: number,
  ): { readonly tier: 'minutes' | 'hours'; readonly start: number }[] {
    const { covers } = tiers[tier];
    const settled = this.#settled[tier];
    const starts = new Set(this.#minutes.map(({ start }) => spanOf(start, covers)));
    for (const start of settled) if (start < now - 2 * hour) settled.delete(start);
    return [...starts]
      .filter((start) => start + covers <= now && !settled.has(start))
      .map((start) => ({ tier, start }));
  }

  #spansOf(tier: 'minutes' | 'hours', from: number): Map<number, (Aggregate | undefined)[]> {
    const { covers } = tiers[tier];
    const length = tier === 'hours' ? hour : minute;
    const spans = new Map<number, (Aggregate | undefined)[]>();
    for (const each of this.#minutes) {
      const { start } = each;
      if (start < from || start >= from + covers) continue;
      const at = Math.floor((start - from) / length);
      for (const name of each.series) {
        const number = this.#table.number(name);
        const list = spans.get(number) ?? [];
        list[at] = joined(list[at], each.aggregate(name));
        spans.set(number, list);
      }
    }
    return spans;
  }

  /** Loads the hour before `now`; damaged rows are skipped. */
  #load(now: number): void {
    this.#minutes = [];
    this.#unsaved.clear();
    const from = spanOf(now, minute) - hour;
    for (const { start, data } of readable(() => this.#table.read('raw', from, now))) {
      const runs = readable(() => [...decodeMinute(data)]).flatMap(([number, bytes]) => {
        const name = this.#table.name(number);
        return name === undefined ? [] : [[name, bytes] as const];
      });
      this.#minutes.push(new Minute(start, runs));
    }
    for (const tier of ['minutes', 'hours'] as const) {
      this.#settled[tier].clear();
      for (const { start } of readable(() => this.#table.read(tier, from - hour, now)))
        this.#settled[tier].add(start);
    }
  }
}

/** Returns the aggregate of the part of a run with from < time <= to. */
function part(
  { times, values }: { readonly times: readonly number[]; readonly values: readonly number[] },
  from: number,
  to: number,
): Aggregate | undefined {
  return aggregateOf(values.filter((_, at) => (times[at] ?? 0) > from && (times[at] ?? 0) <= to));
}
