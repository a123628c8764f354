/** Power meter of a node (DCMI): the present power, and its statistics since the start of the controller. */
import type { PowerModel } from 'node-ipmi';

export interface PowerMeter extends PowerModel {
  /** Takes a sample; to be called periodically. */
  sample(): void;
  restart(): void;
}

/** @param watts the present power */
export function createMeter(watts: () => number): PowerMeter {
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  let sum = 0;
  let count = 0;
  const sample = () => {
    const now = watts();
    least = Math.min(least, now);
    most = Math.max(most, now);
    sum += now;
    count++;
    return now;
  };
  return {
    sample,
    read() {
      const current = sample();
      return { current, minimum: least, maximum: most, average: sum / count };
    },
    restart() {
      [least, most, sum, count] = [Number.POSITIVE_INFINITY, 0, 0, 0];
    },
  };
}
