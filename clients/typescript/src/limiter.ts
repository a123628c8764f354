/** How many requests one service bears at a time: few, one after a sign of distress, slowly more again. */

export class Limiter {
  readonly #most: number;
  #limit: number;
  #inFlight = 0;
  #fine = 0;
  readonly #waiting: (() => void)[] = [];

  /** @param most requests in flight at most; the project's default is 4, which real BMCs bear */
  constructor(most: number) {
    this.#most = most;
    this.#limit = most;
  }

  /** The current limit. */
  get limit(): number {
    return this.#limit;
  }

  /** Waits for a place. The caller leaves it by `release`. */
  async acquire(): Promise<void> {
    if (this.#inFlight >= this.#limit) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#inFlight += 1;
  }

  /** Passes the place to the longest waiting request. */
  release(): void {
    this.#inFlight -= 1;
    this.#admit();
  }

  /** The service answered 503 or 504, or cut the connection: one request at a time until it recovers. */
  strained(): void {
    this.#limit = 1;
    this.#fine = 0;
  }

  /** An answer came as it should: after four in a row one more request is let through. */
  answered(): void {
    if (this.#limit === this.#most) return;
    this.#fine += 1;
    if (this.#fine < 4) return;
    this.#fine = 0;
    this.#limit += 1;
    this.#admit();
  }

  #admit(): void {
    while (this.#inFlight < this.#limit) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#inFlight += 1;
      next();
    }
  }
}
