/** The sequence numbers of an IPMB requester: which are in use, and which must rest. */

/** Numbers of an IPMB message: 6 bits. */
export const SEQUENCES = 64;

/**
 * Requests under way by sequence number. A number whose request was sent several times rests after its answer: a late second
 * answer must not meet a new request.
 */
export class SequenceTable<Entry> {
  /** An array instead of a Map: a Map that constantly adds and deletes is reallocated over and over. */
  readonly #entries = new Array<Entry | undefined>(SEQUENCES).fill(undefined);
  readonly #resting = new Set<number>();
  #size = 0;
  #next = 0;

  /** Requests under way. */
  get size(): number {
    return this.#size;
  }

  get(sequence: number): Entry | undefined {
    return this.#entries[sequence];
  }

  entries(): Entry[] {
    return this.#entries.filter((entry) => entry !== undefined);
  }

  /** The free number that was released longest ago; undefined when there is none. */
  free(): number | undefined {
    for (let step = 0; step < SEQUENCES; step++) {
      const sequence = (this.#next + step) % SEQUENCES;
      if (this.#entries[sequence] !== undefined || this.#resting.has(sequence)) continue;
      this.#next = (sequence + 1) % SEQUENCES;
      return sequence;
    }
    return undefined;
  }

  set(sequence: number, entry: Entry): void {
    this.#entries[sequence] = entry;
    this.#size++;
  }

  release(sequence: number): void {
    this.#entries[sequence] = undefined;
    this.#size--;
  }

  /** Keeps a number out of use for some milliseconds; calls `onFree` after that. */
  rest(sequence: number, milliseconds: number, onFree: () => void): void {
    this.#resting.add(sequence);
    setTimeout(() => {
      this.#resting.delete(sequence);
      onFree();
    }, milliseconds).unref();
  }
}
