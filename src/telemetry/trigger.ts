/** Triggers: what they say in the terms of their schema (Triggers), and what they do about the metrics they watch. */
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
  /** Undefined for one that waits for events. */
  readonly MetricType?: 'Numeric' | 'Discrete';
  readonly TriggerActions: readonly ('LogToLogService' | 'RedfishEvent' | 'RedfishMetricReport')[];
  readonly NumericThresholds?: Readonly<Partial<Record<ThresholdName, NumericThreshold>>>;
  readonly DiscreteTriggerCondition?: 'Specified' | 'Changed';
  readonly DiscreteTriggers: readonly DiscreteTrigger[];
  readonly Wildcards: readonly Wildcard[];
  readonly MetricProperties: readonly string[];
  readonly MetricIds: readonly string[];
  /** MessageIds that meet the trigger. */
  readonly EventTriggers: readonly string[];
  readonly HysteresisReading?: number;
  readonly HysteresisDuration?: string;
  readonly TriggerEnabled: boolean;
  /** Ids of the definitions whose reports are made when the trigger is met. */
  readonly Reports: readonly string[];
}

/** A trigger was met, or what it was met by is over. */
export interface Fired {
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

/** How long it is believed that a wildcard stands for what it stood for, milliseconds. */
const metricsHold = 10_000;

interface Watch {
  readonly trigger: Trigger;
  metrics: readonly Metric[];
  looked: number;
  readonly thresholds: Map<string, Map<ThresholdName, ThresholdState>>;
  readonly discrete: Map<string, Discrete>;
}

interface Discrete {
  /** Value that was last known. */
  readonly value: Scalar;
  /** Since when, by the clock that never steps. */
  readonly since: number;
  /** The trigger has been met by this value. */
  readonly met: boolean;
}

export class Triggers {
  readonly #shelf: DefinitionStore<Trigger>;
  readonly #watches = new Map<string, Watch>();
  readonly #listeners = new Listeners<Fired>();
  #metrics: Metrics | undefined;

  constructor(shelf: DefinitionStore<Trigger>) {
    this.#shelf = shelf;
  }

  attach(metrics: Metrics): void {
    this.#metrics = metrics;
  }

  onFired(listener: (fired: Fired) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Looks at every metric that is watched. */
  tick(monotonic: number): void {
    for (const { Id } of [...this.#watches.values()].map(({ trigger }) => trigger))
      if (this.#shelf.get(Id) === undefined) this.#watches.delete(Id);
    for (const trigger of this.#shelf.all) {
      if (!trigger.TriggerEnabled || trigger.MetricType === undefined) continue;
      const watch = this.#watch(trigger, monotonic);
      for (const metric of watch.metrics)
        if (trigger.MetricType === 'Numeric') this.#numeric(watch, metric, monotonic);
        else this.#discrete(watch, metric, monotonic);
    }
  }

  /** Something happened that a trigger may wait for. */
  received(messageId: string): void {
    for (const trigger of this.#shelf.all)
      if (trigger.TriggerEnabled && trigger.EventTriggers.some((each) => isSame(each, messageId)))
        this.#listeners.emit({ trigger, metric: null, value: null, kind: { what: 'event', messageId } });
  }

  #watch(trigger: Trigger, monotonic: number): Watch {
    let watch = this.#watches.get(trigger.Id);
    if (watch?.trigger !== trigger) {
      watch = {
        ...{ trigger, metrics: [], looked: Number.NEGATIVE_INFINITY },
        ...{ thresholds: new Map(), discrete: new Map() },
      };
      this.#watches.set(trigger.Id, watch);
    }
    if (monotonic - watch.looked >= metricsHold && this.#metrics !== undefined) {
      watch.metrics = metricsOf(trigger, this.#metrics);
      watch.looked = monotonic;
    }
    return watch;
  }

  #numeric({ trigger, thresholds }: Watch, metric: Metric, monotonic: number): void {
    const read = metric.read().value;
    const value = typeof read === 'number' ? read : null;
    const states = thresholds.get(metric.property) ?? new Map<ThresholdName, ThresholdState>();
    thresholds.set(metric.property, states);
    const wasActive = thresholdNames.some((name) => states.get(name)?.active);
    let eased: ThresholdName | undefined;
    let raised = false;
    for (const name of thresholdNames) {
      const threshold = thresholdOf(trigger, name);
      if (threshold === undefined) continue;
      const next = step(threshold, states.get(name) ?? atRest, value, monotonic);
      states.set(name, next.state);
      if (next.cleared) eased ??= name;
      if (next.raised === null) continue;
      raised = true;
      const { reading } = threshold;
      this.#emit(trigger, metric, value, { what: 'threshold', name, side: next.raised, reading });
    }
    if (eased === undefined || raised) return;
    const active = thresholdNames.some((name) => states.get(name)?.active);
    if (!active && wasActive) this.#emit(trigger, metric, value, { what: 'normal' });
    else if (eased.endsWith('Critical')) {
      const side = eased.startsWith('Upper') ? 'below' : 'above';
      const reading = thresholdOf(trigger, eased)?.reading ?? 0;
      this.#emit(trigger, metric, value, { what: 'threshold', name: eased, side, reading });
    }
  }

  #discrete({ trigger, discrete }: Watch, metric: Metric, monotonic: number): void {
    const { value } = metric.read();
    const before = discrete.get(metric.property);
    // An unknown is no value: what comes after it is compared with what came before.
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

  #emit(trigger: Trigger, metric: Metric, value: Scalar, kind: Fired['kind']): void {
    const shown = typeof value === 'number' ? kept(value) : value;
    this.#listeners.emit({ trigger, metric, value: shown, kind });
  }
}

/** Metrics that a trigger watches and that are there now. */
export function metricsOf(trigger: Trigger, metrics: Metrics): Metric[] {
  const patterns = [
    ...trigger.MetricProperties,
    ...trigger.MetricIds.flatMap((id) => metrics.propertiesOf(id) ?? []),
  ];
  // A wildcard without values stands for everything (Triggers.Wildcard).
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

/** Whatever the minor version: what a trigger was made for stays what it waits for. */
function isSame(one: string, other: string): boolean {
  const parts = (id: string) => id.split('.');
  const [oneRegistry, oneMajor] = parts(one);
  const [registry, major] = parts(other);
  return oneRegistry === registry && oneMajor === major && parts(one).at(-1) === parts(other).at(-1);
}
