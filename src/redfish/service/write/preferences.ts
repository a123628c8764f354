/** What a client would like beside what it asks for (RFC 7240): the Prefer header, and the answer that says what was heeded. */

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const preference = new RegExp(
  `^\\s*(${token})\\s*(?:=\\s*(?:(${token})|"((?:[^"\\\\]|\\\\.)*)")\\s*)?(?:;|$)`,
);

export class Preferences {
  readonly #asked = new Map<string, string>();
  readonly #heeded = new Set<string>();

  /** What cannot be read is no preference, and of several of one name the first counts (RFC 7240 clause 2). */
  constructor(field: string | undefined) {
    for (const part of field?.match(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/g) ?? []) {
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

  /** Says in the answer that this preference was heeded. */
  heed(name: string): void {
    this.#heeded.add(name);
  }

  /** `Preference-Applied` for the answer, where there is something to say. */
  get headers(): Readonly<Record<string, string>> {
    const said = [...this.#heeded].map((name) => {
      const value = this.#asked.get(name) ?? '';
      return value === '' ? name : `${name}=${value}`;
    });
    return said.length === 0 ? {} : { 'Preference-Applied': said.join(', ') };
  }
}
