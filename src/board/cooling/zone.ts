/** One step of a zone: the highest of all demands, approached no faster than the zone allows. No clock and no I/O. */

export type ZoneReason =
  | 'minimum'
  | 'loop'
  | 'unknown-input'
  | 'critical'
  | 'fans-failed'
  | 'output-failed'
  | 'floor'
  | 'full-speed';

/** A duty in percent that something asks for. */
export interface ZoneDemand {
  readonly duty: number;
  readonly reason: ZoneReason;
  /** Id of the loop; null where no loop asks. */
  readonly loop: string | null;
  readonly sensor: string | null;
  /** It is not held back by the rise of the zone, and no user setting lowers it. */
  readonly isUrgent: boolean;
}

export interface ZoneLimits {
  /** Percent. */
  readonly minimum: number;
  /** Percent a second. */
  readonly rise: number;
  readonly fall: number;
}

/** What a user has added to automatic control, percent. */
export interface Override {
  readonly floor: number;
  readonly offset: number;
}
export const noOverride: Override = { floor: 0, offset: 0 };

export interface ZoneStep {
  /** What is to be driven, percent. */
  readonly duty: number;
  /** The highest demand. */
  readonly leader: ZoneDemand;
}

const minimumDemand = (duty: number): ZoneDemand => ({
  duty,
  reason: 'minimum',
  loop: null,
  sensor: null,
  isUrgent: false,
});

/** The demand that leads: the highest, and of equals the first. */
export function leading(
  demands: readonly ZoneDemand[],
  { minimum }: ZoneLimits,
  { floor, offset }: Override = noOverride,
): ZoneDemand {
  const floored: ZoneDemand = { duty: floor, reason: 'floor', loop: null, sensor: null, isUrgent: false };
  let leader = minimumDemand(minimum);
  for (const each of floor > 0 ? [...demands, floored] : demands) {
    const shifted = each.reason === 'loop' ? { ...each, duty: each.duty + offset } : each;
    if (shifted.duty > leader.duty) leader = shifted;
  }
  return leader.duty > 100 ? { ...leader, duty: 100 } : leader;
}

/** Advances the duty of a zone from `before` by `dt` seconds. */
export function stepZone(
  before: number,
  demands: readonly ZoneDemand[],
  limits: ZoneLimits,
  override: Override,
  dt: number,
): ZoneStep {
  const leader = leading(demands, limits, override);
  // What is urgent is reached at once, whoever leads.
  const urgent = demands.reduce((most, { duty, isUrgent }) => (isUrgent ? Math.max(most, duty) : most), 0);
  const highest = Math.max(before + limits.rise * dt, urgent);
  const duty = Math.min(Math.max(leader.duty, before - limits.fall * dt), highest);
  return { duty: Math.min(100, Math.max(limits.minimum, duty)), leader };
}

/** Whole percent to be driven for a wanted duty: never less than wanted, and unchanged for a fall below one percent. */
export const drivenDuty = (before: number | null, wanted: number): number => {
  const up = Math.min(100, Math.ceil(wanted - 1e-9));
  return before !== null && up < before && before - wanted < 1.5 ? before : up;
};

/** Answer to failed fans, percent; 0 while there is none. */
export const answerTo = (
  failed: number,
  answers: readonly { readonly count: number; readonly duty: number }[],
): number => Math.max(0, ...answers.filter(({ count }) => failed >= count).map(({ duty }) => duty));
