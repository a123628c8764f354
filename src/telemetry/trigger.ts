/** Triggers of the telemetry service: their properties (schema Triggers) and the evaluation of their metrics. */
import { Listeners } from '../base/listeners.ts';
import { kept } from './codec.ts';
import { durationIn, limits } from './definition.ts';
import type { DefinitionStore } from './definition-store.ts';
import { expand, type Metric, type Metrics, type Scalar, type Wildcard } from './metric.ts';
import { atRest, type Direction, step, type Threshold, type ThresholdState } from './threshold.ts';

export const thresholdNames = ['UpperCritical', 'LowerCritical', 'UpperWarning', 'LowerWarning'] as const;
export type ThresholdName = (typeof thresholdNames)[number];

export type NumericThreshold = {
  readonly Reading?: number;
  readonly Activation?: Direction;
  readonly DwellTime?: string;
};

export type DiscreteTrigger = {
  readonly Name?: string;
  readonly Value?: string;
  readonly DwellTime?: string;
  readonly Severity?: 'OK' | 'Warning' | 'Critical';
};

export interface Trigger {
  readonly Id: string;
  readonly Name: string;
  readonly Description?: string;
  /** Undefined for a trigger of events. */
  readonly MetricType?: 'Numeric' | 'Discrete';
  readonly TriggerActions: readonly ('LogToLogService' | 'RedfishEvent' | 'RedfishMetricReport')[];
  readonly NumericThresholds?: Readonly<Partial<Record<ThresholdName, NumericThreshold>>>;
  readonly DiscreteTriggerCondition?: 'Specified' | 'Changed';
  readonly DiscreteTriggers: readonly DiscreteTrigger[];
  readonly Wildcards: readonly Wildcard[];
  readonly MetricProperties: readonly string[];
  readonly MetricIds: readonly string[];
  /** MessageIds of events that meet the trigger. */
  readonly EventTriggers: readonly string[];
  readonly HysteresisReading?: number;
  readonly HysteresisDuration?: string;
  readonly TriggerEnabled: boolean;
  /** Ids of the definitions whose reports are created when the trigger is met. */
  readonly Reports: readonly string[];
}

/** A trigger was met, or its condition ended. */
export interface TriggerEvent {
  readonly trigger: Trigger;
  readonly metric: Metric | null;
  readonly value: Scalar;
  readonly kind:
    | {
        readonly what: 'threshold';
        readonly name: ThresholdName;
        readonly side: 'above' | 'below';
        readonly reading: number;
      }
    | { readonly what: 'normal' }
    | { readonly what: 'discrete'; readonly severity: 'OK' | 'Warning' | 'Critical' }
    | { readonly what: 'event'; readonly messageId: string };
}

/** Period at which wildcards are expanded again, milliseconds. */
const expansionPeriod = 10_000;

interface Watch {
  readonly trigger: Trigger;
  metrics: readonly Metric[];
  expandedAt: number;
  readonly thresholds: Map<string, Map<ThresholdName, ThresholdState>>;
  readonly discrete: Map<string, Discrete>;
}

interface Discrete {
  /** The last known value. */
  readonly value: Scalar;
  /** Monotonic time of the last change of the value, milliseconds. */
  readonly since: number;
  /** Whether this value has met the trigger already. */
  readonly met: boolean;
}

export class Triggers {
  readonly #definitions: DefinitionStore<Trigger>;
  readonly #watches = new Map<string, Watch>();
  readonly #listeners = new Listeners<TriggerEvent>();
  #metrics: Metrics | undefined;

  constructor(definitions: DefinitionStore<Trigger>) {
    this.#definitions = definitions;
  }

  attach(metrics: Metrics): void {
    this.#metrics = metrics;
  }

  onFired(listener: (fired: TriggerEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Evaluates every enabled trigger. `monotonic` in milliseconds. */
  evaluate(monotonic: number): void {
    for (const { Id } of [...this.#watches.values()].map(({ trigger }) => trigger))
      if (this.#definitions.get(Id) === undefined) this.#watches.delete(Id);
    for (const trigger of this.#definitions.all) {
      if (!trigger.TriggerEnabled || trigger.MetricType === undefined) continue;
      const watch = this.#watch(trigger, monotonic);
      for (const metric of watch.metrics)
        if (trigger.MetricType === 'Numeric') this.#numeric(watch, metric, monotonic);
        else this.#discrete(watch, metric, monotonic);
    }
  }

  /** Emits the triggers that this MessageId meets. */
  eventReceived(messageId: string): void {
    for (const trigger of this.#definitions.all)
      if (trigger.TriggerEnabled && trigger.EventTriggers.some((each) => isSame(each, messageId)))
        this.#listeners.emit({ trigger, metric: null, value: null, kind: { what: 'event', messageId } });
  }

  #watch(trigger: Trigger, monotonic: number): Watch {
    let watch = this.#watches.get(trigger.Id);
    if (watch?.trigger !== trigger) {
      watch = {
        trigger,
        metrics: [],
        expandedAt: Number.NEGATIVE_INFINITY,
        thresholds: new Map(),
        discrete: new Map(),
      };
      this.#watches.set(trigger.Id, watch);
    }
    if (monotonic - watch.expandedAt >= expansionPeriod && this.#metrics !== undefined) {
      watch.metrics = metricsOf(trigger, this.#metrics);
      watch.expandedAt = monotonic;
    }
    return watch;
  }

  #numeric({ trigger, thresholds }: Watch, metric: Metric, monotonic: number): void {
    const read = metric.read().value;
    const value = typeof read === 'number' ? read : null;
    const states = thresholds.get(metric.property) ?? new Map<ThresholdName, ThresholdState>();
    thresholds.set(metric.property, states);
    const wasActive = thresholdNames.some((name) => states.get(name)?.active);
    let cleared: ThresholdName | undefined;
    let raised = false;
    for (const name of thresholdNames) {
      const threshold = thresholdOf(trigger, name);
      if (threshold === undefined) continue;
      const next = step(threshold, states.get(name) ?? atRest, value, monotonic);
      states.set(name, next.state);
      if (next.cleared) cleared ??= name;
      if (next.raised === null) continue;
      raised = true;
      const { reading } = threshold;
      this.#emit(trigger, metric, value, { what: 'threshold', name, side: next.raised, reading });
    }
    if (cleared === undefined || raised) return;
    const active = thresholdNames.some((name) => states.get(name)?.active);
    if (!active && wasActive) this.#emit(trigger, metric, value, { what: 'normal' });
    else if (cleared.endsWith('Critical')) {
      const side = cleared.startsWith('Upper') ? 'below' : 'above';
      const reading = thresholdOf(trigger, cleared)?.reading ?? 0;
      this.#emit(trigger, metric, value, { what: 'threshold', name: cleared, side, reading });
    }
  }

  #discrete({ trigger, discrete }: Watch, metric: Metric, monotonic: number): void {
    const { value } = metric.read();
    const before = discrete.get(metric.property);
    // An unknown value is skipped: the next known value is compared with the last known one.
    if (value === null) return;
    const changed = before !== undefined && before.value !== value;
    const since = before === undefined || changed ? monotonic : before.since;
    if (trigger.DiscreteTriggerCondition === 'Changed') {
      discrete.set(metric.property, { value, since, met: true });
      if (changed) this.#emit(trigger, metric, value, { what: 'discrete', severity: 'OK' });
      return;
    }
    const wanted = trigger.DiscreteTriggers.find((each) => each.Value === String(value));
    const due = wanted !== undefined && monotonic - since >= (durationIn(wanted.DwellTime) ?? 0);
    const met = before !== undefined && !changed && before.met;
    discrete.set(metric.property, { value, since, met: met || due });
    if (due && !met)
      this.#emit(trigger, metric, value, { what: 'discrete', severity: wanted.Severity ?? 'OK' });
  }

  #emit(trigger: Trigger, metric: Metric, value: Scalar, kind: TriggerEvent['kind']): void {
    const shown = typeof value === 'number' ? kept(value) : value;
    this.#listeners.emit({ trigger, metric, value: shown, kind });
  }
}

/** Returns the metrics of a trigger that exist now. */
export function metricsOf(trigger: Trigger, metrics: Metrics): Metric[] {
  const patterns = [
    ...trigger.MetricProperties,
    ...trigger.MetricIds.flatMap((id) => metrics.propertiesOf(id) ?? []),
  ];
  // A wildcard without values matches everything (Triggers.Wildcard).
  const wildcards = trigger.Wildcards.map((each) =>
    each.Values.length > 0 ? each : { ...each, Values: ['*'] },
  );
  return patterns
    .flatMap((pattern) => expand(pattern, wildcards, metrics.read, limits.metrics))
    .slice(0, limits.metrics)
    .flatMap((property) => metrics.find(property) ?? []);
}

function thresholdOf(trigger: Trigger, name: ThresholdName): Threshold | undefined {
  const given = trigger.NumericThresholds?.[name];
  if (given?.Reading === undefined) return undefined;
  return {
    reading: given.Reading,
    direction: given.Activation ?? (name.startsWith('Upper') ? 'Increasing' : 'Decreasing'),
    dwell: durationIn(given.DwellTime) ?? 0,
    hysteresis: trigger.HysteresisReading ?? 0,
    release: durationIn(trigger.HysteresisDuration) ?? 0,
  };
}

/** Whether two MessageIds are the same message, in any minor version of the registry. */
function isSame(one: string, other: string): boolean {
  const parts = (id: string) => id.split('.');
  const [oneRegistry, oneMajor] = parts(one);
  const [registry, major] = parts(other);
  return oneRegistry === registry && oneMajor === major && parts(one).at(-1) === parts(other).at(-1);
}
