/** The power meter of a node, for DCMI: what flows now, and what flowed since the controller started. */
import type { PowerModel } from 'node-ipmi';

export interface PowerMeter extends PowerModel {
  /** To be called now and then. */
  sample(): void;
  restart(): void;
}

/** @param watts what flows now */
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
