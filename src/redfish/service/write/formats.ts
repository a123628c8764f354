/** Formats of strings that schemas demand: dates, durations, addresses, UUIDs. */
import { isIPv4, isIPv6 } from 'node:net';
import type { ValueFact } from '../../generated/facts.ts';

const dateTime =
  /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
const duration = /^P(?=\d|T\d)(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?$/;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** How the schemas spell an IPv4 address or a mask; it lets 999.1.1.1 pass. */
const dottedQuad = '^(?:[0-9]{1,3}\\.){3}[0-9]{1,3}$';

function isDateTime(text: string): boolean {
  const [, year = 0, month = 0, day = 0] = dateTime.exec(text)?.map(Number) ?? [];
  // Day 0 of the next month is the last day of this one.
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** An absolute URI or a path of this service, without spaces or control characters (RFC 3986). */
function isUri(text: string): boolean {
  return /^[!-~]+$/.test(text) && URL.canParse(text, 'https://localhost/');
}

const formats: Readonly<Record<NonNullable<ValueFact['format']>, (text: string) => boolean>> = {
  'date-time': isDateTime,
  duration: (text) => duration.test(text),
  uuid: (text) => uuid.test(text),
  uri: isUri,
  // The schemas give a prefix with its length (RFC 4291 clause 2.3) the same format.
  ipv6: (text) => isIPv6(text.replace(/\/\d{1,3}$/, '')),
};

const patterns = new Map<string, RegExp>();

/** Whether a text matches a pattern of the schema, which is compiled once. */
export function matches(pattern: string, text: string): boolean {
  let compiled = patterns.get(pattern);
  if (compiled === undefined) {
    compiled = new RegExp(pattern, 'u');
    patterns.set(pattern, compiled);
  }
  return compiled.test(text);
}

/** Whether a string has the format and the pattern that its property asks for (DSP0266 "Formats"). */
export function hasFormat(fact: ValueFact, text: string): boolean {
  if (fact.format !== undefined && !formats[fact.format](text)) return false;
  if (fact.pattern === undefined) return true;
  return fact.pattern === dottedQuad ? isIPv4(text) : matches(fact.pattern, text);
}
