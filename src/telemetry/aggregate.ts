/** Count, minimum, maximum and sum of a set of readings. Pure. */

export interface Aggregate {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly sum: number;
}

/** Returns the aggregate of one value. */
export const single = (value: number): Aggregate => ({ count: 1, min: value, max: value, sum: value });

/** Returns the aggregate of two sets; undefined: both are empty. */
export function joined(one: Aggregate | undefined, other: Aggregate | undefined): Aggregate | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return {
    count: one.count + other.count,
    min: Math.min(one.min, other.min),
    max: Math.max(one.max, other.max),
    sum: one.sum + other.sum,
  };
}

/** Returns the aggregate of values; undefined for no values, which have no average. */
export function aggregateOf(values: Iterable<number>): Aggregate | undefined {
  let count = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (const value of values) {
    count += 1;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return count === 0 ? undefined : { count, min, max, sum };
}

export const averageOf = ({ sum, count }: Aggregate): number => sum / count;
