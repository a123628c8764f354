/** Creates metric reports by the schedules of their definitions, and holds the reports of the collection in memory. */

import { Listeners } from '../base/listeners.ts';
import { StoreError } from '../store/errors.ts';
import type { Store } from '../store/store.ts';
import { type Definition, durationIn, limits } from './definition.ts';
import type { DefinitionStore } from './definition-store.ts';
import type { History } from './history.ts';
import { type Metrics, wildcardsIn } from './metric.ts';
import { currentValues, type Item, itemsOf, type MetricValue, pastValues, type Report } from './report.ts';

/** Lifetime of a report on request, milliseconds: readings do not change faster. */
const onRequestLifetime = 1000;
/** Period at which wildcards are expanded again, milliseconds. */
const expansionPeriod = 10_000;

/** The state of a definition between two reports. */
interface Course {
  readonly definition: Definition;
  items: readonly Item[];
  /** Monotonic time of the last expansion of `items`, milliseconds. */
  expandedAt: number;
  /** Monotonic time of the next report, milliseconds. */
  due: number;
  occurrences: number;
  /** Values of the last report, by position and metric. */
  last: ReadonlyMap<string, string | null>;
  /** Monotonic time of the last report with all values. */
  completeAt: number;
  /** The last report on request, and its monotonic time. */
  onRequest: { readonly report: Report; readonly at: number } | undefined;
}

export class Reporter {
  readonly #definitions: DefinitionStore<Definition>;
  readonly #history: History;
  readonly #courses = new Map<string, Course>();
  readonly #reports = new Map<string, Report>();
  readonly #listeners = new Listeners<Report>();
  #metrics: Metrics | undefined;
  #revision = 0;

  constructor(definitions: DefinitionStore<Definition>, history: History) {
    this.#definitions = definitions;
    this.#history = history;
  }

  /** Rises when a report is added or removed. */
  get revision(): number {
    return this.#revision;
  }

  /** Sets the source of metrics. */
  attach(metrics: Metrics): void {
    this.#metrics = metrics;
  }

  /** Stores the reports for the next start, except those of Overwrite, which are created again. @throws StoreError */
  save(store: Store): void {
    const gathered = [...this.#reports.values()].filter(
      ({ definition }) => this.#definitions.get(definition ?? '')?.ReportUpdates !== 'Overwrite',
    );
    store.transaction(() => {
      store.run("DELETE FROM telemetry WHERE kind = 'report'");
      for (const report of gathered)
        store.run(
          "INSERT INTO telemetry (kind, id, body) VALUES ('report', ?, ?)",
          report.id,
          JSON.stringify({ ...report, time: report.time.getTime() }),
        );
    });
  }

  /** Loads the reports of `save`; damaged ones are skipped. @throws StoreError */
  restore(store: Store): void {
    const saved = store.all<{ body: string }>("SELECT body FROM telemetry WHERE kind = 'report'");
    const reports = saved.flatMap(({ body }) => {
      try {
        const report = JSON.parse(body) as Report & { readonly time: number };
        return [{ ...report, time: new Date(report.time) }];
      } catch {
        return [];
      }
    });
    reports.sort((one, other) => one.time.getTime() - other.time.getTime());
    for (const report of reports)
      if (this.#definitions.get(report.definition ?? '') !== undefined) this.#reports.set(report.id, report);
  }

  /** Calls the listener for each report that subscribers receive. @returns unsubscribes */
  onReport(listener: (report: Report) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Emits a test report, which is not kept. */
  submit(report: Report): void {
    this.#listeners.emit(report);
  }

  /** Returns the ids of all readable reports: on request and kept. */
  ids(): string[] {
    const onRequest = this.#definitions.all.filter(isOnRequest).map(({ Id }) => Id);
    return [...new Set([...onRequest, ...this.#reports.keys()])];
  }

  /** Returns a report; creates one that is on request. @throws StoreError when history cannot be read */
  report(id: string, now: number, monotonic: number): Report | undefined {
    const definition = this.#definitions.get(id);
    if (definition === undefined || !isOnRequest(definition)) return this.#reports.get(id);
    const course = this.#course(definition, monotonic);
    if (course.onRequest !== undefined && monotonic - course.onRequest.at < onRequestLifetime)
      return course.onRequest.report;
    const timespan = durationIn(definition.ReportTimespan);
    const values =
      timespan === undefined
        ? currentValues(course.items, this.#history, now)
        : pastValues(course.items, this.#history, now, timespan);
    const report = { id, name: definition.Name, definition: id, time: new Date(now), values };
    course.onRequest = { report, at: monotonic };
    return report;
  }

  /** Returns the id of the newest report of a definition; undefined before the first. */
  newest(definition: string): string | undefined {
    const found = this.#definitions.get(definition);
    if (found !== undefined && isOnRequest(found)) return definition;
    return this.#of(definition).at(-1)?.id;
  }

  /** Removes a report. @returns false when the id is unknown */
  remove(id: string): boolean {
    this.#revision += 1;
    return this.#reports.delete(id);
  }

  /** Removes all reports. */
  clear(): void {
    this.#reports.clear();
    this.#revision += 1;
  }

  /** Removes the reports and the state of a deleted definition. */
  forget(definition: string): void {
    for (const { id } of this.#of(definition)) this.#reports.delete(id);
    this.#courses.delete(definition);
    this.#revision += 1;
  }

  /** Creates the reports that are due. `now` is wall-clock time, `monotonic` the monotonic time, both milliseconds. */
  tick(now: number, monotonic: number): void {
    for (const definition of this.#definitions.all) {
      if (!definition.MetricReportDefinitionEnabled || isOnRequest(definition)) continue;
      const course = this.#course(definition, monotonic);
      if (definition.MetricReportDefinitionType === 'OnChange') this.#make(course, now, monotonic, false);
      else if (monotonic >= course.due && begun(definition, now)) {
        const interval = durationIn(definition.Schedule?.RecurrenceInterval) ?? 60_000;
        // Missed reports are not made up for after a delay of more than one interval.
        course.due = Math.max(course.due + interval, monotonic + interval / 2);
        this.#make(course, now, monotonic, true);
      }
    }
  }

  /** Creates a report at once, for a trigger. */
  force(definition: string, now: number, monotonic: number): void {
    const found = this.#definitions.get(definition);
    if (found?.MetricReportDefinitionEnabled)
      this.#make(this.#course(found, monotonic), now, monotonic, true);
  }

  #course(definition: Definition, monotonic: number): Course {
    let course = this.#courses.get(definition.Id);
    if (course?.definition !== definition) {
      course = {
        definition,
        items: [],
        expandedAt: Number.NEGATIVE_INFINITY,
        due: monotonic,
        occurrences: 0,
        last: new Map(),
        completeAt: monotonic,
        onRequest: undefined,
      };
      this.#courses.set(definition.Id, course);
    }
    if (monotonic - course.expandedAt >= expansionPeriod && this.#metrics !== undefined) {
      course.items = itemsOf(definition, this.#metrics);
      course.expandedAt = hasWildcards(definition) ? monotonic : monotonic + expansionPeriod * 5;
    }
    return course;
  }

  #make(course: Course, now: number, monotonic: number, whole: boolean): void {
    const { definition } = course;
    let values: MetricValue[];
    try {
      values = currentValues(course.items, this.#history, now);
    } catch (error) {
      // Reports that need the store wait until it works; other reports continue.
      if (error instanceof StoreError) return;
      throw error;
    }
    const texts = new Map(values.map((each, at) => [`${at} ${each.MetricProperty}`, each.MetricValue]));
    const changed = values.filter((each, at) => {
      const key = `${at} ${each.MetricProperty}`;
      return !course.last.has(key) || course.last.get(key) !== each.MetricValue;
    });
    if (!whole && changed.length === 0) return;
    course.last = texts;
    const heartbeat = durationIn(definition.MetricReportHeartbeatInterval);
    const suppress =
      definition.SuppressRepeatedMetricValue &&
      (heartbeat === undefined || monotonic - course.completeAt < heartbeat);
    if (!suppress) course.completeAt = monotonic;
    const reported = suppress ? changed : values;
    const id = idOf(definition, now);
    const report = {
      id,
      name: definition.Name,
      definition: definition.Id,
      time: new Date(now),
      values: reported,
    };
    if (definition.ReportActions.includes('LogToMetricReportsCollection')) this.#keep(definition, report);
    if (definition.ReportActions.includes('RedfishEvent')) this.#listeners.emit(report);
    course.occurrences += 1;
    const most = definition.Schedule?.MaxOccurrences;
    if (most !== undefined && course.occurrences >= most) this.#disable(definition);
  }

  #keep(definition: Definition, report: Report): void {
    const { ReportUpdates: updates } = definition;
    const before = this.#reports.get(report.id);
    let { values } = report;
    if (updates.startsWith('Append')) {
      const timespan = durationIn(definition.ReportTimespan);
      const since = timespan === undefined ? '' : new Date(report.time.getTime() - timespan).toISOString();
      const held = (before?.values ?? []).filter(({ Timestamp }) => Timestamp >= since);
      values = [...held, ...values];
      if (values.length >= limits.append && updates === 'AppendStopsWhenFull') {
        values = values.slice(0, limits.append);
        this.#disable(definition);
      } else if (values.length > limits.append) values = values.slice(-limits.append);
    }
    if (before === undefined) this.#revision += 1;
    this.#reports.delete(report.id);
    this.#reports.set(report.id, { ...report, values });
    const own = this.#of(definition.Id);
    for (const { id } of own.slice(0, -limits.reportsOfOne)) this.#reports.delete(id);
    // The limit of all reports: the oldest are removed.
    for (const id of [...this.#reports.keys()].slice(0, -limits.reports)) this.#reports.delete(id);
  }

  /** Returns the kept reports of a definition, the oldest first. */
  #of(definition: string): Report[] {
    return [...this.#reports.values()].filter((report) => report.definition === definition);
  }

  #disable(definition: Definition): void {
    const disabled = { ...definition, MetricReportDefinitionEnabled: false };
    try {
      this.#definitions.put(disabled);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#definitions.putForNow(disabled);
    }
  }
}

const isOnRequest = ({ MetricReportDefinitionType: type }: Definition): boolean => type === 'OnRequest';

const begun = ({ Schedule: schedule }: Definition, now: number): boolean =>
  schedule?.InitialStartTime === undefined || now >= Date.parse(schedule.InitialStartTime);

const hasWildcards = ({ MetricProperties, Metrics }: Definition): boolean =>
  [...MetricProperties, ...Metrics.flatMap((each) => each.MetricProperties ?? [])].some(
    (pattern) => wildcardsIn(pattern).length > 0,
  );

/** Returns the id of a report: that of the definition; with NewReport, the time is appended. */
function idOf({ Id, ReportUpdates }: Definition, now: number): string {
  return ReportUpdates === 'NewReport' ? `${Id}_${new Date(now).toISOString().replace(/[-:]/g, '')}` : Id;
}
