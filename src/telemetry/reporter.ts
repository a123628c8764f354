/** Makes metric reports when their definitions want them, and keeps those that are to be kept, in memory. */

import { Listeners } from '../base/listeners.ts';
import { StoreError } from '../store/errors.ts';
import type { Store } from '../store/store.ts';
import { type Definition, durationIn, limits } from './definition.ts';
import type { DefinitionStore } from './definition-store.ts';
import type { History } from './history.ts';
import { type Metrics, wildcardsIn } from './metric.ts';
import { currentValues, type Item, itemsOf, type MetricValue, pastValues, type Report } from './report.ts';

/** A report that is asked for again within this time is the same one, milliseconds: it moves no faster than readings do. */
const askedHold = 1000;
/** How long it is believed that a wildcard stands for what it stood for, milliseconds. */
const itemsHold = 10_000;

/** What is known of a definition between two of its reports. */
interface Course {
  readonly definition: Definition;
  items: readonly Item[];
  /** When the items were looked for, by the clock that never steps. */
  looked: number;
  /** When the next report is due, by the same clock. */
  due: number;
  occurrences: number;
  /** Values of the last report, by metric. */
  last: ReadonlyMap<string, string | null>;
  /** When a report last told everything. */
  told: number;
  /** The report last made on request, and when. */
  asked: { readonly report: Report; readonly at: number } | undefined;
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

  /** Grows when reports come and go. */
  get revision(): number {
    return this.#revision;
  }

  /** From now on there is something to report of. */
  attach(metrics: Metrics): void {
    this.#metrics = metrics;
  }

  /** Keeps over a restart what reports have gathered; those that are overwritten come anew by themselves. @throws StoreError */
  save(store: Store): void {
    const gathered = [...this.#reports.values()].filter(
      ({ definition }) => this.#definitions.get(definition ?? '')?.ReportUpdates !== 'Overwrite',
    );
    store.transaction(() => {
      store.run("DELETE FROM telemetry WHERE kind = 'report'");
      for (const report of gathered)
        store.run(
          "INSERT INTO telemetry (kind, id, body) VALUES ('report', ?, ?)",
          ...[report.id, JSON.stringify({ ...report, time: report.time.getTime() })],
        );
    });
  }

  /** Takes back what was saved. @throws StoreError */
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

  /** Told of each report that is to be sent to subscribers, as it is made. */
  onReport(listener: (report: Report) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** A report that belongs to nobody, for those who want to see whether reports reach them. */
  submit(report: Report): void {
    this.#listeners.emit(report);
  }

  /** Ids of the reports that can be read: those that were kept, and those made when asked for. */
  ids(): string[] {
    const asked = this.#definitions.all.filter(isOnRequest).map(({ Id }) => Id);
    return [...new Set([...asked, ...this.#reports.keys()])];
  }

  /** @throws StoreError where one made from history cannot be read */
  report(id: string, now: number, monotonic: number): Report | undefined {
    const definition = this.#definitions.get(id);
    if (definition === undefined || !isOnRequest(definition)) return this.#reports.get(id);
    const course = this.#course(definition, monotonic);
    if (course.asked !== undefined && monotonic - course.asked.at < askedHold) return course.asked.report;
    const timespan = durationIn(definition.ReportTimespan);
    const values =
      timespan === undefined
        ? currentValues(course.items, this.#history, now)
        : pastValues(course.items, this.#history, now, timespan);
    const report = { id, name: definition.Name, definition: id, time: new Date(now), values };
    course.asked = { report, at: monotonic };
    return report;
  }

  /** The id of the newest report of a definition. */
  newest(definition: string): string | undefined {
    const found = this.#definitions.get(definition);
    if (found !== undefined && isOnRequest(found)) return definition;
    return this.#of(definition).at(-1)?.id;
  }

  remove(id: string): boolean {
    this.#revision += 1;
    return this.#reports.delete(id);
  }

  clear(): void {
    this.#reports.clear();
    this.#revision += 1;
  }

  /** Forgets what was reported for a definition that is no more. */
  forget(definition: string): void {
    for (const { id } of this.#of(definition)) this.#reports.delete(id);
    this.#courses.delete(definition);
    this.#revision += 1;
  }

  /** Makes the reports that are due. */
  tick(now: number, monotonic: number): void {
    for (const definition of this.#definitions.all) {
      if (!definition.MetricReportDefinitionEnabled || isOnRequest(definition)) continue;
      const course = this.#course(definition, monotonic);
      if (definition.MetricReportDefinitionType === 'OnChange') this.#make(course, now, monotonic, false);
      else if (monotonic >= course.due && begun(definition, now)) {
        const interval = durationIn(definition.Schedule?.RecurrenceInterval) ?? 60_000;
        // Behind by more than one interval, what was missed is not made up for.
        course.due = Math.max(course.due + interval, monotonic + interval / 2);
        this.#make(course, now, monotonic, true);
      }
    }
  }

  /** Makes a report at once, because a trigger wants it. */
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
        ...{ items: [], looked: Number.NEGATIVE_INFINITY, due: monotonic },
        ...{ occurrences: 0, last: new Map(), told: monotonic, asked: undefined },
      };
      this.#courses.set(definition.Id, course);
    }
    if (monotonic - course.looked >= itemsHold && this.#metrics !== undefined) {
      course.items = itemsOf(definition, this.#metrics);
      course.looked = hasWildcards(definition) ? monotonic : monotonic + itemsHold * 5;
    }
    return course;
  }

  #make(course: Course, now: number, monotonic: number, whole: boolean): void {
    const { definition } = course;
    let values: MetricValue[];
    try {
      values = currentValues(course.items, this.#history, now);
    } catch (error) {
      // The store fails: what needs it waits, and everything else goes on.
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
      (heartbeat === undefined || monotonic - course.told < heartbeat);
    if (!suppress) course.told = monotonic;
    const told = suppress ? changed : values;
    const id = idOf(definition, now);
    const report = {
      id,
      name: definition.Name,
      definition: definition.Id,
      time: new Date(now),
      values: told,
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
    // The oldest of all make room; there is always less than this of those that are overwritten.
    for (const id of [...this.#reports.keys()].slice(0, -limits.reports)) this.#reports.delete(id);
  }

  /** Reports of one definition, the oldest first. */
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

/** With NewReport, that of the definition and the time (MetricReportDefinition.ReportUpdates). */
function idOf({ Id, ReportUpdates }: Definition, now: number): string {
  return ReportUpdates === 'NewReport' ? `${Id}_${new Date(now).toISOString().replace(/[-:]/g, '')}` : Id;
}
