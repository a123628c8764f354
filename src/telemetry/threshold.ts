/** When a trigger is met: pure, so that every edge of it can be tested. */

export type Direction = 'Increasing' | 'Decreasing' | 'Either' | 'Disabled';

export interface Threshold {
  readonly reading: number;
  readonly direction: Direction;
  /** How long the condition must hold, milliseconds. */
  readonly dwell: number;
  /** How far back, and for how long, a reading must be for the threshold to be over. */
  readonly hysteresis: number;
  readonly release: number;
}

/** What is known of a threshold and one metric. */
export interface ThresholdState {
  readonly active: boolean;
  /** Side of the threshold that was last settled, for those that look at both. */
  readonly side: 'above' | 'below' | null;
  /** Since when there has been reason for a change; null while there is none. */
  readonly since: number | null;
}

export const atRest: ThresholdState = { active: false, side: null, since: null };

export interface ThresholdStep {
  readonly state: ThresholdState;
  /** It has become active, with the reading on this side of it. */
  readonly raised: 'above' | 'below' | null;
  /** It is over. */
  readonly cleared: boolean;
}

/**
 * A reading at a time (milliseconds that never step). An unknown is no reason for anything: what is active stays so, and
 * what had begun to dwell begins anew.
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
    // Where it was first seen is no crossing.
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
