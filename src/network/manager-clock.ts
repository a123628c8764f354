/** The wall clock and the time zone of the controller: what Redfish shows of them, and how they are set. */
import { type Clock, systemClock } from '../base/clock.ts';
import { type Runner, runCommand } from './commands.ts';

export interface ManagerClock extends Clock {
  /** Name of the IANA time zone database, such as `Europe/Rome`. */
  readonly zone: string;
  /** Sets the clock. @throws NetworkError when the system refuses */
  set(time: Date): Promise<void>;
  /** @param zone one of `timeZones`. @throws NetworkError when the system refuses */
  setZone(zone: string): Promise<void>;
}

/** Range that can be set: the daemon did not exist earlier, and certificates do not live longer. */
export const settableTimes = { from: new Date('2015-01-01T00:00:00Z'), to: new Date('2099-12-31T23:59:59Z') };

let known: ReadonlySet<string> | undefined;

/** Whether there is a time zone of that name. `UTC` and fixed offsets (`Etc/GMT-2`) are zones too. */
export function isTimeZone(name: string): boolean {
  known ??= new Set(Intl.supportedValuesOf('timeZone'));
  if (known.has(name)) return true;
  return /^(UTC|Etc\/(UTC|GMT(-1[0-4]|\+1[0-2]|[+-][1-9])?))$/.test(name);
}

/** The format of the latest zone: to make one takes longer than to use it a hundred times, and UTC needs none. */
let format: { readonly zone: string; readonly parts: Intl.DateTimeFormat } | undefined;

/**
 * Offset of a zone from UTC at a time, as DSP0266 writes it: `+05:30`.
 * @throws RangeError when there is no such zone
 */
export function offsetOf(zone: string, time: number): string {
  if (zone === 'UTC') return '+00:00';
  if (format?.zone !== zone)
    format = { zone, parts: new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' }) };
  const name = format.parts.formatToParts(time).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return /[+-]\d\d:\d\d/.exec(name)?.[0] ?? '+00:00';
}

/**
 * The zone that always has an offset; undefined: there is none, such as for `+05:30`. The sign of these names is that of
 * POSIX, the opposite of ISO 8601.
 */
export function zoneOfOffset(offset: string): string | undefined {
  const [, sign = '', hours = '', minutes] = /^([+-])(\d\d):(\d\d)$/.exec(offset) ?? [];
  if (minutes !== '00') return undefined;
  const zone = Number(hours) === 0 ? 'UTC' : `Etc/GMT${sign === '+' ? '-' : '+'}${Number(hours)}`;
  return isTimeZone(zone) ? zone : undefined;
}

const timedate = [
  'call',
  'org.freedesktop.timedate1',
  '/org/freedesktop/timedate1',
  'org.freedesktop.timedate1',
];

/** The clock of a board: systemd-timedated sets it, and the real-time clock with it (org.freedesktop.timedate1(5)). */
export function linuxClock(run: Runner = runCommand): ManagerClock {
  let zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return {
    ...systemClock,
    get zone() {
      return zone;
    },
    set: (time) =>
      run('busctl', [...timedate, 'SetTime', 'xbb', String(time.getTime() * 1000), 'false', 'false']),
    setZone: async (name) => {
      await run('busctl', [...timedate, 'SetTimezone', 'sb', name, 'false']);
      zone = name;
    },
  };
}
