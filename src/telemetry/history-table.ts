/**
 * History as SQLite holds it: a row for each minute of readings, for each quarter of an hour of minute aggregates, and for
 * each hour. Rows are few and whole, so that flash sees few and whole writes.
 */
import type { Store } from '../store/store.ts';

export const minute = 60_000;
export const quarter = 15 * minute;
export const hour = 60 * minute;
export const day = 24 * hour;

export type Tier = 'raw' | 'minutes' | 'hours';

/** What a row of each tier covers, and how long it is kept, in milliseconds. */
export const tiers: Readonly<Record<Tier, { readonly covers: number; readonly kept: number }>> = {
  raw: { covers: minute, kept: hour },
  minutes: { covers: quarter, kept: day },
  hours: { covers: hour, kept: 31 * day },
};

const tables: Readonly<Record<Tier, string>> = {
  raw: 'history_raw',
  minutes: 'history_minutes',
  hours: 'history_hours',
};

export interface Row {
  /** When it begins, milliseconds since 1970. */
  readonly start: number;
  readonly data: Uint8Array;
}

export class HistoryTable {
  readonly #store: Store;
  /** Numbers that stand for the names of series. */
  readonly #numbers = new Map<string, number>();
  readonly #names = new Map<number, string>();
  #written = 0;

  /** @throws StoreError */
  constructor(store: Store) {
    this.#store = store;
    for (const { id, name } of store.all<{ id: number; name: string }>('SELECT id, name FROM history_series'))
      this.#know(id, name);
  }

  /** Bytes of rows written since the start. */
  get written(): number {
    return this.#written;
  }

  /** All or nothing. @throws StoreError */
  transaction(work: () => void): void {
    this.#store.transaction(work);
  }

  name(series: number): string | undefined {
    return this.#names.get(series);
  }

  /** The number of a series that has one. */
  known(series: string): number | undefined {
    return this.#numbers.get(series);
  }

  /** The number of a series, a new one where it has none. @throws StoreError */
  number(series: string): number {
    const known = this.#numbers.get(series);
    if (known !== undefined) return known;
    const sql =
      'INSERT INTO history_series (name) VALUES (?) ON CONFLICT (name) DO UPDATE SET name = name RETURNING id';
    const id = this.#store.get<{ id: number }>(sql, series)?.id ?? 0;
    this.#know(id, series);
    return id;
  }

  /** Forgets the numbers that a transaction gave which was then taken back. */
  forget(given: ReadonlySet<string>): void {
    for (const name of given) {
      this.#names.delete(this.#numbers.get(name) ?? 0);
      this.#numbers.delete(name);
    }
  }

  /** @throws StoreError */
  write(tier: Tier, { start, data }: Row): void {
    this.#store.run(
      `INSERT INTO ${tables[tier]} (start, data) VALUES (?, ?) ON CONFLICT (start) DO UPDATE SET data = excluded.data`,
      start,
      data,
    );
    this.#written += data.length;
  }

  /**
   * Removes what is too old. What lies in the future is kept, because a controller often starts in 1970 and learns the time
   * later; but no more of it than the tier holds anyway. @throws StoreError
   */
  trim(tier: Tier, now: number): void {
    const table = tables[tier];
    const { covers, kept } = tiers[tier];
    this.#store.run(`DELETE FROM ${table} WHERE start < ?`, now - kept - covers);
    const newest = `SELECT start FROM ${table} WHERE start > ? ORDER BY start DESC LIMIT ?`;
    const sql = `DELETE FROM ${table} WHERE start > ? AND start NOT IN (${newest})`;
    this.#store.run(sql, now, now, kept / covers);
  }

  /** Rows that begin in [from, to), in order. @throws StoreError */
  read(tier: Tier, from: number, to: number): Row[] {
    const sql = `SELECT start, data FROM ${tables[tier]} WHERE start >= ? AND start < ? ORDER BY start`;
    return this.#store.all<Row>(sql, from, to);
  }

  /** @throws StoreError */
  count(tier: Tier): number {
    return this.#store.get<{ count: number }>(`SELECT count(*) AS count FROM ${tables[tier]}`)?.count ?? 0;
  }

  #know(id: number, name: string): void {
    this.#numbers.set(name, id);
    this.#names.set(id, name);
  }
}
