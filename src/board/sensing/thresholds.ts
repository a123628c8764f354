/** When a reading crosses a limit and when it is back: pure, so that every edge of it can be tested. */
import type { MessageKeyTaking } from '../../messages/keys.ts';
import type { ThresholdFacts } from '../../platform/vocabulary/index.ts';
import type { Health, ThresholdName } from '../model.ts';

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

/** A limit without a hysteresis of its own clears this share of itself away from it, so that noise raises it once. */
const defaultHysteresis = 0.01;

/** The thresholds that are crossed now, given those that were. */
export function evaluate(
  before: readonly ThresholdName[],
  reading: number,
  thresholds: ThresholdFacts,
  hysteresis: number | undefined,
): ThresholdName[] {
  return rules
    .filter(({ name, upper }) => {
      const limit = thresholds[name];
      if (limit === undefined) return false;
      const band = before.includes(name) ? (hysteresis ?? Math.abs(limit) * defaultHysteresis) : 0;
      return upper ? reading > limit - band : reading < limit + band;
    })
    .map(({ name }) => name);
}

export const healthOf = (crossed: readonly ThresholdName[]): Health =>
  rules.find(({ name }) => crossed.includes(name))?.health ?? 'OK';

/** A message of the SensorEvent registry and the limit concerned; null when the reading is back where it should be. */
export type Crossing = { readonly severity: Health } & (
  | { readonly key: ThresholdMessage; readonly threshold: ThresholdName }
  | { readonly key: 'SensorEvent.SensorReadingNormalRange'; readonly threshold: null }
);

/** What has to be said about a change of what is crossed: each crossing once, and one word when all is well again. */
export function crossings(before: readonly ThresholdName[], after: readonly ThresholdName[]): Crossing[] {
  const said: Crossing[] = [];
  // From the least severe up, as the reading went.
  for (const rule of [...rules].reverse()) {
    if (after.includes(rule.name) && !before.includes(rule.name)) {
      said.push({ key: rule.raised, severity: rule.health, threshold: rule.name });
    }
  }
  if (after.length === 0) {
    if (before.length > 0)
      said.push({ key: 'SensorEvent.SensorReadingNormalRange', severity: 'OK', threshold: null });
    return said;
  }
  for (const rule of rules) {
    if (before.includes(rule.name) && !after.includes(rule.name) && rule.eased !== undefined) {
      said.push({ key: rule.eased, severity: healthOf(after), threshold: rule.name });
    }
  }
  return said;
}
