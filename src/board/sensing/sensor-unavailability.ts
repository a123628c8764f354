/** Expected reasons why a sensor has no readings: the state of what it is in, on, or powered by. */
import { type BoardDrive, sensorsOfDrive } from '../parts/drives.ts';
import type { Fans } from '../parts/fans.ts';
import type { Presence } from '../parts/presence.ts';
import type { Supplies } from '../parts/supplies.ts';
import { sensorsOfSupply } from '../parts/supply.ts';
import type { Hosts } from '../power/hosts.ts';
import type { Slots } from '../power/slots.ts';
import type { Sensors } from './sensors.ts';
import { type ChassisAvailability, Unavailabilities, type Unavailability } from './unavailability.ts';

export interface UnavailabilitySources {
  readonly availability: ChassisAvailability;
  readonly presence: Presence;
  readonly slots: Slots;
  readonly sensors: Sensors;
  readonly fans: Fans;
  readonly drives: ReadonlyMap<string, BoardDrive>;
  readonly supplies: Supplies;
  readonly hosts: Hosts;
}

/** `carriers` are the chassis that carry the devices of sensors, where they differ from those of the sensors. */
export function sensorUnavailability(
  { availability, presence, slots, sensors, fans, drives, supplies, hosts }: UnavailabilitySources,
  carriers: ReadonlyMap<string, string | undefined>,
): Unavailabilities {
  const reasons = new Unavailabilities();
  const all = [...sensors.all.values()];
  const addAll = (ids: readonly string[], reason: () => Unavailability | null) => {
    for (const id of ids) reasons.add(id, reason);
  };
  if (presence.hasRemovable || slots.all.size > 0) {
    for (const { id, chassis } of all)
      reasons.add(id, () => availability.of(chassis) ?? availability.of(carriers.get(id)));
  }
  for (const { sensors: rotors, plug } of fans.all.values())
    addAll(rotors, () => plug.unavailability ?? plug.settling);
  for (const drive of drives.values()) addAll(sensorsOfDrive(drive.facts), () => drive.unavailability);
  // Without a presence line only the answers of its sensors show a supply, so that they are always read.
  for (const { plug, facts } of supplies.all.values())
    if (facts.present !== undefined)
      addAll(sensorsOfSupply(facts), () => plug.unavailability ?? plug.settling);
  for (const { id, poweredBy } of all) {
    const host = poweredBy === null ? undefined : hosts.all.get(poweredBy);
    if (host !== undefined) reasons.add(id, () => host.unavailability);
  }
  return reasons;
}
