/** Token buckets: one per sender and one for all senders together. */

export interface Rate {
  /** Tokens at most. */
  readonly burst: number;
  /** Tokens added per second. */
  readonly perSecond: number;
}

/** Senders remembered. */
const maxKnown = 256;

class Bucket {
  readonly #rate: Rate;
  #tokens: number;
  #at: number;

  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#at = now;
  }

  take(now: number): boolean {
    const elapsed = Math.max(0, now - this.#at) / 1000;
    this.#at = now;
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + elapsed * this.#rate.perSecond);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

export class RateLimit {
  readonly #each: Rate;
  readonly #all: Bucket;
  readonly #clock: () => number;
  readonly #buckets = new Map<string, Bucket>();

  /** @param clock monotonic milliseconds */
  constructor(each: Rate, all: Rate, clock: () => number = () => performance.now()) {
    this.#each = each;
    this.#clock = clock;
    this.#all = new Bucket(all, clock());
  }

  /** Takes a token of a sender and one of the common bucket. A refused sender costs the others nothing. */
  allows(sender: string): boolean {
    const now = this.#clock();
    let bucket = this.#buckets.get(sender);
    if (bucket === undefined) {
      // Source addresses can be forged without end: the oldest bucket is dropped.
      const [oldest] = this.#buckets.keys();
      if (this.#buckets.size >= maxKnown && oldest !== undefined) this.#buckets.delete(oldest);
      bucket = new Bucket(this.#each, now);
      this.#buckets.set(sender, bucket);
    }
    return bucket.take(now) && this.#all.take(now);
  }
}
