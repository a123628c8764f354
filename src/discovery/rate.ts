/** Bounds how often something is done, for each of those who ask and for all together. */

export interface Rate {
  /** How many at once. */
  readonly burst: number;
  /** How many more each second. */
  readonly perSecond: number;
}

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

  /** @param clock milliseconds that never go back */
  constructor(each: Rate, all: Rate, clock: () => number = () => performance.now()) {
    this.#each = each;
    this.#clock = clock;
    this.#all = new Bucket(all, clock());
  }

  /** Whether `who` may now; a refusal costs the others nothing. */
  allows(who: string): boolean {
    const now = this.#clock();
    let bucket = this.#buckets.get(who);
    if (bucket === undefined) {
      // Source addresses can be made up without end; the oldest is forgotten.
      const [oldest] = this.#buckets.keys();
      if (this.#buckets.size >= maxKnown && oldest !== undefined) this.#buckets.delete(oldest);
      bucket = new Bucket(this.#each, now);
      this.#buckets.set(who, bucket);
    }
    return bucket.take(now) && this.#all.take(now);
  }
}

const maxKnown = 256;
