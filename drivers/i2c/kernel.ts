/** Where the kernel's driver shows the channels of a chip: names and units of hwmon (Documentation/hwmon/sysfs-interface). */

import type { Quantity } from '../quantity.ts';
import type { KernelPlace, SensorChipSpec } from './chip.ts';

/** First letters of an hwmon attribute, its first number, and what one count of it is in the unit of the quantity. */
const hwmonNames: Partial<
  Record<Quantity, { readonly type: string; readonly first: number; readonly unit: number }>
> = {
  Temperature: { type: 'temp', first: 1, unit: 1e-3 },
  Voltage: { type: 'in', first: 0, unit: 1e-3 },
  Current: { type: 'curr', first: 1, unit: 1e-3 },
  Power: { type: 'power', first: 1, unit: 1e-6 },
  EnergyJoules: { type: 'energy', first: 1, unit: 1e-6 },
  Rotational: { type: 'fan', first: 1, unit: 1 },
  Humidity: { type: 'humidity', first: 1, unit: 1e-3 },
  Frequency: { type: 'freq', first: 1, unit: 1 },
};

/** What one count of a quantity's hwmon attribute is in our unit; undefined for a quantity that hwmon does not have. */
export const hwmonUnit = (quantity: Quantity): number | undefined => hwmonNames[quantity]?.unit;

/**
 * Where the Linux driver shows each channel of a chip that it has; empty for a chip without a Linux driver. A channel
 * without `hwmon` is `temp1_input`, `in0_input` and so on, counted by quantity in the order of the literal.
 */
export function kernelPlaces({ kernel, channels }: SensorChipSpec): ReadonlyMap<string, KernelPlace> {
  const places = new Map<string, KernelPlace>();
  if (!kernel) return places;
  const counts = new Map<string, number>();
  for (const [name, { quantity, hwmon }] of Object.entries(channels)) {
    const facts = hwmonNames[quantity];
    if (hwmon === null) continue;
    if (hwmon !== undefined) places.set(name, hwmon);
    else if (facts) {
      const count = counts.get(facts.type) ?? facts.first;
      counts.set(facts.type, count + 1);
      places.set(name, `${facts.type}${count}_input`);
    }
  }
  return places;
}
