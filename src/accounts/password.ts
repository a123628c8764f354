/** Password hashes (scrypt) and generated passwords. */
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
 * N = 2^14, r = 8, p = 1: 16 MiB per check, 32 MiB with two at a time. About 30 ms on a server core and in the order of
 * 500 ms on the Cortex-A7 of a BMC. OWASP's floor of today is five times this (p = 5): a login of 2.5 s there, in which guesses
 * of a stranger would take the processor from everybody. Lockout, the budgets of logins and the rules for passwords hold the
 * rest. The cost can be raised: each hash states its own, and is renewed at the next login.
 */
export const scryptCost: ScryptCost = { ln: 14, r: 8, p: 1 };

const keyLength = 32;
const pattern = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]{43})$/;

/** Hashes and verifies passwords on the thread pool of libuv, a bounded number at a time. */
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

  /** Duration of a hash on an idle machine, milliseconds: the shortest so far; 0 before the first. */
  get time(): number {
    return Number.isFinite(this.#fastest) ? this.#fastest : 0;
  }

  /** Returns cost, salt and hash in the PHC string format `$scrypt$ln=14,r=8,p=1$salt$hash`. @throws AccountError `busy` */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(16);
    const key = await this.#derive(password, salt, this.#cost);
    const { ln, r, p } = this.#cost;
    return `$scrypt$ln=${ln},r=${r},p=${p}$${base64(salt)}$${base64(key)}`;
  }

  /**
   * Whether a password matches a hash. `null` (unknown user) takes as long and returns false, so that the response time does
   * not reveal which users exist. @throws AccountError `busy`
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

  /** Whether a hash has another cost than the configured one. */
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
  // Bounds far above any cost in use: a damaged entry must not exhaust memory.
  if (cost.ln < 1 || cost.ln > 18 || cost.r < 1 || cost.r > 16 || cost.p < 1 || cost.p > 8) return null;
  return { cost, salt: Buffer.from(salt, 'base64'), key: Buffer.from(key, 'base64') };
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}

// Without characters that resemble others: 0 o, 1 l i, and u (like v).
const letters = 'abcdefghjkmnpqrstvwxyz23456789';

/** Returns a random password that is easy to type: `xxxxx-xxxxx-xxxxx-xxxxx`, 98 bits. */
export function generatePassword(): string {
  const group = () => Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join('');
  return [group(), group(), group(), group()].join('-');
}
