/** One step of a loop: from readings, or their absence, to the duty that they ask for. No clock and no I/O. */
import type { LoopFacts } from '../../platform/vocabulary/index.ts';
import { dutyAt, highestDuty, smoothed, withPlay } from './curve.ts';

/** A sensor as a loop sees it. */
export type Input =
  | { readonly kind: 'value'; readonly sensor: string; readonly value: number; readonly isCritical: boolean }
  /** What it measures is absent or has no power: nothing to cool. */
  | { readonly kind: 'none'; readonly sensor: string }
  /** It should have a reading; `isStarting` when it cannot have one yet. */
  | { readonly kind: 'unknown'; readonly sensor: string; readonly isStarting: boolean };

/** Settings in force. */
export interface Tuning {
  /** Null for a loop that only has a curve. */
  readonly target: number | null;
  readonly proportional: number;
  readonly integral: number;
}

/** Duties of the zone that a loop falls back to, percent, and times in seconds. */
export interface Fallback {
  readonly failSafe: number;
  readonly start: number;
  readonly critical: number;
  readonly warmUp: number;
}

export type DemandReason =
  | 'idle'
  | 'curve'
  | 'target'
  | 'start'
  | 'hold'
  | 'substitute'
  | 'fail-safe'
  | 'critical';

export interface LoopState {
  /** Smoothed hottest reading; null without one. */
  readonly filtered: number | null;
  readonly played: number | null;
  /** Percent. */
  readonly integral: number;
  /** Percent. */
  readonly demand: number;
  /** Demand while all inputs were known last, percent. */
  readonly held: number;
  /** Seconds for which an input has been unknown. */
  readonly unknownFor: number;
  readonly reason: DemandReason;
  /** Sensor that the demand is due to; null while there is nothing to cool. */
  readonly sensor: string | null;
}

export interface LoopInputs {
  readonly main: readonly Input[];
  readonly substitutes: readonly Input[];
  readonly feedForward: Input | null;
}

export const idleLoop: LoopState = {
  filtered: null,
  played: null,
  integral: 0,
  demand: 0,
  held: 0,
  unknownFor: 0,
  reason: 'idle',
  sensor: null,
};

const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);

type Value = Extract<Input, { kind: 'value' }>;

function hottest(inputs: readonly Input[]): Value | null {
  let found: Value | null = null;
  for (const input of inputs)
    if (input.kind === 'value' && (found === null || input.value > found.value)) found = input;
  return found;
}

/** Error beyond the dead band, in the unit of the reading. */
const errorOf = (reading: number, target: number, deadBand: number): number => {
  const error = reading - target;
  return Math.abs(error) <= deadBand ? 0 : error - Math.sign(error) * deadBand;
};

/** Advances a loop by `dt` seconds. */
export function stepLoop(
  facts: LoopFacts,
  tuning: Tuning,
  fallback: Fallback,
  state: LoopState,
  inputs: LoopInputs,
  dt: number,
): LoopState {
  const unknown = inputs.main.find((input) => input.kind === 'unknown');
  const known = hottest(inputs.main);
  if (known === null && unknown === undefined) return idleLoop;
  const regulated =
    known === null ? { ...state, demand: 0 } : regulate(facts, tuning, state, known, inputs.feedForward, dt);
  const wanted = atLeast(regulated, criticalDemand(inputs.main, fallback));
  if (unknown === undefined) return { ...wanted, held: wanted.demand };
  return withUnknown({ facts, fallback, before: state, inputs, dt }, wanted, unknown);
}

function criticalDemand(inputs: readonly Input[], { critical }: Fallback): Demand | null {
  const found = inputs.find((input) => input.kind === 'value' && input.isCritical);
  return found === undefined ? null : { demand: critical, reason: 'critical', sensor: found.sensor };
}

type Demand = Pick<LoopState, 'demand' | 'reason' | 'sensor'>;

const atLeast = (state: LoopState, other: Demand | null): LoopState =>
  other !== null && other.demand >= state.demand ? { ...state, ...other } : state;

/** Curve and target of the hottest known reading. */
function regulate(
  facts: LoopFacts,
  { target, proportional, integral }: Tuning,
  state: LoopState,
  { value, sensor }: Value,
  feedForward: Input | null,
  dt: number,
): LoopState {
  const { curve, interpolate, hysteresis = 0, deadBand = 0.5, filter = 2000, integralLimit = 100 } = facts;
  const filtered = smoothed(state.filtered, value, filter / 1000, dt);
  const played = withPlay(state.played, filtered, hysteresis);
  const base = dutyAt(curve, played, interpolate) + ahead(facts, feedForward);
  const shared = { filtered, played, sensor, unknownFor: 0, held: state.held };
  if (target === null) return { ...shared, integral: 0, demand: clamp(base, 0, 100), reason: 'curve' };
  const error = errorOf(filtered, target, deadBand);
  const wanted = base + Math.max(0, proportional * error + state.integral);
  // At full duty more integral would only have to be taken away again.
  const grows = error > 0 && wanted >= 100 ? 0 : integral * error * dt;
  const sum = clamp(state.integral + grows, 0, integralLimit);
  const correction = Math.max(0, proportional * error + sum);
  return {
    ...shared,
    integral: sum,
    demand: clamp(base + correction, 0, 100),
    reason: correction > 0 ? 'target' : 'curve',
  };
}

function ahead({ feedForward }: LoopFacts, input: Input | null): number {
  if (feedForward === undefined || input === null || input.kind === 'none') return 0;
  return input.kind === 'value' ? dutyAt(feedForward.curve, input.value) : highestDuty(feedForward.curve);
}

interface Doubt {
  readonly facts: LoopFacts;
  readonly fallback: Fallback;
  readonly before: LoopState;
  readonly inputs: LoopInputs;
  readonly dt: number;
}

/** An input is unknown: nothing falls, and after a grace the fail-safe holds, or what a substitute asks for. */
function withUnknown(
  { facts, fallback, before, inputs, dt }: Doubt,
  known: LoopState,
  { sensor, isStarting }: Extract<Input, { kind: 'unknown' }>,
): LoopState {
  const unknownFor = before.unknownFor + dt;
  const integral = Math.max(before.integral, known.integral);
  const next = { ...known, unknownFor, integral };
  const grace = isStarting ? fallback.warmUp : (facts.grace ?? 3000) / 1000;
  if (unknownFor <= grace) {
    const isFirst = before.reason === 'idle' || before.reason === 'start';
    return isFirst && isStarting
      ? atLeast(next, { demand: fallback.start, reason: 'start', sensor })
      : atLeast(next, { demand: before.demand, reason: 'hold', sensor });
  }
  const substituted = substituteDemand(facts, inputs.substitutes);
  if (substituted !== null) return atLeast(next, substituted);
  const failSafe = Math.max(facts.failSafe ?? fallback.failSafe, before.held);
  return atLeast(next, { demand: failSafe, reason: 'fail-safe', sensor });
}

function substituteDemand({ substitute }: LoopFacts, inputs: readonly Input[]): Demand | null {
  if (substitute === undefined || inputs.some(({ kind }) => kind === 'unknown')) return null;
  const found = hottest(inputs);
  if (found === null) return null;
  return {
    demand: clamp(dutyAt(substitute.curve, found.value), 0, 100),
    reason: 'substitute',
    sensor: found.sensor,
  };
}

/** Integral with which a loop asks for `duty`: automatic control goes on from where manual control ended. */
export function seeded(facts: LoopFacts, tuning: Tuning, state: LoopState, duty: number): LoopState {
  const { curve, interpolate, deadBand = 0.5, integralLimit = 100 } = facts;
  if (tuning.target === null || tuning.integral === 0 || state.filtered === null || state.played === null)
    return state;
  const error = errorOf(state.filtered, tuning.target, deadBand);
  // Far below the target there is nothing to go on with.
  if (error < 0) return { ...state, integral: 0 };
  const rest = duty - dutyAt(curve, state.played, interpolate) - tuning.proportional * error;
  return { ...state, integral: clamp(rest, 0, integralLimit) };
}
