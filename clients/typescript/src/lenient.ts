/** Values of a resource by path, converted where the service has the type wrong; each deviation is a finding. */
import type { Findings } from './findings.ts';
import { booleanOf, dateOf, idOf, isExactDate, numberOf, valueAt } from './json.ts';

export class Lenient {
  readonly #resource: object;
  readonly #findings: Findings;

  constructor(resource: object, findings: Findings) {
    this.#resource = resource;
    this.#findings = findings;
  }

  /** A number, also from a string; undefined for null, absence and words such as `N/A`. */
  number(path: string): number | undefined {
    return this.#read(path, numberOf, 'number');
  }

  boolean(path: string): boolean | undefined {
    return this.#read(path, booleanOf, 'boolean');
  }

  /** A string; numbers and booleans as they are written. */
  string(path: string): string | undefined {
    return this.#read(
      path,
      (value) =>
        typeof value === 'string'
          ? value
          : ['number', 'boolean'].includes(typeof value)
            ? String(value)
            : undefined,
      'string',
    );
  }

  /** An array; one value that should be in one counts as an array of it. */
  array(path: string): unknown[] {
    const value = valueAt(this.#resource, path);
    if (Array.isArray(value)) return value;
    if (value === undefined || value === null) return [];
    this.#findings.report('type-mismatch', this.#where(path), `${typeof value} for array`);
    return [value];
  }

  /** A date and time; undefined for zero dates and what is no date. */
  date(path: string): Date | undefined {
    const value = valueAt(this.#resource, path);
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string' || !isExactDate(value))
      this.#findings.report('date-form', this.#where(path), JSON.stringify(value));
    return dateOf(value);
  }

  #read<T>(path: string, convert: (value: unknown) => T | undefined, type: string): T | undefined {
    const value = valueAt(this.#resource, path);
    if (value === undefined || value === null) return undefined;
    if (typeof value !== type)
      this.#findings.report('type-mismatch', this.#where(path), `${JSON.stringify(value)} for ${type}`);
    return convert(value);
  }

  #where(path: string): string {
    return `${idOf(this.#resource) ?? ''}#/${path}`;
  }
}
