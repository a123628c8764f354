/**
 * When a node is asked. Each has a time of its own within the period: many that are all asked in the same moment would keep
 * everything else waiting for as long as that takes. Pure.
 */

/** A share of a period: no sooner than that does a round follow the one before. */
const breath = 1 / 8;

/**
 * Milliseconds from the beginning of a round to the next, which is `phase` (0 to 1) of a period behind a whole number of
 * them, and mostly one period away. A timer may fire a moment early, and that is not yet another time.
 */
export function untilNext(begun: number, period: number, phase: number): number {
  const since = (begun / period + 1 - phase) % 1;
  return period * (since > 1 - breath ? 2 - since : 1 - since);
}

/** The phase of the nth of many: however many there are, they lie evenly. */
export const phaseOf = (n: number): number => (n * goldenRatio) % 1;

const goldenRatio = (Math.sqrt(5) - 1) / 2;
