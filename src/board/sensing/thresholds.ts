/** Thresholds: which of them a reading crosses, and which messages report a change of that. Pure. */
import type { MessageKeyTaking } from '../../messages/keys.ts';
import type { ThresholdFacts } from '../../platform/vocabulary/index.ts';
import { BoardRefusal } from '../model/refusal.ts';
import type { ThresholdName, ThresholdSettings } from '../model/sensor.ts';
import type { Health } from '../model/status.ts';

type ThresholdMessage = Extract<MessageKeyTaking<4>, `SensorEvent.Reading${string}Threshold`>;

interface Rule {
  readonly name: ThresholdName;
  readonly upper: boolean;
  readonly health: Health;
  /** Message for crossing it. */
  readonly raised: ThresholdMessage;
  /** Message for falling back over it while a lesser limit is still crossed; none for the least. */
  readonly eased: ThresholdMessage | undefined;
}

/** The most severe first. Message keys are those of the SensorEvent registry. */
const rules: readonly Rule[] = [
  {
    name: 'upperFatal',
    upper: true,
    health: 'Critical',
    raised: 'SensorEvent.ReadingAboveUpperFatalThreshold',
    eased: 'SensorEvent.ReadingBelowUpperFatalThreshold',
  },
  {
    name: 'lowerFatal',
    upper: false,
    health: 'Critical',
    raised: 'SensorEvent.ReadingBelowLowerFatalThreshold',
    eased: 'SensorEvent.ReadingAboveLowerFatalThreshold',
  },
  {
    name: 'upperCritical',
    upper: true,
    health: 'Critical',
    raised: 'SensorEvent.ReadingAboveUpperCriticalThreshold',
    eased: 'SensorEvent.ReadingBelowUpperCriticalThreshold',
  },
  {
    name: 'lowerCritical',
    upper: false,
    health: 'Critical',
    raised: 'SensorEvent.ReadingBelowLowerCriticalThreshold',
    eased: 'SensorEvent.ReadingAboveLowerCriticalThreshold',
  },
  {
    name: 'upperCaution',
    upper: true,
    health: 'Warning',
    raised: 'SensorEvent.ReadingAboveUpperCautionThreshold',
    eased: undefined,
  },
  {
    name: 'lowerCaution',
    upper: false,
    health: 'Warning',
    raised: 'SensorEvent.ReadingBelowLowerCautionThreshold',
    eased: undefined,
  },
];

/** From the least to the greatest. */
const ascending: readonly ThresholdName[] = [
  'lowerFatal',
  'lowerCritical',
  'lowerCaution',
  'upperCaution',
  'upperCritical',
  'upperFatal',
];

export const isThresholdName = (name: string): name is ThresholdName =>
  ascending.some((each) => each === name);

/** The thresholds of the descriptor with changed ones over them; null switches a threshold off. */
export function withSettings(facts: ThresholdFacts = {}, settings: ThresholdSettings): ThresholdFacts {
  const limits = Object.entries({ ...facts, ...settings }).filter(([, limit]) => typeof limit === 'number');
  return Object.fromEntries(limits);
}

/** @throws BoardRefusal `out-of-range` unless the thresholds of a sensor are finite and in ascending order */
export function checkThresholds(sensor: string, thresholds: ThresholdFacts): void {
  let before: ThresholdName | undefined;
  for (const name of ascending) {
    const limit = thresholds[name];
    if (limit === undefined) continue;
    if (!Number.isFinite(limit))
      throw new BoardRefusal('out-of-range', `${name} of ${sensor} is ${limit}: give a finite number`);
    const least = before === undefined ? undefined : thresholds[before];
    if (before !== undefined && least !== undefined && least > limit)
      throw new BoardRefusal(
        'out-of-range',
        `${name} of ${sensor} is ${limit}, which is below its ${before} of ${least}: change both, or raise ${name}`,
      );
    before = name;
  }
}

/** Without a hysteresis in the descriptor: the share of a limit by which a reading must return to clear it. */
const defaultHysteresis = 0.01;

const none: readonly ThresholdName[] = [];

/** The thresholds that are crossed now, given those that were; `before` itself where none has changed. */
export function evaluate(
  before: readonly ThresholdName[],
  reading: number,
  thresholds: ThresholdFacts,
  hysteresis: number | undefined,
): readonly ThresholdName[] {
  // Runs for each reading, and nearly always finds none: makes nothing then.
  let crossed: ThresholdName[] | undefined;
  for (const { name, upper } of rules) {
    const limit = thresholds[name];
    if (limit === undefined) continue;
    const band = before.includes(name) ? (hysteresis ?? Math.abs(limit) * defaultHysteresis) : 0;
    const isCrossed = upper ? reading > limit - band : reading < limit + band;
    if (!isCrossed) continue;
    if (crossed === undefined) crossed = [name];
    else crossed.push(name);
  }
  if (crossed === undefined) return before.length === 0 ? before : none;
  const isSame = crossed.length === before.length && crossed.every((name, at) => name === before[at]);
  return isSame ? before : crossed;
}

export const healthOf = (crossed: readonly ThresholdName[]): Health =>
  crossed.length === 0 ? 'OK' : (rules.find(({ name }) => crossed.includes(name))?.health ?? 'OK');

/** A message of the SensorEvent registry and its threshold; null when the reading is back in its normal range. */
export type Crossing = { readonly severity: Health } & (
  | { readonly key: ThresholdMessage; readonly threshold: ThresholdName }
  | { readonly key: 'SensorEvent.SensorReadingNormalRange'; readonly threshold: null }
);

/** The messages for a change of the crossed thresholds: one for each crossing, and one when none is left. */
export function crossings(before: readonly ThresholdName[], after: readonly ThresholdName[]): Crossing[] {
  const messages: Crossing[] = [];
  // The least severe first, in the order in which the reading crossed them.
  for (const rule of [...rules].reverse()) {
    if (after.includes(rule.name) && !before.includes(rule.name)) {
      messages.push({ key: rule.raised, severity: rule.health, threshold: rule.name });
    }
  }
  if (after.length === 0) {
    if (before.length > 0)
      messages.push({ key: 'SensorEvent.SensorReadingNormalRange', severity: 'OK', threshold: null });
    return messages;
  }
  for (const rule of rules) {
    if (before.includes(rule.name) && !after.includes(rule.name) && rule.eased !== undefined) {
      messages.push({ key: rule.eased, severity: healthOf(after), threshold: rule.name });
    }
  }
  return messages;
}
