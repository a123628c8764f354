/** Configuration files of systemd (systemd.syntax(7)): sections of keys, which may repeat. Pure. */

export interface Section {
  readonly name: string;
  readonly entries: readonly (readonly [key: string, value: string])[];
}

/** Returns the sections of a file. A backslash at its end continues a line; comments and other lines are skipped. */
export function parseIni(text: string): Section[] {
  const sections: { name: string; entries: [string, string][] }[] = [];
  for (const line of text.replace(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith(';')) continue;
    const header = /^\[(.*)\]$/.exec(trimmed)?.[1];
    if (header !== undefined) {
      sections.push({ name: header, entries: [] });
      continue;
    }
    const equals = trimmed.indexOf('=');
    if (equals > 0)
      sections.at(-1)?.entries.push([trimmed.slice(0, equals).trim(), trimmed.slice(equals + 1).trim()]);
  }
  return sections;
}

/** Returns the text of sections; empty sections are omitted. */
export function formatIni(sections: readonly Section[]): string {
  return sections
    .filter(({ entries }) => entries.length > 0)
    .map(({ name, entries }) => `[${name}]\n${entries.map(([key, value]) => `${key}=${value}\n`).join('')}`)
    .join('\n');
}

/** Returns all values of a key in the sections of a name, in order; an empty value clears those before it. */
export function valuesOf(sections: readonly Section[], name: string, key: string): string[] {
  let values: string[] = [];
  for (const section of sections) {
    if (section.name !== name) continue;
    for (const [each, value] of section.entries) {
      if (each === key) values = value === '' ? [] : [...values, value];
    }
  }
  return values;
}

/** Returns the last value of a key, which is the effective one. */
export const lastOf = (sections: readonly Section[], name: string, key: string): string | undefined =>
  valuesOf(sections, name, key).at(-1);

/** Returns a boolean of systemd; `fallback` when there is none. */
export function flagOf(text: string | undefined, fallback: boolean): boolean {
  if (text === undefined) return fallback;
  if (/^(1|yes|y|true|t|on)$/i.test(text)) return true;
  return /^(0|no|n|false|f|off)$/i.test(text) ? false : fallback;
}
