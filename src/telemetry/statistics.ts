/** The lowest and highest reading of each sensor since the last reset; they survive a restart. */
import { StoreError } from '../store/errors.ts';
import type { Store } from '../store/store.ts';
import type { Reading } from './history.ts';

export interface Statistic {
  /** Time of the last reset or the first reading, milliseconds since 1970. */
  readonly since: number;
  readonly lowest: Reading | null;
  readonly peak: Reading | null;
}

interface Row {
  readonly sensor: string;
  readonly since: number;
  readonly lowest: number | null;
  readonly lowest_time: number | null;
  readonly peak: number | null;
  readonly peak_time: number | null;
}

const upsert = `INSERT INTO sensor_statistics (sensor, since, lowest, lowest_time, peak, peak_time) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT (sensor) DO UPDATE SET since = excluded.since, lowest = excluded.lowest, lowest_time = excluded.lowest_time,
    peak = excluded.peak, peak_time = excluded.peak_time`;

const reading = (value: number | null, time: number | null): Reading | null =>
  value === null || time === null ? null : { value, time };

export class Statistics {
  readonly #store: Store;
  readonly #all = new Map<string, Statistic>();
  /** Sensors with statistics that are not stored yet. */
  readonly #dirty = new Set<string>();

  /** Loads the statistics. @throws StoreError */
  constructor(store: Store) {
    this.#store = store;
    for (const row of store.all<Row>('SELECT * FROM sensor_statistics'))
      this.#all.set(row.sensor, {
        since: row.since,
        lowest: reading(row.lowest, row.lowest_time),
        peak: reading(row.peak, row.peak_time),
      });
  }

  get(sensor: string): Statistic | undefined {
    return this.#all.get(sensor);
  }

  /** Updates the statistics of a sensor with a reading. */
  record(sensor: string, taken: Reading): void {
    const known = this.#all.get(sensor);
    const { value, time } = taken;
    if (known?.lowest && known.peak && value >= known.lowest.value && value <= known.peak.value) return;
    const lowest = known?.lowest && known.lowest.value <= value ? known.lowest : taken;
    const peak = known?.peak && known.peak.value >= value ? known.peak : taken;
    this.#all.set(sensor, { since: known?.since ?? time, lowest, peak });
    this.#dirty.add(sensor);
  }

  /** Resets the statistics of sensors, durably. @throws StoreError */
  reset(sensors: Iterable<string>, now: number): void {
    const fresh = [...sensors].map((sensor) => [sensor, { since: now, lowest: null, peak: null }] as const);
    this.#store.transaction(() => {
      for (const [sensor, statistic] of fresh) this.#write(sensor, statistic);
    });
    for (const [sensor, statistic] of fresh) {
      this.#all.set(sensor, statistic);
      this.#dirty.delete(sensor);
    }
  }

  /** Stores what has changed; after a failure the next call retries. */
  save(): void {
    if (this.#dirty.size === 0) return;
    try {
      this.#store.transaction(() => {
        for (const sensor of this.#dirty) {
          const statistic = this.#all.get(sensor);
          if (statistic !== undefined) this.#write(sensor, statistic);
        }
      });
      this.#dirty.clear();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
  }

  #write(sensor: string, { since, lowest, peak }: Statistic): void {
    this.#store.run(
      upsert,
      sensor,
      since,
      lowest?.value ?? null,
      lowest?.time ?? null,
      peak?.value ?? null,
      peak?.time ?? null,
    );
  }
}
