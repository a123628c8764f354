/** Detects an input that changes so often that following it would occupy the process and mean nothing. */

/** More edges than this within the window are a storm. */
const edges = 200;
/** Milliseconds. */
const window = 100;

export class EdgeStorm {
  /** Edges per second above which an input is noisy. */
  readonly limit = (1000 * edges) / window;
  #count = 0;
  #since = Number.NEGATIVE_INFINITY;

  reset(): void {
    this.#count = 0;
  }

  /** Counts an edge at `now`, milliseconds on the monotonic clock. @returns whether that makes a storm */
  count(now: number): boolean {
    if (now - this.#since > window) {
      this.#since = now;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count > edges;
  }
}
