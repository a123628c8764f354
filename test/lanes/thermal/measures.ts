/** What a run of a loop amounts to: peak, settling, ripple, reversals. */
import type { LoopFacts } from '../../../src/platform/vocabulary/index.ts';
import type { Moment } from './plant.ts';

export interface Measures {
  /** Greatest excess over the targets of the loops, K; negative below all of them. */
  readonly peak: number;
  /** Seconds until the duty stays within 3 points of its last value. */
  readonly settling: number;
  /** Points between the highest and lowest duty of the last two minutes. */
  readonly ripple: number;
  /** Changes of direction of the duty by more than 2 points. */
  readonly reversals: number;
  /** Mean duty of the last two minutes, percent. */
  readonly duty: number;
}

const settled = 3;
const noticed = 2;
const last = 120;

export function measure(moments: readonly Moment[], loops: readonly LoopFacts[]): Measures {
  const duties = moments.map(({ duty }) => duty);
  const end = duties.slice(-last);
  const mean = end.reduce((sum, duty) => sum + duty, 0) / end.length;
  const offTrack = duties.findLastIndex((duty) => Math.abs(duty - mean) > settled);
  const excesses = moments.flatMap(({ inputs }) =>
    loops.flatMap(({ id, target }) => {
      const input = inputs.get(id);
      return target === undefined || input === undefined ? [] : [input - target];
    }),
  );
  return {
    peak: excesses.length === 0 ? Number.NaN : Math.max(...excesses),
    settling: offTrack + 1,
    ripple: Math.max(...end) - Math.min(...end),
    reversals: reversalsOf(duties),
    duty: mean,
  };
}

function reversalsOf(duties: readonly number[]): number {
  let extreme = duties[0] ?? 0;
  let direction = 0;
  let reversals = 0;
  for (const duty of duties) {
    const change = duty - extreme;
    if (direction * change > 0) extreme = duty;
    else if (Math.abs(change) > noticed) {
      if (direction !== 0) reversals += 1;
      direction = Math.sign(change);
      extreme = duty;
    }
  }
  return reversals;
}
