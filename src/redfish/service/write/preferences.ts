/** The Prefer header of a request (RFC 7240), and the Preference-Applied header of its answer. */

/** Characters of a field that are read; matching takes the square of it. No client sends a longer one. */
const maxField = 512;
const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const preference = new RegExp(
  `^\\s*(${token})\\s*(?:=\\s*(?:(${token})|"((?:[^"\\\\]|\\\\.)*)")\\s*)?(?:;|$)`,
);

export class Preferences {
  readonly #asked = new Map<string, string>();
  readonly #applied = new Set<string>();

  /** What cannot be read is no preference, and of several of one name the first counts (RFC 7240 clause 2). */
  constructor(field: string | undefined) {
    const text = field === undefined || field.length > maxField ? '' : field;
    for (const part of text.match(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/g) ?? []) {
      const [, name = '', word, quoted] = preference.exec(part) ?? [];
      const key = name.toLowerCase();
      if (key !== '' && !this.#asked.has(key))
        this.#asked.set(key, word ?? quoted?.replace(/\\(.)/g, '$1') ?? '');
    }
  }

  /** The value of a preference, empty where it has none; undefined where it was not asked for. */
  get(name: string): string | undefined {
    return this.#asked.get(name);
  }

  /** Names a preference as applied in the response. */
  apply(name: string): void {
    this.#applied.add(name);
  }

  /** `Preference-Applied` for the answer, where there is something to say. */
  get headers(): Readonly<Record<string, string>> {
    const said = [...this.#applied].map((name) => {
      const value = this.#asked.get(name) ?? '';
      return value === '' ? name : `${name}=${value}`;
    });
    return said.length === 0 ? {} : { 'Preference-Applied': said.join(', ') };
  }
}
