/** Curves: the duty that a reading asks for, and readings that ignore small falls. */

/** Points of a reading and a duty in percent, by rising readings; the duties do not fall. */
export type Curve = readonly (readonly number[])[];

const point = (curve: Curve, index: number) => {
  const [x = 0, duty = 0] = curve[index] ?? [];
  return { x, duty };
};

/** Duty at a reading, percent: between two points evenly, or as at the point before. */
export function dutyAt(curve: Curve, reading: number, interpolate = true): number {
  const after = curve.findIndex(([x = 0]) => x > reading);
  if (after < 0) return point(curve, curve.length - 1).duty;
  if (after === 0) return point(curve, 0).duty;
  const low = point(curve, after - 1);
  if (!interpolate) return low.duty;
  const high = point(curve, after);
  return low.duty + ((reading - low.x) / (high.x - low.x)) * (high.duty - low.duty);
}

/** The highest duty of a curve, percent. */
export const highestDuty = (curve: Curve): number => point(curve, curve.length - 1).duty;

/** Follows a rise at once, and a fall at a distance of `hysteresis`, as a drive with play does. */
export const withPlay = (before: number | null, reading: number, hysteresis: number): number =>
  before === null ? reading : Math.min(Math.max(before, reading), reading + hysteresis);

/** First-order low-pass filter; `lag` and `dt` in the same unit. */
export const smoothed = (before: number | null, reading: number, lag: number, dt: number): number =>
  before === null || lag <= 0 ? reading : reading + (before - reading) * Math.exp(-dt / lag);
