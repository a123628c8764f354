/** Comparisons of DSP0272 on one value: "Comparison" and "CompareType". */
import type { Comparison } from './vocabulary.ts';

/** `unknown`: the value is null or of a kind that cannot be compared. */
export type Holds = 'yes' | 'no' | 'unknown';

type NumberTest = (value: number, bounds: readonly unknown[]) => boolean;

const first = (bounds: readonly unknown[]): number =>
  typeof bounds[0] === 'number' ? bounds[0] : Number.NaN;

const numeric: Partial<Record<Comparison, NumberTest>> = {
  GreaterThan: (value, bounds) => value > first(bounds),
  GreaterThanOrEqual: (value, bounds) => value >= first(bounds),
  LessThan: (value, bounds) => value < first(bounds),
  LessThanOrEqual: (value, bounds) => value <= first(bounds),
  // Minimum, maximum, nominal; null leaves a side open.
  Range: (value, [low, high]) =>
    (typeof low !== 'number' || value >= low) && (typeof high !== 'number' || value <= high),
};

const yes = (holds: boolean): Holds => (holds ? 'yes' : 'no');

function holdsOne(comparison: Comparison, value: unknown, values: readonly unknown[]): Holds {
  const test = numeric[comparison];
  if (test) {
    if (value === null) return 'unknown';
    return typeof value === 'number' ? yes(test(value, values)) : 'no';
  }
  if (comparison === 'Pattern') {
    if (value === null) return 'unknown';
    return yes(typeof value === 'string' && values.some((text) => new RegExp(String(text), 'u').test(value)));
  }
  if (comparison === 'NotEqual') return yes(!values.includes(value));
  return value === null && !values.includes(null) ? 'unknown' : yes(values.includes(value));
}

/**
 * Whether a present value satisfies a comparison. Of an array, Equal, NotEqual and the like ask every item; AnyOf
 * asks one; AllOf asks each listed value. `last` judges the last item alone, as DMTF's validator does.
 */
export function holds(
  comparison: Comparison,
  value: unknown,
  values: readonly unknown[],
  last = false,
): Holds {
  if (comparison === 'Present') return 'yes';
  if (comparison === 'Absent') return 'no';
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (comparison === 'AllOf') return yes(values.every((wanted) => items.includes(wanted)));
  if (comparison === 'AnyOf') {
    const known = items.filter((item) => item !== null);
    if (!known.length && items.length) return 'unknown';
    return yes(known.some((item) => values.includes(item)));
  }
  const results = (last ? items.slice(-1) : items).map((item) => holdsOne(comparison, item, values));
  if (results.includes('no')) return 'no';
  return results.includes('unknown') ? 'unknown' : 'yes';
}
