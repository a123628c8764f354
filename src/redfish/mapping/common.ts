/** Small pieces that many resources share. */
import type { Status } from '../../board/model/status.ts';
import { type ManagerClock, offsetOf } from '../../network/manager-clock.ts';
import type { Link, ResourceStatus } from '../generated/types.ts';

export const link = (uri: string): Link => ({ '@odata.id': uri });
export const links = (uris: Iterable<string>): Link[] => [...uris].map(link);

/** Redfish Status; an absent part has a state and no health. */
export const statusOf = ({ state, health }: Status): ResourceStatus =>
  state === 'Absent' ? { State: state } : { State: state, Health: health };

export const enabled: ResourceStatus = { State: 'Enabled', Health: 'OK' };

/** Now, as DSP0266 wants it: with the zone. */
export const now = (clock: ManagerClock): string => new Date(clock.now()).toISOString();

/** The same in whole seconds, for a resource that is kept as long as it shows the right one. */
export const second = (clock: ManagerClock): string => `${now(clock).slice(0, 19)}Z`;

/** Offset of the controller's local time from UTC, `+01:00`. */
export const localOffset = (clock: ManagerClock): string => offsetOf(clock.zone, clock.now());

/** An ISO 8601 duration of so many milliseconds, `PT0.5S`. */
export const durationOf = (milliseconds: number): string => `PT${milliseconds / 1000}S`;
