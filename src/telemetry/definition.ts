/** What a metric report definition says, in the terms of its schema (MetricReportDefinition), without what is null. */
import { millisecondsOf } from './duration.ts';
import type { Wildcard } from './metric.ts';

export const functions = ['Average', 'Maximum', 'Minimum', 'Summation'] as const;
export type CollectionFunction = (typeof functions)[number];

export type MetricChoice = {
  readonly MetricId?: string;
  readonly MetricProperties?: readonly string[];
  readonly CollectionFunction?: CollectionFunction;
  readonly CollectionDuration?: string;
  readonly CollectionTimeScope?: 'Point' | 'Interval' | 'StartupInterval';
};

export type Schedule = {
  readonly RecurrenceInterval?: string;
  readonly MaxOccurrences?: number;
  readonly InitialStartTime?: string;
};

export interface Definition {
  readonly Id: string;
  readonly Name: string;
  readonly Description?: string;
  readonly MetricReportDefinitionType: 'Periodic' | 'OnChange' | 'OnRequest';
  readonly Schedule?: Schedule;
  readonly ReportActions: readonly ('LogToMetricReportsCollection' | 'RedfishEvent')[];
  readonly ReportUpdates: 'Overwrite' | 'AppendWrapsWhenFull' | 'AppendStopsWhenFull' | 'NewReport';
  readonly Wildcards: readonly Wildcard[];
  readonly MetricProperties: readonly string[];
  readonly Metrics: readonly MetricChoice[];
  readonly SuppressRepeatedMetricValue: boolean;
  readonly MetricReportHeartbeatInterval?: string;
  readonly MetricReportDefinitionEnabled: boolean;
  readonly ReportTimespan?: string;
}

/** Bounds that keep a report from costing much. */
export const limits = {
  definitions: 32,
  /** Metrics in one definition, wildcards replaced. */
  metrics: 1000,
  /** Values in one report that is appended to. */
  append: 2000,
  /** Values in one report made from history. */
  values: 10_000,
  /** Reports that one definition with NewReport leaves behind. */
  reportsOfOne: 8,
  reports: 96,
  triggers: 64,
  /** Longest time over which a function is worked out, milliseconds. */
  duration: 24 * 3_600_000,
} as const;

/** Milliseconds of a property that holds a duration; undefined where it is not given. */
export const durationIn = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : (millisecondsOf(text) ?? undefined);
