/** What keeps sensors from being read although nothing is wrong with them: what they are in, on or powered by. */
import type { BoardDrive } from '../parts/drives.ts';
import { sensorsOfDrive } from '../parts/drives.ts';
import type { Fans } from '../parts/fans.ts';
import type { Presence } from '../parts/presence.ts';
import { type Supplies, sensorsOfSupply } from '../parts/supplies.ts';
import type { Hosts } from '../power/hosts.ts';
import type { Slots } from '../power/slots.ts';
import { type Hold, Holds } from './hold.ts';
import type { Sensors } from './sensors.ts';

export interface HoldingParts {
  readonly presence: Presence;
  readonly slots: Slots;
  readonly sensors: Sensors;
  readonly fans: Fans;
  readonly drives: ReadonlyMap<string, BoardDrive>;
  readonly supplies: Supplies;
  readonly hosts: Hosts;
  holdOf(chassis: string | undefined): Hold | null;
}

/** `carriers` are the chassis that carry the devices of sensors, where these are others than those of the sensors. */
export function sensorHolds(parts: HoldingParts, carriers: ReadonlyMap<string, string | undefined>): Holds {
  const holds = new Holds();
  const sensors = [...parts.sensors.all.values()];
  if (parts.presence.any || parts.slots.all.size > 0) {
    for (const { id, chassis } of sensors)
      holds.add(id, () => parts.holdOf(chassis) ?? parts.holdOf(carriers.get(id)));
  }
  for (const fan of parts.fans.all.values())
    for (const id of fan.sensors) holds.add(id, () => fan.plug.hold ?? fan.plug.settling);
  for (const drive of parts.drives.values())
    for (const id of sensorsOfDrive(drive.facts)) holds.add(id, () => drive.hold);
  for (const { plug, facts } of parts.supplies.all.values())
    for (const id of sensorsOfSupply(facts)) holds.add(id, () => plug.hold ?? plug.settling);
  for (const { id, poweredBy } of sensors) {
    const host = poweredBy === null ? undefined : parts.hosts.all.get(poweredBy);
    if (host !== undefined) holds.add(id, () => host.hold);
  }
  return holds;
}
