/** The telemetry service: history and statistics of every sensor, metric reports and triggers. */
import { type Clock, systemClock } from '../base/clock.ts';
import { reportDefect } from '../base/defects.ts';
import type { Board } from '../board/model/board.ts';
import type { Sensor } from '../board/model/sensor.ts';
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
import { type Trigger, type TriggerEvent, Triggers } from './trigger.ts';

/** Period of `tick`, milliseconds; also the minimum interval of a metric report. */
export const tickPeriod = 1000;
/** Interval of Sensor.AverageReading, milliseconds. */
export const averagingInterval = hour;

const enabledKey = 'telemetry.enabled';

export { limits };

export interface SensorStatistics {
  readonly lowest: Reading | null;
  readonly peak: Reading | null;
  /** Time of the last reset or the first reading, milliseconds since 1970; null before it. */
  readonly since: number | null;
  /** Average of the last hour, or since the reset; null: no readings. */
  readonly average: number | null;
  /** Whether the average covers the whole interval. */
  readonly achieved: boolean;
}

export interface TelemetryOptions {
  readonly board: Board;
  readonly store: Store;
  readonly settings: { get(key: string): string | undefined; set(key: string, value: string): void };
  /** Predefined metric report definitions. */
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
  /** Averages by sensor, valid for one revision of the history. */
  readonly #averages = new Map<string, number | null>();
  readonly #unsubscribe: () => void;
  #averagesOf = -1;
  #saved = 0;
  #timer: NodeJS.Timeout | undefined;
  #revision = 0;
  #statisticsRevision = 0;

  /** Loads the stored state. @throws StoreError */
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
    this.#unsubscribe = board.onReading((sensor) => this.#record(sensor));
  }

  /** Rises with every change of a resource of the service, except changes of readings and values. */
  get revision(): number {
    return this.#revision + this.definitions.revision + this.triggers.revision + this.#reporter.revision;
  }

  /** TelemetryService.ServiceEnabled: whether reports and triggers are active. History is always recorded. */
  get enabled(): boolean {
    return this.#settings.get(enabledKey) !== 'no';
  }

  /** Changes `enabled`, durably. @throws StoreError */
  setEnabled(enabled: boolean): void {
    this.#settings.set(enabledKey, enabled ? 'yes' : 'no');
    this.#revision += 1;
  }

  /** Starts the timer. `metrics` is the source of metrics for reports and triggers. */
  start(metrics: Metrics): void {
    this.#reporter.attach(metrics);
    this.#watcher.attach(metrics);
    this.#timer = setInterval(() => {
      try {
        this.tick();
      } catch (error) {
        // A report that fails must not stop the daemon.
        reportDefect(error);
      }
    }, tickPeriod).unref();
  }

  /** Stops the timer and stores what is not stored yet. */
  close(): void {
    clearInterval(this.#timer);
    this.#unsubscribe();
    this.history.close();
    this.#statistics.save();
    try {
      this.#reporter.save(this.#store);
    } catch (error) {
      // The kept reports are lost with this restart.
      if (!(error instanceof StoreError)) throw error;
    }
  }

  /** Runs once per second: history, triggers, reports; statistics once per minute. */
  tick(): void {
    const now = this.#clock.now();
    this.history.tick(now);
    if (this.enabled) {
      const monotonic = this.#clock.monotonic();
      this.#watcher.evaluate(monotonic);
      this.#reporter.tick(now, monotonic);
    }
    if (Math.floor(now / minute) === this.#saved) return;
    this.#saved = Math.floor(now / minute);
    this.#statistics.save();
  }

  /** Calls the listener for each report that subscribers receive. @returns unsubscribes */
  onReport(listener: (report: Report) => void): () => void {
    return this.#reporter.onReport(listener);
  }

  /** Calls the listener when a trigger is met and when its condition ends. @returns unsubscribes */
  onTrigger(listener: (fired: TriggerEvent) => void): () => void {
    return this.#watcher.onFired(listener);
  }

  /** Evaluates the triggers for an event with this MessageId. */
  eventReceived(messageId: string): void {
    if (this.enabled) this.#watcher.eventReceived(messageId);
  }

  /** Emits a test report, which has no definition. */
  submitReport(report: Report): void {
    this.#reporter.submit(report);
  }

  get reportIds(): string[] {
    return this.#reporter.ids();
  }

  /** Returns a report. @throws StoreError when history cannot be read */
  report(id: string): Report | undefined {
    return this.#reporter.report(id, this.#clock.now(), this.#clock.monotonic());
  }

  /** Returns the id of the newest report of a definition; undefined before the first. */
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

  /** Restores the predefined definitions and removes all others, with their reports. @throws StoreError */
  resetDefinitions(): void {
    const ids = this.definitions.all.map(({ Id }) => Id);
    this.definitions.reset();
    for (const id of ids) if (this.definitions.get(id) === undefined) this.#reporter.forget(id);
  }

  /** Rises when statistics of sensors change otherwise than by a reading; never falls. */
  get statisticsRevision(): number {
    return this.#statisticsRevision + this.history.revision;
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

  /** Returns the aggregate of a sensor over the last hour in memory; undefined: no readings. */
  lastHour(sensor: string): Aggregate | undefined {
    const now = this.#clock.now();
    return this.history.aggregate(sensor, Math.max(now - averagingInterval, this.history.horizon - 1), now);
  }

  /** Resets the statistics of sensors, durably. @throws StoreError */
  resetStatistics(sensors: Iterable<string>): void {
    const all = [...sensors];
    this.#statistics.reset(all, this.#clock.now());
    for (const each of all) this.#averages.delete(each);
    this.#statisticsRevision += 1;
    this.#revision += 1;
  }

  /** Returns the metric families of history, for `/metrics`. */
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

  #record({ id, reading, readingTime }: Sensor): void {
    if (reading === null || readingTime === null) return;
    const taken = { value: reading, time: readingTime.getTime() };
    this.history.record(id, taken);
    this.#statistics.record(id, taken);
  }

  /** Returns the average of complete minutes, cached: a list of all sensors does not read an hour for each. */
  #average(sensor: string, from: number, to: number): number | null {
    if (this.#averagesOf !== this.history.revision) {
      this.#averages.clear();
      this.#averagesOf = this.history.revision;
    }
    const known = this.#averages.get(sensor);
    if (known !== undefined && known !== null) return known;
    const found = this.history.aggregate(sensor, Math.max(from, this.history.horizon - 1), to);
    const average = found === undefined ? null : averageOf(found);
    // In the first minute the average changes with each reading.
    if (this.history.revision > 0) this.#averages.set(sensor, average);
    return average;
  }
}
