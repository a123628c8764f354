/**
 * ETags by state: an ETag stands for everything a resource says except readings and clocks, so that a writer is not
 * refused because a temperature moved (DSP0266 clause 6.5; RFC 9110 clause 8.8.3 and 13).
 */
import { createHash } from 'node:crypto';
import type { Json } from './resource.ts';

/** Properties of DMTF schemas that carry a measurement, a statistic of one, or a clock. */
const volatileNames: ReadonlySet<string> = new Set([
  'Reading',
  'ReadingTime',
  'ReadingCelsius',
  'ReadingVolts',
  'PowerConsumedWatts',
  'AverageConsumedWatts',
  'MaxConsumedWatts',
  'MinConsumedWatts',
  'PowerInputWatts',
  'PowerOutputWatts',
  'LineInputVoltage',
  'LastPowerOutputWatts',
  'SpeedRPM',
  'PeakReading',
  'PeakReadingTime',
  'LowestReading',
  'LowestReadingTime',
  'AverageReading',
  'ApparentVA',
  'ReactiveVAR',
  'PowerFactor',
  'DateTime',
  'LastResetTime',
  'PeakTemperatureCelsius',
]);

/** Appends to `out` what `value` says, volatile properties left out. */
function write(value: Json | undefined, volatile: ReadonlySet<string>, out: string[]): void {
  if (value === null || typeof value !== 'object') {
    out.push(JSON.stringify(value) ?? 'undefined');
  } else if (Array.isArray(value)) {
    out.push('[');
    for (const item of value) write(item, volatile, out);
    out.push(']');
  } else {
    out.push('{');
    for (const [name, member] of Object.entries(value)) {
      if (member === undefined || volatile.has(name)) continue;
      out.push(name, ':');
      write(member, volatile, out);
    }
    out.push('}');
  }
}

/** The ETag, quotes included, of a body; `revision` stands for hidden state. */
export function etagOf(body: Json, extra: readonly string[] | undefined, revision: number | string): string {
  const volatile = extra === undefined ? volatileNames : new Set([...volatileNames, ...extra]);
  const parts: string[] = [String(revision), '|'];
  write(body, volatile, parts);
  return `"${createHash('sha1').update(parts.join('')).digest('base64url').slice(0, 16)}"`;
}

/** The opaque tags of an If-Match or If-None-Match field; '*' alone is itself. Malformed lists have no tags. */
function tags(field: string): readonly string[] | '*' {
  if (field.trim() === '*') return '*';
  const list = field.match(/(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g) ?? [];
  // Whatever remains besides separators makes the field malformed: it then matches nothing.
  const rest = field.replace(/(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g, '').replace(/[\s,]/g, '');
  return rest === '' ? list.map((tag) => tag.replace(/^W\//, '')) : [];
}

/**
 * Whether a conditional field names the current ETag. Weak tags compare by their opaque part, also in If-Match, because
 * intermediaries that compress answers weaken the tags they pass on and a writer must not be refused for that.
 */
export function matchesEtag(field: string, current: string): boolean {
  const list = tags(field);
  return list === '*' || list.includes(current);
}
