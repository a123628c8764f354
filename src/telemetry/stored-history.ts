/** Aggregates from the store, for the time before memory: one read serves any number of series. */
import { StoreError } from '../store/errors.ts';
import { type Aggregate, joined } from './aggregate.ts';
import { decodeSpans, type Spans } from './blocks.ts';
import { type HistoryTable, hour, minute, type Row, type Tier, tiers } from './history-table.ts';

/** Returns the start of the span that contains a time; all in milliseconds. */
export const spanOf = (time: number, length: number): number => Math.floor(time / length) * length;

export class StoredHistory {
  readonly #table: HistoryTable;
  /** The row that was decoded last: its minutes are often requested one after the other. */
  #decodedLast: { readonly key: string; readonly spans: Spans } | undefined;

  constructor(table: HistoryTable) {
    this.#table = table;
  }

  /** Drops the decoded row after rows were written. */
  forget(): void {
    this.#decodedLast = undefined;
  }

  /**
   * Returns the aggregate of each series over the stored minutes and hours that are wholly in from < time <= to.
   * @param now start of the current minute; the retention of minutes counts back from it
   * @throws StoreError
   */
  window(series: readonly string[], from: number, to: number, now: number): Map<string, Aggregate> {
    const found = new Map<string, Aggregate>();
    const numbers = series.flatMap((name) => {
      const number = this.#table.known(name);
      return number === undefined ? [] : [[name, number] as const];
    });
    const add = (tier: 'minutes' | 'hours', length: number, since: number, until: number) => {
      for (const row of this.#table.read(tier, spanOf(since, tiers[tier].covers), until)) {
        const spans = this.#decoded(tier, row);
        for (const [name, number] of numbers) {
          for (const [at, each] of spans.get(number)?.entries() ?? []) {
            const begins = row.start + at * length;
            if (each === undefined || begins < since || begins + length > until) continue;
            const sum = joined(found.get(name), each);
            if (sum !== undefined) found.set(name, sum);
          }
        }
      }
    };
    // Minutes are preferred to hours within their retention.
    const minutesFrom = spanOf(now - tiers.minutes.kept + hour, hour);
    if (from < minutesFrom) add('hours', hour, from, Math.min(to, minutesFrom));
    if (to > minutesFrom) add('minutes', minute, Math.max(from, minutesFrom), to);
    return found;
  }

  #decoded(tier: Tier, { start, data }: Row): Spans {
    const key = `${tier} ${start} ${data.length}`;
    if (this.#decodedLast?.key !== key)
      this.#decodedLast = { key, spans: new Map(readable(() => [...decodeSpans(data)])) };
    return this.#decodedLast.spans;
  }
}

/** Returns what `read` returns; damaged rows and read failures count as a gap in the history. */
export function readable<T>(read: () => T[]): T[] {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError || error instanceof StoreError) return [];
    throw error;
  }
}
