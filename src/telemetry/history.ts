/**
 * Readings over time. The last hour is in memory, every reading of it; the store has the same hour, a day of minutes and a
 * month of hours (minimum, maximum, average). What is in memory is written once a minute, in one transaction, so that a
 * crash costs at most the last minute; while the store takes nothing, history waits in memory, and nothing else notices.
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
  /** Why nothing can be stored now; null when it can. */
  readonly fault: StoreError | null;
  /** Bytes of rows given to the store since the start. */
  readonly written: number;
  /** Readings taken since the start. */
  readonly readings: number;
}

interface Open {
  readonly times: number[];
  readonly values: number[];
}

/** More readings of one series in a minute than this go unrecorded: none is read that often. */
const mostInMinute = 1200;

export class History {
  readonly #table: HistoryTable;
  readonly #stored: StoredHistory;
  /** Minutes that are over, in order: those of the last hour. */
  #minutes: Minute[] = [];
  /** Starts of minutes that the store does not have yet. */
  readonly #unsaved = new Set<number>();
  /** Starts of rows of longer spans that the store has, or need not have. */
  readonly #settled: Readonly<Record<'minutes' | 'hours', Set<number>>> = {
    minutes: new Set(),
    hours: new Set(),
  };
  #open = new Map<string, Open>();
  #start: number;
  #readings = 0;
  #fault: StoreError | null = null;
  #revision = 0;

  /** @throws StoreError when what is stored cannot be read */
  constructor(store: Store, now: number) {
    this.#table = new HistoryTable(store);
    this.#stored = new StoredHistory(this.#table);
    this.#start = spanOf(now, minute);
    this.#load(now);
  }

  get state(): HistoryState {
    return { fault: this.#fault, written: this.#table.written, readings: this.#readings };
  }

  /** Grows when a minute is over. */
  get revision(): number {
    return this.#revision;
  }

  /** When the oldest reading in memory can have been taken. */
  get horizon(): number {
    return this.#minutes[0]?.start ?? this.#start;
  }

  record(series: string, { time, value }: Reading): void {
    if (!Number.isFinite(value)) return;
    this.#turn(time);
    this.#readings += 1;
    const open = this.#open.get(series);
    const at = Math.round(time) - this.#start;
    if (open === undefined) this.#open.set(series, { times: [at], values: [value] });
    else if (open.times.length < mostInMinute) {
      open.times.push(at);
      open.values.push(value);
    }
  }

  /** Time goes on, also when nothing is read. */
  tick(now: number): void {
    this.#turn(now);
  }

  /** Readings of a series with from < time <= to, as far as memory goes back. */
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
   * What each series did in from < time <= to, if it did anything. Of the last hour every reading counts; of what is older
   * each minute, or hour, that lies in that time whole. @throws StoreError where memory does not go back that far
   */
  window(series: readonly string[], from: number, to: number): Map<string, Aggregate> {
    // One before the first reading that there can be is still in memory.
    const found =
      from < this.horizon - 1
        ? this.#stored.window(series, from, Math.min(to, this.horizon), this.#start)
        : new Map();
    for (const name of series) {
      const own = joined(found.get(name), this.#remembered(name, from, to));
      if (own !== undefined) found.set(name, own);
    }
    return found;
  }

  /** The same of one series. @throws StoreError */
  aggregate(series: string, from: number, to: number): Aggregate | undefined {
    return this.window([series], from, to).get(series);
  }

  /** The part that is in memory. */
  #remembered(series: string, from: number, to: number): Aggregate | undefined {
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

  /** Writes what the store does not have yet, the minute that is not over included. Fails silently: see `state`. */
  close(): void {
    this.#seal();
    this.#save(this.#start);
  }

  /** Ends the minute that was, once `time` is in another. */
  #turn(time: number): void {
    const start = spanOf(time, minute);
    if (start === this.#start) return;
    // What comes from a lane that is a little late belongs to the minute that it was taken in; nearly.
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

  /** Longer spans that are over and not stored. */
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

  /** Takes from the store what lies in the hour before `now`. @throws StoreError */
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

/** Of a run that has times from some start: what lies in from < time <= to. */
function part(
  { times, values }: { readonly times: readonly number[]; readonly values: readonly number[] },
  from: number,
  to: number,
): Aggregate | undefined {
  return aggregateOf(values.filter((_, at) => (times[at] ?? 0) > from && (times[at] ?? 0) <= to));
}
