/** Formats of strings: date-times by the calendar, durations, UUIDs, addresses. Pure. */
import { isIPv6 } from 'node:net';

const dateTime = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:Z|([+-])(\d\d):(\d\d))$/;

/** Why a date-time is none (DSP0266 "Date-Time values"); undefined for a good one. */
export function dateTimeFault(text: string): string | undefined {
  const [, ...parts] = dateTime.exec(text) ?? [];
  if (parts.length === 0) return 'is not YYYY-MM-DDThh:mm:ss with a zone';
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(0, 6).map(Number);
  const days = new Date(Date.UTC(year < 100 ? year + 400 : year, month, 0)).getUTCDate();
  if (month < 1 || month > 12 || day < 1 || day > days) return 'names a day that no calendar has';
  // A leap second stands only at the end of a minute of the calendar: RFC 3339 clause 5.7.
  if (hour > 23 || minute > 59 || second > 60) return 'names a time that no day has';
  const [, , , , , , , zoneHour = '0', zoneMinute = '0'] = parts;
  return Number(zoneHour) > 23 || Number(zoneMinute) > 59 ? 'has a zone that does not exist' : undefined;
}

/** The instant in milliseconds; undefined for what is no date-time. */
export const instantOf = (text: string | undefined): number | undefined =>
  text === undefined || dateTimeFault(text) !== undefined ? undefined : Date.parse(text);

const duration = /^P(?=.)(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?$/;
const uuid = /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;

type FormatRule = 'SCH-FORMAT-1' | 'SCH-FORMAT-2' | 'SCH-FORMAT-3' | 'SCH-FORMAT-4';

/** The rule that a string breaks, and how; undefined for a good one. */
export function formatFault(format: string, text: string): readonly [FormatRule, string] | undefined {
  if (format === 'date-time') {
    const fault = dateTimeFault(text);
    return fault === undefined ? undefined : ['SCH-FORMAT-1', fault];
  }
  if (format === 'duration' && !(duration.test(text) && text !== 'P' && !text.endsWith('\n')))
    return ['SCH-FORMAT-2', 'is not P[nD][T[nH][nM][nS]]'];
  if (format === 'uuid' && !uuid.test(text)) return ['SCH-FORMAT-3', 'is no UUID'];
  // A zone (RFC 4007) or, in a policy table, the length of a prefix may follow.
  if (format === 'ipv6' && !isIPv6(text.replace(/%.*$|\/\d{1,3}$/, '')))
    return ['SCH-FORMAT-4', 'is no IPv6 address'];
  return undefined;
}

const patterns = new Map<string, RegExp | undefined>();

/** A pattern of a schema, anchored at both ends; undefined for one that JavaScript cannot read. */
export function anchored(pattern: string): RegExp | undefined {
  if (!patterns.has(pattern)) {
    try {
      patterns.set(pattern, new RegExp(`^(?:${pattern})$`));
    } catch {
      patterns.set(pattern, undefined);
    }
  }
  return patterns.get(pattern);
}
