/** Supervision of a rotor: whether it turns as fast as its duty lets expect. No clock and no I/O. */

/** Shares of the expected speed below which a rotor is slow, and stands; tolerances of 25 % are usual. */
const slowShare = 0.7;
const standShare = 0.2;
/** Seconds for which it must be slow, stand, or turn well again. */
const slowFor = 10;
const standFor = 3;
const wellFor = 10;
/** Seconds after a larger change of the duty, in percent, in which the speed means nothing. */
const settleFor = 5;
const largeChange = 10;
/** Duty in percent below which fans may stop. */
const leastDuty = 8;

export interface RotorState {
  readonly isFailed: boolean;
  /** Seconds for which what would change `isFailed` has lasted. */
  readonly slow: number;
  readonly stands: number;
  readonly well: number;
  /** Duty in percent that the speed belongs to, and seconds since it changed much. */
  readonly duty: number | null;
  readonly settled: number;
}

export const newRotor: RotorState = { isFailed: false, slow: 0, stands: 0, well: 0, duty: null, settled: 0 };

/**
 * Advances by `dt` seconds. `speed` is the reading, null while it is unknown: that is no failure of the rotor. `rated` is
 * the speed at full duty.
 */
export function stepRotor(
  state: RotorState,
  speed: number | null,
  duty: number | null,
  rated: number,
  dt: number,
): RotorState {
  const isChanged = duty !== null && (state.duty === null || Math.abs(duty - state.duty) > largeChange);
  const settled = isChanged ? 0 : state.settled + dt;
  const seen = { ...state, settled, duty: isChanged ? duty : state.duty };
  if (speed === null || duty === null || duty < leastDuty || settled < settleFor)
    return { ...seen, slow: 0, stands: 0, well: 0 };
  const share = speed / ((rated * duty) / 100);
  const slow = share < slowShare ? state.slow + dt : 0;
  const stands = share < standShare ? state.stands + dt : 0;
  const well = share >= slowShare ? state.well + dt : 0;
  const isFailed = state.isFailed ? well < wellFor : slow >= slowFor || stands >= standFor;
  return { ...seen, isFailed, slow, stands, well };
}
