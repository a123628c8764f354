/** A metric report definition out of what a client sent. */
import type { Definition, MetricChoice, Schedule } from '../../telemetry/definition.ts';
import type { Wildcard } from '../../telemetry/metric.ts';
import type {
  MetricReportDefinitionMetric,
  MetricReportDefinitionWildcard,
  Writables,
} from '../generated/types.ts';
import { given, listed } from './written.ts';

/** Properties that a client can send, beside those that name a new definition. */
export const definitionProperties = [
  'MetricReportDefinitionType',
  'MetricReportDefinitionEnabled',
  'Schedule',
  'ReportActions',
  'ReportUpdates',
  'ReportTimespan',
  'MetricProperties',
  'Metrics',
  'Wildcards',
  'SuppressRepeatedMetricValue',
  'MetricReportHeartbeatInterval',
] as const satisfies readonly (keyof Writables['MetricReportDefinition'])[];

type Sent = {
  readonly [P in (typeof definitionProperties)[number]]?:
    | Writables['MetricReportDefinition'][P]
    | null
    | undefined;
};

/** A definition that says no more than its name. */
export const blankDefinition = (id: string, name: string): Definition => ({
  Id: id,
  Name: name,
  MetricReportDefinitionType: 'OnRequest',
  ReportActions: ['LogToMetricReportsCollection'],
  ReportUpdates: 'Overwrite',
  Wildcards: [],
  MetricProperties: [],
  Metrics: [],
  SuppressRepeatedMetricValue: false,
  MetricReportDefinitionEnabled: true,
});

/** The definition after a write; a property that was sent as null is as in a definition that does not mention it. */
export function definitionWith(before: Definition, sent: Sent): Definition {
  const blank = blankDefinition(before.Id, before.Name);
  const { Schedule: schedule, ReportTimespan, MetricReportHeartbeatInterval, ...rest } = before;
  const pick = <T>(value: T | null | undefined, old: T, unset: T): T =>
    value === undefined ? old : (value ?? unset);
  return {
    ...rest,
    MetricReportDefinitionType: sent.MetricReportDefinitionType ?? before.MetricReportDefinitionType,
    MetricReportDefinitionEnabled: pick(
      sent.MetricReportDefinitionEnabled,
      before.MetricReportDefinitionEnabled,
      blank.MetricReportDefinitionEnabled,
    ),
    ReportActions: pick(sent.ReportActions, before.ReportActions, blank.ReportActions),
    ReportUpdates: pick(sent.ReportUpdates, before.ReportUpdates, blank.ReportUpdates),
    SuppressRepeatedMetricValue: pick(
      sent.SuppressRepeatedMetricValue,
      before.SuppressRepeatedMetricValue,
      blank.SuppressRepeatedMetricValue,
    ),
    MetricProperties:
      sent.MetricProperties === undefined ? before.MetricProperties : listed(sent.MetricProperties),
    Metrics: sent.Metrics === undefined ? before.Metrics : listed(sent.Metrics).map(choiceOf),
    Wildcards: sent.Wildcards === undefined ? before.Wildcards : listed(sent.Wildcards).map(wildcardOf),
    ...given({
      Schedule: pick<Schedule | undefined>(sent.Schedule && given(sent.Schedule), schedule, undefined),
      ReportTimespan: pick(sent.ReportTimespan, ReportTimespan, undefined),
      MetricReportHeartbeatInterval: pick(
        sent.MetricReportHeartbeatInterval,
        MetricReportHeartbeatInterval,
        undefined,
      ),
    }),
  };
}

const choiceOf = ({ MetricProperties, ...rest }: Partial<MetricReportDefinitionMetric>): MetricChoice => ({
  ...given(rest),
  ...(MetricProperties === undefined ? {} : { MetricProperties: listed(MetricProperties) }),
});

/** One without a name is refused later, as one that lacks it. */
export const wildcardOf = ({ Name, Values }: Partial<MetricReportDefinitionWildcard>): Wildcard => ({
  Name: Name ?? '',
  Values: listed(Values),
});
