/**
 * The tables of history: a row per minute of readings, per 15 minutes of minute aggregates, and per hour of hour aggregates.
 * A row holds all series, so that few and large writes reach the flash.
 */
import type { Store } from '../store/store.ts';

export const minute = 60_000;
export const quarter = 15 * minute;
export const hour = 60 * minute;
export const day = 24 * hour;

export type Tier = 'raw' | 'minutes' | 'hours';

/** Time that a row of each tier covers, and its retention, milliseconds. */
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
  /** Start of the span, milliseconds since 1970. */
  readonly start: number;
  readonly data: Uint8Array;
}

export class HistoryTable {
  readonly #store: Store;
  /** Numbers of the series by name. */
  readonly #numbers = new Map<string, number>();
  readonly #names = new Map<number, string>();
  #written = 0;

  /** @throws StoreError */
  constructor(store: Store) {
    this.#store = store;
    for (const { id, name } of store.all<{ id: number; name: string }>('SELECT id, name FROM history_series'))
      this.#addName(id, name);
  }

  /** Bytes of rows written since the start. */
  get written(): number {
    return this.#written;
  }

  /** Runs writes, all or none. @throws StoreError */
  transaction(work: () => void): void {
    this.#store.transaction(work);
  }

  /** Returns the name of a series by its number. */
  name(series: number): string | undefined {
    return this.#names.get(series);
  }

  /** Returns the number of a series; undefined: it has none yet. */
  known(series: string): number | undefined {
    return this.#numbers.get(series);
  }

  /** Returns the number of a series; assigns one when it has none. @throws StoreError */
  number(series: string): number {
    const known = this.#numbers.get(series);
    if (known !== undefined) return known;
    const sql =
      'INSERT INTO history_series (name) VALUES (?) ON CONFLICT (name) DO UPDATE SET name = name RETURNING id';
    const id = this.#store.get<{ id: number }>(sql, series)?.id ?? 0;
    this.#addName(id, series);
    return id;
  }

  /** Drops the numbers that were assigned in a transaction that was rolled back. */
  forget(given: ReadonlySet<string>): void {
    for (const name of given) {
      this.#names.delete(this.#numbers.get(name) ?? 0);
      this.#numbers.delete(name);
    }
  }

  /** Inserts or replaces a row. @throws StoreError */
  write(tier: Tier, { start, data }: Row): void {
    this.#store.run(
      `INSERT INTO ${tables[tier]} (start, data) VALUES (?, ?) ON CONFLICT (start) DO UPDATE SET data = excluded.data`,
      start,
      data,
    );
    this.#written += data.length;
  }

  /**
   * Deletes rows beyond the retention. Rows in the future are kept, up to the number of rows of the tier: a controller often
   * starts with a clock of 1970 and receives the time later. @throws StoreError
   */
  trim(tier: Tier, now: number): void {
    const table = tables[tier];
    const { covers, kept } = tiers[tier];
    this.#store.run(`DELETE FROM ${table} WHERE start < ?`, now - kept - covers);
    const newest = `SELECT start FROM ${table} WHERE start > ? ORDER BY start DESC LIMIT ?`;
    const sql = `DELETE FROM ${table} WHERE start > ? AND start NOT IN (${newest})`;
    this.#store.run(sql, now, now, kept / covers);
  }

  /** Returns rows with from <= start < to, in order. @throws StoreError */
  read(tier: Tier, from: number, to: number): Row[] {
    const sql = `SELECT start, data FROM ${tables[tier]} WHERE start >= ? AND start < ? ORDER BY start`;
    return this.#store.all<Row>(sql, from, to);
  }

  /** Returns the number of rows of a tier. @throws StoreError */
  count(tier: Tier): number {
    return this.#store.get<{ count: number }>(`SELECT count(*) AS count FROM ${tables[tier]}`)?.count ?? 0;
  }

  #addName(id: number, name: string): void {
    this.#numbers.set(name, id);
    this.#names.set(id, name);
  }
}
