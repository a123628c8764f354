/**
 * The daemon's memory of readings, kept current as the board is read: history and statistics of every sensor; and the
 * metric reports and triggers that clients have made of it.
 */

import { type Clock, systemClock } from '../base/clock.ts';
import { reportDefect } from '../base/defects.ts';
import type { Board, Sensor } from '../board/model.ts';
import { StoreError } from '../store/errors.ts';
import type { Store } from '../store/store.ts';
import { type Aggregate, averageOf } from './aggregate.ts';
import { type Definition, limits } from './definition.ts';
import { DefinitionStore } from './definition-store.ts';
import type { Family } from './exposition.ts';
import { History, type Reading } from './history.ts';
import { hour, minute } from './history-table.ts';
import type { Metrics } from './metric.ts';
import type { Report } from './report.ts';
import { Reporter } from './reporter.ts';
import { Statistics } from './statistics.ts';
import { type Fired, type Trigger, Triggers } from './trigger.ts';

/** How often time is looked at, milliseconds; also the shortest interval of a metric report. */
export const tickPeriod = 1000;
/** Over which time AverageReading is the average, milliseconds. */
export const averagingInterval = hour;

const enabledKey = 'telemetry.enabled';

export { limits };

export interface SensorStatistics {
  readonly lowest: Reading | null;
  readonly peak: Reading | null;
  /** Since when, milliseconds since 1970; null before the first reading. */
  readonly since: number | null;
  /** Average of the readings of the last hour, or of those since the reset; null when there are none. */
  readonly average: number | null;
  /** Whether the average stands for the whole interval. */
  readonly achieved: boolean;
}

export interface TelemetryOptions {
  readonly board: Board;
  readonly store: Store;
  readonly settings: { get(key: string): string | undefined; set(key: string, value: string): void };
  /** Definitions that are there by themselves. */
  readonly predefined?: readonly Definition[];
  readonly clock?: Clock;
}

export class Telemetry {
  readonly history: History;
  readonly definitions: DefinitionStore<Definition>;
  readonly triggers: DefinitionStore<Trigger>;
  readonly #reporter: Reporter;
  readonly #watcher: Triggers;
  readonly #settings: TelemetryOptions['settings'];
  readonly #store: Store;
  readonly #statistics: Statistics;
  readonly #clock: Clock;
  /** Averages over the minutes that are over, until the next one is. */
  readonly #averages = new Map<string, number | null>();
  readonly #forget: () => void;
  #averagesOf = -1;
  #saved = 0;
  #timer: NodeJS.Timeout | undefined;
  #revision = 0;

  /** @throws StoreError */
  constructor({ board, store, settings, predefined = [], clock = systemClock }: TelemetryOptions) {
    this.#clock = clock;
    this.history = new History(store, clock.now());
    this.#settings = settings;
    this.#store = store;
    this.definitions = new DefinitionStore<Definition>(store, 'definition', predefined);
    this.triggers = new DefinitionStore<Trigger>(store, 'trigger');
    this.#reporter = new Reporter(this.definitions, this.history);
    this.#reporter.restore(store);
    this.#watcher = new Triggers(this.triggers);
    this.#watcher.onFired(({ trigger }) => {
      if (!trigger.TriggerActions.includes('RedfishMetricReport')) return;
      for (const id of trigger.Reports) this.#reporter.force(id, this.#clock.now(), this.#clock.monotonic());
    });
    this.#statistics = new Statistics(store);
    this.#forget = board.onReading((sensor) => this.#take(sensor));
  }

  /** Grows with every change of what is shown, but for readings and what follows from them. */
  get revision(): number {
    return this.#revision + this.definitions.revision + this.triggers.revision + this.#reporter.revision;
  }

  /** Whether reports are made and triggers watched; history goes on either way. */
  get enabled(): boolean {
    return this.#settings.get(enabledKey) !== 'no';
  }

  /** @throws StoreError */
  setEnabled(enabled: boolean): void {
    this.#settings.set(enabledKey, enabled ? 'yes' : 'no');
    this.#revision += 1;
  }

  /** Begins to look at the time, and at what there is to report of. */
  start(metrics: Metrics): void {
    this.#reporter.attach(metrics);
    this.#watcher.attach(metrics);
    this.#timer = setInterval(() => {
      try {
        this.tick();
      } catch (error) {
        // One report that cannot be made must not end the daemon.
        reportDefect(error);
      }
    }, tickPeriod).unref();
  }

  /** Stores what is not stored yet. */
  close(): void {
    clearInterval(this.#timer);
    this.#forget();
    this.history.close();
    this.#statistics.save();
    try {
      this.#reporter.save(this.#store);
    } catch (error) {
      // Then there are none after the restart.
      if (!(error instanceof StoreError)) throw error;
    }
  }

  /** What there is to do each second. */
  tick(): void {
    const now = this.#clock.now();
    this.history.tick(now);
    if (this.enabled) {
      const monotonic = this.#clock.monotonic();
      this.#watcher.tick(monotonic);
      this.#reporter.tick(now, monotonic);
    }
    if (Math.floor(now / minute) === this.#saved) return;
    this.#saved = Math.floor(now / minute);
    this.#statistics.save();
  }

  /** Told of each report that is to be sent to subscribers, as it is made. */
  onReport(listener: (report: Report) => void): () => void {
    return this.#reporter.onReport(listener);
  }

  /** Told of each trigger that is met, and when what met it is over. */
  onTrigger(listener: (fired: Fired) => void): () => void {
    return this.#watcher.onFired(listener);
  }

  /** Something happened of which an event tells; a trigger may wait for it. */
  received(messageId: string): void {
    if (this.enabled) this.#watcher.received(messageId);
  }

  /** Sends a report that belongs to no definition. */
  submitReport(report: Report): void {
    this.#reporter.submit(report);
  }

  get reportIds(): string[] {
    return this.#reporter.ids();
  }

  /** @throws StoreError where one that is made from history cannot be */
  report(id: string): Report | undefined {
    return this.#reporter.report(id, this.#clock.now(), this.#clock.monotonic());
  }

  /** The id of the newest report of a definition; undefined before the first. */
  newestReport(definition: string): string | undefined {
    return this.#reporter.newest(definition);
  }

  removeReport(id: string): void {
    this.#reporter.remove(id);
  }

  clearReports(): void {
    this.#reporter.clear();
  }

  /** Removes a definition and its reports. @throws StoreError */
  removeDefinition(id: string): void {
    this.definitions.remove(id);
    this.#reporter.forget(id);
  }

  /** Leaves the predefined definitions alone, as they came. @throws StoreError */
  resetDefinitions(): void {
    const ids = this.definitions.all.map(({ Id }) => Id);
    this.definitions.reset();
    for (const id of ids) if (this.definitions.get(id) === undefined) this.#reporter.forget(id);
  }

  statistics(sensor: string): SensorStatistics {
    const known = this.#statistics.get(sensor);
    const now = this.#clock.now();
    const since = known?.since ?? null;
    return {
      lowest: known?.lowest ?? null,
      peak: known?.peak ?? null,
      since,
      average:
        since === null ? null : this.#average(sensor, Math.max(since - 1, now - averagingInterval), now),
      achieved:
        since !== null &&
        since <= now - averagingInterval &&
        this.history.horizon <= now - averagingInterval + minute,
    };
  }

  /** What a sensor read in the last hour, as far as is known; undefined when it did not. */
  past(sensor: string): Aggregate | undefined {
    const now = this.#clock.now();
    return this.history.aggregate(sensor, Math.max(now - averagingInterval, this.history.horizon - 1), now);
  }

  /** Forgets the lowest and the highest readings of some sensors, for good. @throws StoreError */
  resetStatistics(sensors: Iterable<string>): void {
    const all = [...sensors];
    this.#statistics.reset(all, this.#clock.now());
    for (const each of all) this.#averages.delete(each);
    this.#revision += 1;
  }

  /** What history costs, for `/metrics`. */
  families(): Family[] {
    const { fault, written, readings } = this.history.state;
    return [
      {
        name: 'redfishd_history_readings',
        type: 'counter',
        help: 'Readings taken into history since the start.',
        samples: [['', readings]],
      },
      {
        name: 'redfishd_history_written_bytes',
        type: 'counter',
        unit: 'bytes',
        help: 'Bytes of history given to the store since the start.',
        samples: [['', written]],
      },
      {
        name: 'redfishd_history_fault',
        type: 'gauge',
        help: 'Whether history cannot be stored now.',
        samples: [['', fault === null ? 0 : 1]],
      },
    ];
  }

  #take({ id, reading, readingTime }: Sensor): void {
    if (reading === null || readingTime === null) return;
    const taken = { value: reading, time: readingTime.getTime() };
    this.history.record(id, taken);
    this.#statistics.record(id, taken);
  }

  /** To the minute: whoever lists all sensors has not all of an hour looked at for each. */
  #average(sensor: string, from: number, to: number): number | null {
    if (this.#averagesOf !== this.history.revision) {
      this.#averages.clear();
      this.#averagesOf = this.history.revision;
    }
    const known = this.#averages.get(sensor);
    if (known !== undefined && known !== null) return known;
    const found = this.history.aggregate(sensor, Math.max(from, this.history.horizon - 1), to);
    const average = found === undefined ? null : averageOf(found);
    // Before the first minute is over, all of it is still moving.
    if (this.history.revision > 0) this.#averages.set(sensor, average);
    return average;
  }
}
