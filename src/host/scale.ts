/**
 * 8-bit scales for sensors (IPMI 2.0, section 36.3): y = (M·x + B·10^K1)·10^K2. Thresholds are exact where a step divides all of
 * them; otherwise they are rounded to the side on which they are crossed earlier.
 */
import type { ThresholdName } from '../board/model/sensor.ts';

export interface Scale {
  readonly m: number;
  readonly b: number;
  readonly bExponent: number;
  readonly rExponent: number;
  /** Value of one count, and of the count 0. */
  readonly step: number;
  readonly low: number;
  /** Every threshold is a count. */
  readonly exact: boolean;
}

/** Counts of an unsigned reading. */
const counts = 255;
/** Values are whole multiples of this: finer thresholds are in no descriptor. */
const grain = 1e6;
/** Largest magnitude of M and B, ten bits in two's complement. */
const largest = 511;

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** The scale that shows `thresholds` and spans `low` to `high`, as finely as 255 counts allow. */
export function scaleFor(thresholds: readonly number[], low: number, high: number): Scale {
  const whole = thresholds.map((value) => Math.round(Math.abs(value) * grain)).filter((value) => value > 0);
  const common = whole.reduce(gcd, 0);
  const range = Math.max(1, Math.round((high - low) * grain));
  if (common > 0) {
    for (let parts = Math.min(4096, Math.floor((common * (counts - 1)) / range)); parts >= 1; parts--) {
      const found = common % parts === 0 ? scaleOf(common / parts, low, true) : undefined;
      if (found !== undefined) return found;
    }
  }
  return coarse(range, low);
}

/** The finest step of three digits that spans the range. */
function coarse(range: number, low: number): Scale {
  const wanted = range / (counts - 1);
  const exponent = Math.floor(Math.log10(wanted)) - 1;
  for (let digits = Math.ceil(wanted / 10 ** exponent); digits <= largest; digits++) {
    const found = scaleOf(Math.round(digits * 10 ** exponent), low, false);
    if (found !== undefined) return found;
  }
  return { m: 1, b: 0, bExponent: 0, rExponent: 0, step: 1, low: 0, exact: false };
}

/** The scale with this step, in grains; undefined where M or B does not fit. */
function scaleOf(step: number, low: number, exact: boolean): Scale | undefined {
  let [m, rExponent] = [step, -6];
  while (m % 10 === 0 && rExponent < 7) [m, rExponent] = [m / 10, rExponent + 1];
  if (!Number.isInteger(m) || m < 1 || m > largest) return undefined;
  const offset = Math.floor((low * grain) / step);
  let [b, bExponent] = [offset * m, 0];
  while (Math.abs(b) > largest && b % 10 === 0 && bExponent < 7) [b, bExponent] = [b / 10, bExponent + 1];
  if (Math.abs(b) > largest) return undefined;
  return { m, b, bExponent, rExponent, step: step / grain, low: (offset * step) / grain, exact };
}

const clamp = (count: number): number => Math.min(counts, Math.max(0, count));
/** Numbers that should be whole are so but for their last digits. */
const near = 1e-6;

/** The count that shows a reading. */
export const readingCount = ({ step, low }: Scale, value: number): number =>
  clamp(Math.round((value - low) / step));

/** The count of a threshold: an upper one is rounded down and a lower one up, so that it is never crossed later. */
export function thresholdCount({ step, low }: Scale, name: ThresholdName, value: number): number {
  const count = (value - low) / step;
  return clamp(name.startsWith('upper') ? Math.floor(count + near) : Math.ceil(count - near));
}

/** The value that a count stands for. */
export const valueOfCount = ({ step, low }: Scale, count: number): number => low + count * step;
