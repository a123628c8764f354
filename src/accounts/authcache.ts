/** Passwords that were verified a moment ago, so that Basic authentication need not hash each time. */
import { createHmac, randomBytes } from 'node:crypto';
import { type Clock, systemClock } from '../base/clock.ts';
import type { Verification } from './account.ts';
import type { Account, Accounts } from './accounts.ts';

interface Proof {
  readonly accountId: string;
  readonly made: number;
  used: number;
}

export interface AuthCacheOptions {
  readonly clock?: Clock;
  /** Milliseconds that an unused proof lasts. */
  readonly idle?: number;
  /** Milliseconds that any proof lasts. */
  readonly lifetime?: number;
  /** Proofs that are kept. */
  readonly size?: number;
}

/**
 * Checks user name and password as Accounts does, but remembers for a short while that a pair was right, so that
 * Basic authentication does not hash at each request. Kept under a keyed hash of the pair, with a key of this
 * process; any change of an account drops what is known of it.
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
    // A lock is for guessers: a client that has proved the password a moment ago goes on, as sessions do.
    accounts.onChange(({ kind, account }) => {
      if (kind !== 'locked') this.#forget(account.id);
    });
  }

  /** The account of a pair that was right a moment ago; undefined when it has to be checked. */
  known(userName: string, password: string): Account | undefined {
    const known = this.#lookUp(this.keyOf(userName, password));
    return known?.ok === true ? known.account : undefined;
  }

  /** As Accounts.verify; equal requests at one time share one check. */
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

  /** A keyed hash that stands for a pair, in this process alone. */
  keyOf(userName: string, password: string): string {
    // A Basic user name holds no colon (RFC 7617), so the pair cannot be read in two ways.
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
    if (this.#accounts.get(id)?.revision !== revision) return verification; // Changed while we looked.
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
