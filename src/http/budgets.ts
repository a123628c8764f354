/**
 * Budgets of requests and processor time, so that an administrator elsewhere is served whatever one network does. Pure:
 * time is passed in.
 */
import type { ClientNetwork } from '../base/client-network.ts';

/** `wait`: refuse with 429. `drop`: end the connection, because even the refusals have become too many. */
export type Verdict = 'serve' | 'wait' | 'drop';

export interface BudgetOptions {
  /** Requests a second of one host, in the long run. */
  readonly requestsPerSecond: number;
  /** The account that logged in last from a host; undefined for strangers. */
  readonly ownerOf: (host: string) => string | undefined;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

interface Share {
  /** Part of the processor for requests and handshakes, and of a further one for hashing passwords. */
  readonly processor: number;
  readonly hashing: number;
  /** Milliseconds of processor time for requests that may be saved up. */
  readonly savings: number;
  /** Multiple of the rate of requests of one host. */
  readonly requests: number;
}

/**
 * A host where somebody has logged in shares with the other hosts of that account; a stranger shares with its site, and with
 * all other strangers, so that no number of networks takes all of the processor.
 */
const shares = {
  stranger: { processor: 0.4, hashing: 0.25, savings: 300, requests: 1 },
  site: { processor: 0.5, hashing: 0.3, savings: 300, requests: 2 },
  strangers: { processor: 0.6, hashing: 0.5, savings: 400, requests: 4 },
  known: { processor: 0.4, hashing: 0.4, savings: 500, requests: 1 },
  owner: { processor: 0.5, hashing: 0.5, savings: 500, requests: 4 },
} as const satisfies Readonly<Record<string, Share>>;
/** Seconds' worth of requests that may be saved up. */
const burst = 4;
/** Milliseconds of hashing that may be saved up: half a dozen logins on a weak core. */
const hashingSavings = 3_000;
/** Refusals a second, and at once, that are answered. */
const refusalRate = 50;
const refusalBurst = 250;
/** Hosts, sites and accounts whose budgets are kept; the one that was unused longest is forgotten. */
const remembered = 8192;

class Bucket {
  requests: number;
  refusals = refusalBurst;
  /** Milliseconds; below zero in debt. */
  processor: number;
  hashing = hashingSavings;
  #at: number;
  readonly #rate: number;
  readonly #share: Share;

  constructor(rate: number, share: Share, now: number) {
    this.#rate = rate * share.requests;
    this.#share = share;
    this.#at = now;
    this.requests = this.#rate * burst;
    this.processor = share.savings;
  }

  refill(now: number): void {
    const passed = Math.max(0, now - this.#at);
    this.#at = now;
    const { processor, hashing, savings } = this.#share;
    this.requests = Math.min(this.#rate * burst, this.requests + (passed / 1000) * this.#rate);
    this.refusals = Math.min(refusalBurst, this.refusals + (passed / 1000) * refusalRate);
    this.processor = Math.min(savings, this.processor + passed * processor);
    this.hashing = Math.min(hashingSavings, this.hashing + passed * hashing);
  }

  get isUsedUp(): boolean {
    return this.processor <= 0 || this.requests < 1;
  }

  /** Seconds until something may be spent again. */
  get wait(): number {
    return Math.max(-this.processor / (1000 * this.#share.processor), (1 - this.requests) / this.#rate);
  }
}

export class Budgets {
  readonly #options: BudgetOptions;
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: BudgetOptions) {
    this.#options = options;
  }

  /** Takes one request of a network from its budgets, unless one of them is used up. */
  request(network: ClientNetwork): Verdict {
    const buckets = this.#of(network);
    if (!buckets.some((bucket) => bucket.isUsedUp)) {
      for (const bucket of buckets) bucket.requests -= 1;
      return 'serve';
    }
    const [own] = buckets;
    if (own === undefined || own.refusals < 1) return 'drop';
    own.refusals -= 1;
    return 'wait';
  }

  /** Pays beforehand for a connection, in milliseconds of processor time; false where a budget is used up. */
  connection(network: ClientNetwork, price: number): boolean {
    if (this.#of(network).some((bucket) => bucket.isUsedUp)) return false;
    this.charge(network, price);
    return true;
  }

  /** Pays beforehand for hashing a password; false where a budget is used up. */
  hashing(network: ClientNetwork, price: number): boolean {
    const buckets = this.#of(network);
    if (buckets.some((bucket) => bucket.hashing <= 0)) return false;
    for (const bucket of buckets) bucket.hashing -= price;
    return true;
  }

  /** Charges milliseconds of processor time that requests have taken. */
  charge(network: ClientNetwork, milliseconds: number): void {
    for (const bucket of this.#of(network)) bucket.processor -= milliseconds;
  }

  /** Whole seconds, at least 1, until the network is served again. */
  retryAfter(network: ClientNetwork): number {
    return Math.max(1, ...this.#of(network).map((bucket) => Math.ceil(bucket.wait)));
  }

  /** The budgets that a network draws on, its own first, as they are now. */
  #of({ host, site }: ClientNetwork): Bucket[] {
    const owner = this.#options.ownerOf(host);
    const now = this.#options.now();
    return owner === undefined
      ? [
          this.#bucket(`host ${host}`, shares.stranger, now),
          this.#bucket(`site ${site}`, shares.site, now),
          this.#bucket('strangers', shares.strangers, now),
        ]
      : [this.#bucket(`known ${host}`, shares.known, now), this.#bucket(`owner ${owner}`, shares.owner, now)];
  }

  #bucket(key: string, share: Share, now: number): Bucket {
    const bucket = this.#buckets.get(key) ?? new Bucket(this.#options.requestsPerSecond, share, now);
    bucket.refill(now);
    // Set anew, so that the map keeps the order of use.
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > remembered && oldest !== undefined) this.#buckets.delete(oldest);
    return bucket;
  }
}
