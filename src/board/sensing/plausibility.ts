/** Whether a reading is physically possible: outside its range it is an error of the device, not a measurement. */
import type { Quantity } from '../model/sensor.ts';

export interface Range {
  readonly min: number;
  readonly max: number;
}

/**
 * What can occur on a board at all, for sensors without a range in the descriptor: wide enough for every part, and
 * narrow enough to notice a device that is another one than the descriptor states. Units as for the quantity.
 */
const possible: Readonly<Partial<Record<Quantity, Range>>> = {
  Temperature: { min: -100, max: 300 },
  Rotational: { min: 0, max: 200_000 },
  Humidity: { min: 0, max: 100 },
  // NVMe counts the used life of a drive on, up to 255 % (NVMe base specification, SMART log page).
  Percent: { min: 0, max: 255 },
  Pressure: { min: 0, max: 1000 },
};

/** Why a reading is impossible, for people; null when it is possible. */
export function implausibility(reading: number, quantity: Quantity, range: Range | null): string | null {
  if (!Number.isFinite(reading)) return `reading ${reading} is not a number that can be measured`;
  const limits = range ?? possible[quantity];
  if (limits === undefined || (reading >= limits.min && reading <= limits.max)) return null;
  const value = Number(reading.toPrecision(6));
  return `reading ${value} is outside the possible range of ${limits.min} to ${limits.max}: the part may be another one than the descriptor states`;
}
