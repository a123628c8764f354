/**
 * ETags by state: an ETag stands for everything a resource says except readings and clocks, so that a writer is not
 * refused because a temperature moved (DSP0266 clause 6.5; RFC 9110 clause 8.8.3 and 13).
 */
import { hash } from 'node:crypto';
import type { Json } from '../json.ts';

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
  'PeakTemperatureCelsius',
]);

/** What a limit is called by the same name as a measurement (`Thresholds/UpperCritical/Reading`), and moves the ETag. */
const limits: ReadonlySet<string> = new Set(['Thresholds']);
const nothing: ReadonlySet<string> = new Set();

interface Tag {
  /** Quotes included. */
  readonly etag: string;
  /** Whether it stands for all that the body says; otherwise readings may differ under one ETag. */
  readonly exact: boolean;
}

/** The ETag of a body; `revision` stands for hidden state, `extra` names further properties that do not count. */
export function tagOf(body: Json, extra: readonly string[] | undefined, revision: number | string): Tag {
  const parts: string[] = [String(revision), '|'];
  let exact = true;
  const write = (value: Json | undefined, volatile: ReadonlySet<string>): void => {
    if (value === null || typeof value !== 'object') {
      parts.push(JSON.stringify(value) ?? 'undefined');
    } else if (Array.isArray(value)) {
      parts.push('[');
      for (const item of value) write(item, volatile);
      parts.push(']');
    } else {
      parts.push('{');
      for (const [name, member] of Object.entries(value)) {
        if (member === undefined) continue;
        if (volatile.has(name)) {
          exact = false;
        } else {
          parts.push(name, ':');
          write(member, limits.has(name) ? nothing : volatile);
        }
      }
      parts.push('}');
    }
  };
  write(body, extra === undefined ? volatileNames : new Set([...volatileNames, ...extra]));
  return { etag: digest(parts.join('')), exact };
}

/** An ETag that stands for a text. */
export const digest = (text: string): string => `"${hash('sha1', text, 'base64url').slice(0, 16)}"`;

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
