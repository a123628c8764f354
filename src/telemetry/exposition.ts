/**
 * The text formats of metrics: Prometheus (version 0.0.4) and OpenMetrics (version 1.0.0). Pure.
 */

export type Format = 'text' | 'openmetrics';

export const contentTypes: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** One value, with its labels as text from `labelsOf`. */
export type Sample = readonly [labels: string, value: number];

export interface Family {
  /** Name without the suffix `_total` (counter) or `_info` (info); it ends in the unit, if there is one. */
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'info';
  readonly unit?: string;
  readonly help: string;
  /** The samples; of a gauge also their lines, which are the same in both formats, as `linesOf` writes them. */
  readonly samples: Iterable<Sample> | string;
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };

/** Returns `{chassis="1U",sensor="INLET"}`; undefined members are omitted. */
export function labelsOf(labels: Readonly<Record<string, string | undefined>>): string {
  const parts = Object.entries(labels).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}="${value.replace(/[\\"\n]/g, (char) => escapes[char] ?? char)}"`],
  );
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

const suffixes: Readonly<Record<Family['type'], string>> = { gauge: '', counter: '_total', info: '_info' };

/** Returns the text of families; a family without samples is omitted. */
export function exposition(families: Iterable<Family>, format: Format): string {
  let text = '';
  for (const { name, type, unit, help, samples } of families) {
    const sampled = name + suffixes[type];
    const open = format === 'openmetrics';
    // The metadata lines name the family in OpenMetrics, the sample in the older format, which has no type `info`.
    const described = open ? name : sampled;
    const lines = typeof samples === 'string' ? samples : linesOf(sampled, samples);
    if (lines === '') continue;
    text += `# HELP ${described} ${help.replace(/[\\\n]/g, (char) => escapes[char] ?? char)}\n`;
    text += `# TYPE ${described} ${open || type !== 'info' ? type : 'gauge'}\n`;
    if (open && unit !== undefined) text += `# UNIT ${described} ${unit}\n`;
    text += lines;
  }
  return format === 'openmetrics' ? `${text}# EOF\n` : text;
}

/** Returns one line for each sample of a name. */
export function linesOf(name: string, samples: Iterable<Sample>): string {
  let lines = '';
  for (const [labels, value] of samples) lines += `${name}${labels} ${numberOf(value)}\n`;
  return lines;
}

function numberOf(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}
