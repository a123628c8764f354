/** A cache of verified credentials, so that Basic authentication does not hash a password for each request. */
import { createHmac, randomBytes } from 'node:crypto';
import { type Clock, systemClock } from '../base/clock.ts';
import type { Verification } from './account.ts';
import type { Account, Accounts } from './accounts.ts';

/** A verified pair of user name and password. Times are monotonic, milliseconds. */
interface Proof {
  readonly accountId: string;
  readonly made: number;
  used: number;
}

export interface AuthCacheOptions {
  readonly clock?: Clock;
  /** Milliseconds without use after which a proof expires. */
  readonly idle?: number;
  /** Milliseconds after which a proof expires, used or not. */
  readonly lifetime?: number;
  /** Limit of proofs; one more replaces the oldest. */
  readonly size?: number;
}

/**
 * Verifies credentials as Accounts does, and caches successes for a short time. The cache key is an HMAC of the pair with a
 * random key of this process. Any change of an account drops its proofs.
 */
export class AuthCache {
  readonly #accounts: Accounts;
  readonly #clock: Clock;
  readonly #idle: number;
  readonly #lifetime: number;
  readonly #size: number;
  readonly #key = randomBytes(32);
  readonly #proofs = new Map<string, Proof>();
  readonly #pending = new Map<string, Promise<Verification>>();

  constructor(accounts: Accounts, options: AuthCacheOptions = {}) {
    this.#accounts = accounts;
    this.#clock = options.clock ?? systemClock;
    this.#idle = options.idle ?? 60_000;
    this.#lifetime = options.lifetime ?? 300_000;
    this.#size = options.size ?? 64;
    // A lock stops guesses: a client with a verified password continues, like a session.
    accounts.onChange(({ kind, account }) => {
      if (kind !== 'locked') this.#forget(account.id);
    });
  }

  /** Returns the account of a cached pair; undefined: the pair must be verified. */
  known(userName: string, password: string): Account | undefined {
    const known = this.#lookUp(this.keyOf(userName, password));
    return known?.ok === true ? known.account : undefined;
  }

  /** Verifies like Accounts.verify. Concurrent requests with the same pair share one check. */
  async verify(userName: string, password: string, exempt = false): Promise<Verification> {
    const key = this.keyOf(userName, password);
    const known = this.#lookUp(key);
    if (known !== null) return known;
    let check = this.#pending.get(key);
    if (check === undefined) {
      check = this.#check(key, userName, password, exempt).finally(() => this.#pending.delete(key));
      this.#pending.set(key, check);
    }
    return check;
  }

  /** Returns the cache key of a pair (base64); valid in this process only. */
  keyOf(userName: string, password: string): string {
    // A Basic user name contains no colon (RFC 7617), so the text is unambiguous.
    return createHmac('sha256', this.#key).update(`${userName}:${password}`).digest('base64');
  }

  #lookUp(key: string): Verification | null {
    const proof = this.#proofs.get(key);
    if (proof === undefined) return null;
    const now = this.#clock.monotonic();
    const account = this.#accounts.get(proof.accountId);
    if (account === undefined || now - proof.used >= this.#idle || now - proof.made >= this.#lifetime) {
      this.#proofs.delete(key);
      return null;
    }
    proof.used = now;
    return { ok: true, account };
  }

  async #check(key: string, userName: string, password: string, exempt: boolean): Promise<Verification> {
    const verification = await this.#accounts.verify(userName, password, exempt);
    if (!verification.ok) return verification;
    const { id, revision } = verification.account;
    if (this.#accounts.get(id)?.revision !== revision) return verification; // Changed during the check.
    const oldest = this.#proofs.keys().next();
    if (this.#proofs.size >= this.#size && !oldest.done) this.#proofs.delete(oldest.value);
    const now = this.#clock.monotonic();
    this.#proofs.set(key, { accountId: id, made: now, used: now });
    return verification;
  }

  #forget(accountId: string): void {
    for (const [key, proof] of this.#proofs) {
      if (proof.accountId === accountId) this.#proofs.delete(key);
    }
  }
}
