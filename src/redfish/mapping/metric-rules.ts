/** What a metric report definition or a trigger must be like beyond what its schema says. */

import { type Message, message } from '../../messages/messages.ts';
import { type Definition, durationIn, limits } from '../../telemetry/definition.ts';
import { expand, type Metrics, type Wildcard, wildcardsIn } from '../../telemetry/metric.ts';
import { tickPeriod } from '../../telemetry/telemetry.ts';
import { type Trigger, thresholdNames } from '../../telemetry/trigger.ts';

/** Collects what is wrong, each with the place in the body. */
class Complaints {
  readonly messages: Message[] = [];

  missing(path: string): void {
    this.messages.push(message('Base.PropertyMissing', [path.split('/').at(-1) ?? path], at(path)));
  }

  wrong(path: string, value: string | number): void {
    this.messages.push(message('Base.PropertyValueIncorrect', [nameIn(path), value], at(path)));
  }

  range(path: string, value: string | number): void {
    this.messages.push(message('Base.PropertyValueOutOfRange', [value, nameIn(path)], at(path)));
  }

  notListed(path: string, value: string): void {
    this.messages.push(message('Base.PropertyValueNotInList', [value, nameIn(path)], at(path)));
  }

  conflict(path: string, other: string): void {
    this.messages.push(message('Base.PropertyValueConflict', [nameIn(path), other], at(path)));
  }

  unknown(path: string): void {
    this.messages.push(message('Base.PropertyUnknown', [nameIn(path)], at(path)));
  }

  tooLong(path: string, most: number): void {
    this.messages.push(message('Base.ArraySizeTooLong', [nameIn(path), most], at(path)));
  }
}

const at = (path: string) => ({ relatedProperties: [`#/${path}`] });
const nameIn = (path: string): string =>
  path
    .split('/')
    .filter((step) => !/^\d+$/.test(step))
    .at(-1) ?? path;

/** Members of a schedule that are followed. */
const scheduled: ReadonlySet<string> = new Set(['RecurrenceInterval', 'MaxOccurrences', 'InitialStartTime']);
const maxText = 512;

/** Everything that is wrong with a definition; nothing when it can be kept. */
export function faultsOfDefinition(definition: Definition, metrics: Metrics): Message[] {
  const found = new Complaints();
  const { MetricReportDefinitionType: type, Schedule: schedule = {}, Wildcards } = definition;
  for (const name of Object.keys(schedule)) if (!scheduled.has(name)) found.unknown(`Schedule/${name}`);
  const interval = durationIn(schedule.RecurrenceInterval);
  if (type === 'Periodic' && interval === undefined) found.missing('Schedule/RecurrenceInterval');
  if (interval !== undefined && interval < tickPeriod)
    found.range('Schedule/RecurrenceInterval', schedule.RecurrenceInterval ?? '');
  if (schedule.MaxOccurrences !== undefined && schedule.MaxOccurrences < 1)
    found.range('Schedule/MaxOccurrences', schedule.MaxOccurrences);
  const heartbeat = durationIn(definition.MetricReportHeartbeatInterval);
  if (heartbeat !== undefined && interval !== undefined && heartbeat <= interval)
    found.conflict('MetricReportHeartbeatInterval', 'RecurrenceInterval');
  faultsOfWildcards(found, Wildcards);
  let count = faultsOfPatterns(
    found,
    'MetricProperties',
    definition.MetricProperties,
    Wildcards,
    metrics,
  ).length;
  for (const [index, choice] of definition.Metrics.entries()) {
    const path = `Metrics/${index}`;
    const { MetricId, MetricProperties, CollectionFunction: name, CollectionDuration } = choice;
    if (MetricId !== undefined && MetricProperties !== undefined && MetricProperties.length > 0)
      found.conflict(`${path}/MetricId`, 'MetricProperties');
    const own = MetricId === undefined ? undefined : metrics.propertiesOf(MetricId);
    if (MetricId !== undefined && own === undefined) found.wrong(`${path}/MetricId`, cut(MetricId));
    if (MetricId === undefined && (MetricProperties ?? []).length === 0)
      found.missing(`${path}/MetricProperties`);
    const named =
      own ?? faultsOfPatterns(found, `${path}/MetricProperties`, MetricProperties ?? [], Wildcards, metrics);
    count += named.length;
    if ((choice.CollectionTimeScope as string) === 'StartupInterval')
      found.notListed(`${path}/CollectionTimeScope`, 'StartupInterval');
    const duration = durationIn(CollectionDuration);
    if (name === undefined) continue;
    if (duration === undefined) found.missing(`${path}/CollectionDuration`);
    else if (duration < tickPeriod || duration > limits.duration)
      found.range(`${path}/CollectionDuration`, CollectionDuration ?? '');
    // Whatever is older than an hour comes from the store, which is not asked every second.
    else if (duration > 3_600_000 && type !== 'OnRequest' && (interval ?? 0) < 60_000)
      found.conflict(`${path}/CollectionDuration`, 'RecurrenceInterval');
    // History knows no start of the equipment.
    if (choice.CollectionTimeScope === 'StartupInterval')
      found.notListed(`${path}/CollectionTimeScope`, choice.CollectionTimeScope);
    if (choice.CollectionTimeScope === 'Point')
      found.conflict(`${path}/CollectionTimeScope`, 'CollectionFunction');
    // Functions are worked out of history, and only of sensors there is one.
    if (named.some((property) => metrics.find(property) && metrics.find(property)?.sensor === undefined))
      found.conflict(`${path}/CollectionFunction`, 'MetricProperties');
  }
  if (count > limits.metrics) found.tooLong('MetricProperties', limits.metrics);
  const timespan = durationIn(definition.ReportTimespan);
  if (timespan !== undefined && (timespan < tickPeriod || timespan > limits.duration))
    found.range('ReportTimespan', definition.ReportTimespan ?? '');
  return found.messages;
}

/** Everything that is wrong with a trigger; nothing when it can be kept. */
export function faultsOfTrigger(
  trigger: Trigger,
  metrics: Metrics,
  hasDefinition: (id: string) => boolean,
): Message[] {
  const found = new Complaints();
  const { MetricType, NumericThresholds = {}, DiscreteTriggers, Wildcards } = trigger;
  faultsOfWildcards(found, Wildcards);
  const wildcards = Wildcards.map((each) => (each.Values.length > 0 ? each : { ...each, Values: ['*'] }));
  const named = faultsOfPatterns(found, 'MetricProperties', trigger.MetricProperties, wildcards, metrics);
  for (const [index, id] of trigger.MetricIds.entries()) {
    const own = metrics.propertiesOf(id);
    if (own === undefined) found.wrong(`MetricIds/${index}`, cut(id));
    else named.push(...own);
  }
  if (named.length > limits.metrics) found.tooLong('MetricProperties', limits.metrics);
  if (trigger.EventTriggers.length > limits.triggers) found.tooLong('EventTriggers', limits.triggers);
  // A trigger that hears itself would never end.
  for (const [index, id] of trigger.EventTriggers.entries())
    if (id.startsWith('Telemetry.')) found.wrong(`EventTriggers/${index}`, cut(id));
  if (MetricType === undefined) {
    if (trigger.EventTriggers.length === 0) found.missing('MetricType');
  } else if (named.length === 0 && found.messages.length === 0) found.missing('MetricProperties');
  if (MetricType === 'Numeric') {
    const given = thresholdNames.filter((name) => NumericThresholds[name] !== undefined);
    if (given.length === 0) found.missing('NumericThresholds');
    for (const name of given)
      if (NumericThresholds[name]?.Reading === undefined) found.missing(`NumericThresholds/${name}/Reading`);
    if (DiscreteTriggers.length > 0) found.conflict('DiscreteTriggers', 'MetricType');
    const reading = (name: (typeof thresholdNames)[number]) => NumericThresholds[name]?.Reading;
    for (const [less, more] of [
      ['UpperWarning', 'UpperCritical'],
      ['LowerCritical', 'LowerWarning'],
      ['LowerWarning', 'UpperWarning'],
    ] as const) {
      const [low, high] = [reading(less), reading(more)];
      if (low !== undefined && high !== undefined && low > high)
        found.conflict(`NumericThresholds/${less}/Reading`, more);
    }
  }
  if (MetricType === 'Discrete') {
    if (trigger.NumericThresholds !== undefined && Object.keys(NumericThresholds).length > 0)
      found.conflict('NumericThresholds', 'MetricType');
    if (trigger.DiscreteTriggerCondition === undefined) found.missing('DiscreteTriggerCondition');
    if (trigger.DiscreteTriggerCondition === 'Specified' && DiscreteTriggers.length === 0)
      found.missing('DiscreteTriggers');
    if (DiscreteTriggers.length > limits.triggers) found.tooLong('DiscreteTriggers', limits.triggers);
    for (const [index, each] of DiscreteTriggers.entries())
      if (each.Value === undefined) found.missing(`DiscreteTriggers/${index}/Value`);
  }
  for (const [index, id] of trigger.Reports.entries())
    if (!hasDefinition(id)) found.wrong(`Links/MetricReportDefinitions/${index}`, cut(id));
  if (trigger.TriggerActions.includes('RedfishMetricReport') && trigger.Reports.length === 0)
    found.missing('Links/MetricReportDefinitions');
  return found.messages;
}

function faultsOfWildcards(found: Complaints, wildcards: readonly Wildcard[]): void {
  if (wildcards.length > limits.triggers) found.tooLong('Wildcards', limits.triggers);
  for (const [index, { Name, Values }] of wildcards.entries()) {
    if (Name === undefined || Name === '') found.missing(`Wildcards/${index}/Name`);
    if (Values.length > limits.metrics) found.tooLong(`Wildcards/${index}/Values`, limits.metrics);
    for (const value of Values)
      if (!/^(?:\*|[A-Za-z0-9.!$&-;=?[\]_~]{1,128})$/.test(value) || value.includes('/'))
        found.wrong(`Wildcards/${index}/Values`, cut(value));
  }
}

/** What patterns stand for; each must name at least one property that there is. */
function faultsOfPatterns(
  found: Complaints,
  path: string,
  patterns: readonly string[],
  wildcards: readonly Wildcard[],
  metrics: Metrics,
): string[] {
  if (patterns.length > limits.metrics) {
    found.tooLong(path, limits.metrics);
    return [];
  }
  const known = new Set(wildcards.map(({ Name }) => Name));
  const named: string[] = [];
  for (const [index, pattern] of patterns.entries()) {
    const strange = wildcardsIn(pattern).some((name) => !known.has(name));
    const own =
      strange || pattern.length > maxText ? [] : expand(pattern, wildcards, metrics.read, limits.metrics + 1);
    const there = own.filter((property) => metrics.find(property) !== undefined);
    if (there.length === 0) found.wrong(`${path}/${index}`, cut(pattern));
    named.push(...there);
    if (named.length > limits.metrics || found.messages.length > 32) break;
  }
  return named;
}

const cut = (text: string): string => (text.length <= 128 ? text : `${text.slice(0, 128)}…`);
