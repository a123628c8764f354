/** A metric report definition, with the property names of its schema (MetricReportDefinition); null properties are absent. */
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

/** Limits of definitions, reports and triggers. */
export const limits = {
  definitions: 32,
  /** Metrics of one definition, after wildcards are expanded. */
  metrics: 1000,
  /** Values of one report with Append…. */
  append: 2000,
  /** Values of one report from history. */
  values: 10_000,
  /** Kept reports of one definition with NewReport. */
  reportsOfOne: 8,
  reports: 96,
  triggers: 64,
  /** Maximum CollectionDuration, milliseconds. */
  duration: 24 * 3_600_000,
} as const;

/** Returns a duration property in milliseconds; undefined when it is absent. */
export const durationIn = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : (millisecondsOf(text) ?? undefined);
