/** Configuration files of systemd (systemd.syntax(7)): sections, in each of them keys that may repeat. */

export interface Section {
  readonly name: string;
  readonly entries: readonly (readonly [key: string, value: string])[];
}

/** Comments are dropped; a line that ends in a backslash goes on in the next; what is no entry is passed over. */
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

/** The file of these sections; those without entries are left out. */
export function formatIni(sections: readonly Section[]): string {
  return sections
    .filter(({ entries }) => entries.length > 0)
    .map(({ name, entries }) => `[${name}]\n${entries.map(([key, value]) => `${key}=${value}\n`).join('')}`)
    .join('\n');
}

/** Every value of a key in the sections of that name, in order; an empty value takes back those before it. */
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

/** The last value of a key, which is the one that holds. */
export const lastOf = (sections: readonly Section[], name: string, key: string): string | undefined =>
  valuesOf(sections, name, key).at(-1);

/** The boolean of systemd; `fallback` where there is none. */
export function flagOf(text: string | undefined, fallback: boolean): boolean {
  if (text === undefined) return fallback;
  if (/^(1|yes|y|true|t|on)$/i.test(text)) return true;
  return /^(0|no|n|false|f|off)$/i.test(text) ? false : fallback;
}
