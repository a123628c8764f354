/** A view of a map that shows only the components that are present now. */
export class PresentMap<T> implements ReadonlyMap<string, T> {
  readonly #all: ReadonlyMap<string, T>;
  readonly #isPresent: (part: T) => boolean;

  constructor(all: ReadonlyMap<string, T>, isPresent: (part: T) => boolean) {
    this.#all = all;
    this.#isPresent = isPresent;
  }

  get size(): number {
    let count = 0;
    for (const part of this.#all.values()) if (this.#isPresent(part)) count += 1;
    return count;
  }

  get(id: string): T | undefined {
    const part = this.#all.get(id);
    return part !== undefined && this.#isPresent(part) ? part : undefined;
  }

  has(id: string): boolean {
    return this.get(id) !== undefined;
  }

  *entries(): MapIterator<[string, T]> {
    for (const entry of this.#all) if (this.#isPresent(entry[1])) yield entry;
  }

  *keys(): MapIterator<string> {
    for (const [id] of this.entries()) yield id;
  }

  *values(): MapIterator<T> {
    for (const [, part] of this.entries()) yield part;
  }

  [Symbol.iterator](): MapIterator<[string, T]> {
    return this.entries();
  }

  forEach(job: (part: T, id: string, map: ReadonlyMap<string, T>) => void): void {
    for (const [id, part] of this.entries()) job(part, id, this);
  }
}
