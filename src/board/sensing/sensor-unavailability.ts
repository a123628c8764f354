/** What keeps sensors from being read although nothing is wrong with them: what they are in, on or powered by. */
import type { BoardDrive } from '../parts/drives.ts';
import { sensorsOfDrive } from '../parts/drives.ts';
import type { Fans } from '../parts/fans.ts';
import type { Presence } from '../parts/presence.ts';
import { type Supplies, sensorsOfSupply } from '../parts/supplies.ts';
import type { Hosts } from '../power/hosts.ts';
import type { Slots } from '../power/slots.ts';
import type { Sensors } from './sensors.ts';
import { Unavailabilities, type Unavailability } from './unavailability.ts';

export interface UnavailabilitySources {
  readonly presence: Presence;
  readonly slots: Slots;
  readonly sensors: Sensors;
  readonly fans: Fans;
  readonly drives: ReadonlyMap<string, BoardDrive>;
  readonly supplies: Supplies;
  readonly hosts: Hosts;
  unavailabilityOf(chassis: string | undefined): Unavailability | null;
}

/** `carriers` are the chassis that carry the devices of sensors, where these are others than those of the sensors. */
export function sensorUnavailability(
  parts: UnavailabilitySources,
  carriers: ReadonlyMap<string, string | undefined>,
): Unavailabilities {
  const reasons = new Unavailabilities();
  const sensors = [...parts.sensors.all.values()];
  if (parts.presence.any || parts.slots.all.size > 0) {
    for (const { id, chassis } of sensors)
      reasons.add(id, () => parts.unavailabilityOf(chassis) ?? parts.unavailabilityOf(carriers.get(id)));
  }
  for (const fan of parts.fans.all.values())
    for (const id of fan.sensors) reasons.add(id, () => fan.plug.unavailability ?? fan.plug.settling);
  for (const drive of parts.drives.values())
    for (const id of sensorsOfDrive(drive.facts)) reasons.add(id, () => drive.unavailability);
  for (const { plug, facts } of parts.supplies.all.values())
    for (const id of sensorsOfSupply(facts)) reasons.add(id, () => plug.unavailability ?? plug.settling);
  for (const { id, poweredBy } of sensors) {
    const host = poweredBy === null ? undefined : parts.hosts.all.get(poweredBy);
    if (host !== undefined) reasons.add(id, () => host.unavailability);
  }
  return reasons;
}
