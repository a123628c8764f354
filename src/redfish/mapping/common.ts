/** Small pieces that many resources share. */
import type { Status } from '../../board/model/status.ts';
import type { Link, ResourceStatus } from '../generated/types.ts';

export const link = (uri: string): Link => ({ '@odata.id': uri });
export const links = (uris: Iterable<string>): Link[] => [...uris].map(link);

/** Redfish Status; an absent part has a state and no health. */
export const statusOf = ({ state, health }: Status): ResourceStatus =>
  state === 'Absent' ? { State: state } : { State: state, Health: health };

export const enabled: ResourceStatus = { State: 'Enabled', Health: 'OK' };

/** Now, as DSP0266 wants it: with the zone. */
export const now = (): string => new Date().toISOString();

/** The same in whole seconds, for a resource that is kept as long as it shows the right one. */
export const second = (): string => `${new Date().toISOString().slice(0, 19)}Z`;

/** Offset of local time from UTC, `+01:00`. */
export function localOffset(): string {
  const minutes = -new Date().getTimezoneOffset();
  const two = (value: number) => String(value).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
}

/** An ISO 8601 duration of so many milliseconds, `PT0.5S`. */
export const durationOf = (milliseconds: number): string => `PT${milliseconds / 1000}S`;
