/** Components by the chassis that they are in. */
export class ByChassis<T extends { readonly chassis: string }> {
  readonly #parts = new Map<string, Set<T>>();

  constructor(parts: Iterable<T> = []) {
    for (const part of parts) this.add(part);
  }

  add(part: T): void {
    const there = this.#parts.get(part.chassis);
    if (there === undefined) this.#parts.set(part.chassis, new Set([part]));
    else there.add(part);
  }

  delete(part: T): void {
    this.#parts.get(part.chassis)?.delete(part);
  }

  of(chassis: string): Iterable<T> {
    return this.#parts.get(chassis) ?? [];
  }
}
