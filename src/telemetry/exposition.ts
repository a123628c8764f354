/**
 * The two text formats that Prometheus and its relatives read: its own (version 0.0.4) and OpenMetrics (version 1.0.0).
 * Pure: families of samples in, text out.
 */

export type Format = 'text' | 'openmetrics';

export const contentTypes: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** One value: labels as `labelsOf` wrote them, and the number. */
export type Sample = readonly [labels: string, value: number];

export interface Family {
  /** Without the suffix `_total` of a counter or `_info` of an info, and with the unit at its end where there is one. */
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'info';
  readonly unit?: string;
  readonly help: string;
  readonly samples: Iterable<Sample>;
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };

/** `{chassis="1U",sensor="INLET"}`; members that are undefined are left out. */
export function labelsOf(labels: Readonly<Record<string, string | undefined>>): string {
  const parts = Object.entries(labels).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}="${value.replace(/[\\"\n]/g, (char) => escapes[char] ?? char)}"`],
  );
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

const suffixes: Readonly<Record<Family['type'], string>> = { gauge: '', counter: '_total', info: '_info' };

/** The text of some families. One without samples is left out: there is nothing to know of it. */
export function exposition(families: Iterable<Family>, format: Format): string {
  let text = '';
  for (const { name, type, unit, help, samples } of families) {
    const sampled = name + suffixes[type];
    const open = format === 'openmetrics';
    // OpenMetrics speaks of the family, the older format of what is sampled, and it knows no infos.
    const told = open ? name : sampled;
    let lines = '';
    for (const [labels, value] of samples) lines += `${sampled}${labels} ${numberOf(value)}\n`;
    if (lines === '') continue;
    text += `# HELP ${told} ${help.replace(/[\\\n]/g, (char) => escapes[char] ?? char)}\n`;
    text += `# TYPE ${told} ${open || type !== 'info' ? type : 'gauge'}\n`;
    if (open && unit !== undefined) text += `# UNIT ${told} ${unit}\n`;
    text += lines;
  }
  return format === 'openmetrics' ? `${text}# EOF\n` : text;
}

function numberOf(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}
