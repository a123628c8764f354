/** State machine of a trigger's numeric threshold: dwell time, hysteresis, release time. Pure. */

export type Direction = 'Increasing' | 'Decreasing' | 'Either' | 'Disabled';

export interface Threshold {
  readonly reading: number;
  readonly direction: Direction;
  /** Minimum time beyond the threshold before it is raised, milliseconds. */
  readonly dwell: number;
  /** Distance back, and time there in milliseconds, after which the threshold clears. */
  readonly hysteresis: number;
  readonly release: number;
}

/** State of a threshold for one metric. */
export interface ThresholdState {
  readonly active: boolean;
  /** Settled side of the threshold; used by the direction Either. */
  readonly side: 'above' | 'below' | null;
  /** Start of a pending change, monotonic milliseconds; null: none is pending. */
  readonly since: number | null;
}

export const atRest: ThresholdState = { active: false, side: null, since: null };

export interface ThresholdStep {
  readonly state: ThresholdState;
  /** The threshold was crossed to this side; null: no crossing. */
  readonly raised: 'above' | 'below' | null;
  /** The threshold has cleared. */
  readonly cleared: boolean;
}

/**
 * Returns the state after a reading at a monotonic time (milliseconds). An unknown reading (null) changes nothing: an active
 * threshold remains active, and a dwell time starts again.
 */
export function step(
  { reading, direction, dwell, hysteresis, release }: Threshold,
  before: ThresholdState,
  value: number | null,
  now: number,
): ThresholdStep {
  const still = { raised: null, cleared: false };
  if (direction === 'Disabled') return { state: atRest, ...still };
  if (value === null) return { state: { ...before, since: null }, ...still };
  const side = value > reading ? 'above' : value < reading ? 'below' : null;
  if (direction === 'Either') {
    if (side === null || side === before.side) return { state: { ...before, since: null }, ...still };
    // The first reading settles the side and is no crossing.
    if (before.side === null) return { state: { ...before, side, since: null }, ...still };
    const since = before.since ?? now;
    if (now - since < dwell) return { state: { ...before, since }, ...still };
    return { state: { active: false, side, since: null }, raised: side, cleared: false };
  }
  const wanted = direction === 'Increasing' ? 'above' : 'below';
  const beyond = side === wanted;
  if (!before.active) {
    if (!beyond) return { state: { ...before, since: null }, ...still };
    const since = before.since ?? now;
    if (now - since < dwell) return { state: { ...before, since }, ...still };
    return { state: { active: true, side, since: null }, raised: wanted, cleared: false };
  }
  const back = Math.abs(hysteresis);
  const isBack = wanted === 'above' ? value <= reading - back : value >= reading + back;
  if (!isBack) return { state: { ...before, since: null }, ...still };
  const since = before.since ?? now;
  if (now - since < release) return { state: { ...before, since }, ...still };
  return { state: { active: false, side, since: null }, raised: null, cleared: true };
}
