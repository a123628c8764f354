/**
 * When a node is polled. Polling is staggered: node n starts at phase n·φ of the period, so that nodes do not poll in
 * lockstep and delay everything else. Pure.
 */

/** Share of a period: a round follows the one before no sooner than this. */
const shortestPause = 1 / 8;

/**
 * Milliseconds from the begin of a round to the next, which begins `phase` (0 to 1) of a period after a multiple of the
 * period, and mostly one period later. A timer that fires a moment early does not make for a second round.
 */
export function untilNext(began: number, period: number, phase: number): number {
  const since = (began / period + 1 - phase) % 1;
  return period * (since > 1 - shortestPause ? 2 - since : 1 - since);
}

/** The phase of the nth node: phases are spread evenly, however many nodes there are. */
export const phaseOf = (n: number): number => (n * goldenRatio) % 1;

const goldenRatio = (Math.sqrt(5) - 1) / 2;
