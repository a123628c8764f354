/** Hashing and generating passwords. */
import { randomBytes, randomInt, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { AccountError } from './account-error.ts';

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(
  scrypt,
);

/** scrypt cost (RFC 7914): N = 2^ln, block size r, parallelism p. Memory is 128 * N * r bytes. */
export interface ScryptCost {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/**
 * 2^14, 8, 1: 16 MiB for each password that is being checked, so 32 MiB at most with two at once. About 30 ms on a
 * server core, and in the order of half a second on the Cortex-A7 of a BMC, where more would make logging in
 * a burden. It may be raised: each hash carries its own cost, and is renewed at the next login.
 */
export const scryptCost: ScryptCost = { ln: 14, r: 8, p: 1 };

const keyLength = 32;
const pattern = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]{43})$/;

/** Hashes and checks passwords on libuv's thread pool, a bounded number at a time. */
export class PasswordHasher {
  readonly #cost: ScryptCost;
  readonly #concurrency: number;
  readonly #queueLimit: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #fastest = Number.POSITIVE_INFINITY;

  constructor(cost: ScryptCost = scryptCost, concurrency = 2, queueLimit = 64) {
    this.#cost = cost;
    this.#concurrency = concurrency;
    this.#queueLimit = queueLimit;
  }

  /** Milliseconds that a hash takes when nothing else runs: the fastest so far; 0 before the first. */
  get time(): number {
    return Number.isFinite(this.#fastest) ? this.#fastest : 0;
  }

  /** A string that holds cost, salt and hash, in the PHC form `$scrypt$ln=14,r=8,p=1$salt$hash`. @throws AccountError `busy` */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(16);
    const key = await this.#derive(password, salt, this.#cost);
    const { ln, r, p } = this.#cost;
    return `$scrypt$ln=${ln},r=${r},p=${p}$${base64(salt)}$${base64(key)}`;
  }

  /**
   * Whether the password is the one that was hashed. With `null` (no such user) it takes as long and says no, so
   * that the time does not tell which users exist. @throws AccountError `busy`
   */
  async verify(password: string, stored: string | null): Promise<boolean> {
    const parsed = stored === null ? null : parse(stored);
    const { cost, salt, key } = parsed ?? {
      cost: this.#cost,
      salt: Buffer.alloc(16),
      key: Buffer.alloc(keyLength),
    };
    const equal = timingSafeEqual(await this.#derive(password, salt, cost), key);
    return parsed !== null && equal;
  }

  /** Whether a hash was made at another cost than today's. */
  isOutdated(stored: string): boolean {
    const cost = parse(stored)?.cost;
    return cost?.ln !== this.#cost.ln || cost.r !== this.#cost.r || cost.p !== this.#cost.p;
  }

  async #derive(password: string, salt: Buffer, { ln, r, p }: ScryptCost): Promise<Buffer> {
    await this.#enter();
    try {
      const N = 2 ** ln;
      const begun = performance.now();
      const derived = await derive(password, salt, keyLength, { N, r, p, maxmem: 128 * r * (N + p + 2) });
      this.#fastest = Math.min(this.#fastest, performance.now() - begun);
      return derived;
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }

  async #enter(): Promise<void> {
    if (this.#running < this.#concurrency) {
      this.#running++;
      return;
    }
    if (this.#waiting.length >= this.#queueLimit) {
      throw new AccountError(
        'busy',
        null,
        'too many passwords are being checked; try again in a few seconds',
      );
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}

function parse(stored: string): { cost: ScryptCost; salt: Buffer; key: Buffer } | null {
  const [, ln, r, p, salt, key] = pattern.exec(stored) ?? [];
  if (salt === undefined || key === undefined) return null;
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) };
  // Far above any cost in use; a damaged entry must not take all memory.
  if (cost.ln < 1 || cost.ln > 18 || cost.r < 1 || cost.r > 16 || cost.p < 1 || cost.p > 8) return null;
  return { cost, salt: Buffer.from(salt, 'base64'), key: Buffer.from(key, 'base64') };
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}

// Without those that look like another: 0 o, 1 l i, and u beside v.
const letters = 'abcdefghjkmnpqrstvwxyz23456789';

/** A random password that is easy to copy by hand: `xxxxx-xxxxx-xxxxx-xxxxx`, 98 bits. */
export function generatePassword(): string {
  const group = () => Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join('');
  return [group(), group(), group(), group()].join('-');
}
