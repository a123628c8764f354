/** A trigger out of what a client sent. */
import type { NumericThreshold, ThresholdName, Trigger } from '../../telemetry/trigger.ts';
import { thresholdNames } from '../../telemetry/trigger.ts';
import type { Link, TriggersBody, TriggersThresholds, Writables } from '../generated/types.ts';
import { metricReportDefinitionUri } from '../uris.ts';
import { wildcardOf } from './report-definition.ts';
import { given, listed } from './written.ts';

/** Properties that a client can write. */
export const triggerProperties = [
  'TriggerEnabled',
  'NumericThresholds',
  'DiscreteTriggers',
  'Wildcards',
  'MetricProperties',
  'MetricIds',
  'EventTriggers',
  'HysteresisReading',
  'HysteresisDuration',
  'Links/MetricReportDefinitions',
] as const satisfies readonly (keyof Writables['Triggers'])[];

type Sent = {
  readonly [P in (typeof triggerProperties)[number]]?: Writables['Triggers'][P] | null | undefined;
};

/** A trigger out of the body of a creation; what is wrong with it, `faultsOfTrigger` finds. */
export function triggerOf(id: string, body: Partial<TriggersBody>): Trigger {
  const { Name, Description, MetricType, DiscreteTriggerCondition, TriggerActions, Links } = body;
  const blank: Trigger = {
    Id: id,
    Name: Name ?? id,
    TriggerActions: listed(TriggerActions),
    DiscreteTriggers: [],
    Wildcards: [],
    MetricProperties: [],
    MetricIds: [],
    EventTriggers: [],
    TriggerEnabled: true,
    Reports: [],
    ...given({ Description, MetricType, DiscreteTriggerCondition }),
  };
  return triggerWith(blank, {
    ...body,
    'Links/MetricReportDefinitions': Links?.MetricReportDefinitions,
  });
}

/** The trigger after a write; a property that was sent as null is as in one that does not mention it. */
export function triggerWith(before: Trigger, sent: Sent): Trigger {
  const { NumericThresholds, HysteresisReading, HysteresisDuration, ...rest } = before;
  const { [reports]: links, Wildcards, TriggerEnabled } = sent;
  const list = <T>(value: readonly (T | null)[] | null | undefined, old: readonly T[]) =>
    value === undefined ? old : listed(value);
  const optional = <T>(value: T | null | undefined, old: T | undefined) =>
    value === undefined ? old : value;
  return {
    ...rest,
    TriggerEnabled: TriggerEnabled === undefined ? before.TriggerEnabled : (TriggerEnabled ?? true),
    DiscreteTriggers:
      sent.DiscreteTriggers === undefined
        ? before.DiscreteTriggers
        : listed(sent.DiscreteTriggers).map((each) => given(each)),
    Wildcards: Wildcards === undefined ? before.Wildcards : listed(Wildcards).map(wildcardWithValues),
    MetricProperties: list(sent.MetricProperties, before.MetricProperties),
    MetricIds: list(sent.MetricIds, before.MetricIds),
    EventTriggers: list(sent.EventTriggers, before.EventTriggers),
    Reports: links === undefined ? before.Reports : idsOf(links),
    ...given({
      NumericThresholds: optional(
        sent.NumericThresholds && thresholdsOf(sent.NumericThresholds),
        NumericThresholds,
      ),
      HysteresisReading: optional(sent.HysteresisReading, HysteresisReading),
      HysteresisDuration: optional(sent.HysteresisDuration, HysteresisDuration),
    }),
  };
}

const reports = 'Links/MetricReportDefinitions';

/** A wildcard may come without its values. */
const wildcardWithValues: typeof wildcardOf = (each) =>
  wildcardOf(each.Values === undefined || each.Values === null ? { ...each, Values: ['*'] } : each);

function thresholdsOf(sent: Partial<TriggersThresholds>): Partial<Record<ThresholdName, NumericThreshold>> {
  const out: Partial<Record<ThresholdName, NumericThreshold>> = {};
  for (const name of thresholdNames) {
    const threshold = sent[name];
    if (threshold !== undefined && threshold !== null) out[name] = given(threshold);
  }
  return out;
}

/** Ids of the definitions that links name; what leads elsewhere is kept as it is, and then found to be wrong. */
function idsOf(links: readonly (Link | null)[] | null): readonly string[] {
  const base = metricReportDefinitionUri('');
  return listed(links).map(({ '@odata.id': uri }) => (uri.startsWith(base) ? uri.slice(base.length) : uri));
}
