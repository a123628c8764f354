/**
 * Every login, whichever way it comes: passwords are checked here, guesses are slowed down by the address they come from,
 * and whoever keeps the audit log is told.
 */

import { type Clock, systemClock } from '../base/clock.ts';
import { Listeners } from '../base/listeners.ts';
import type { Settings } from '../store/settings.ts';
import type { Account, Accounts } from './accounts.ts';
import { AuthCache } from './authcache.ts';

export type Login =
  | { readonly ok: true; readonly account: Account }
  /** `wrong` is said of every reason that a guesser must not learn. */
  | { readonly ok: false; readonly reason: 'wrong' }
  /** Too much at once, or too many failures from this address: try again in so many seconds. */
  | { readonly ok: false; readonly reason: 'later'; readonly seconds: number };

/** AccountService.HTTPBasicAuth: whether Basic credentials are taken, and whether a 401 offers that. */
export type BasicAuth = 'Enabled' | 'Unadvertised' | 'Disabled';
export const basicAuthValues: readonly BasicAuth[] = ['Enabled', 'Unadvertised', 'Disabled'];
const basicKey = 'logins.basic';

export interface LoginAttempt {
  readonly userName: string;
  readonly address: string;
  readonly ok: boolean;
}

interface Suspect {
  failures: number;
  /** Monotonic time until which nothing from there is looked at. */
  until: number;
  last: number;
}

/** Failures from one address that are nobody's business: people mistype. */
const free = 5;
/** The first wait; it doubles with each further failure up to the longest. */
const firstWait = 1_000;
const longestWait = 60_000;
/** An address that has been quiet for so long starts afresh. */
const forgetAfter = 900_000;
/** Addresses remembered; beyond it the longest quiet one is forgotten. */
const remembered = 4096;
const busyWait = 2;

export class Logins {
  readonly #accounts: Accounts;
  readonly #cache: AuthCache;
  readonly #clock: Clock;
  readonly #told: (attempt: LoginAttempt) => void;
  readonly #suspects = new Map<string, Suspect>();
  readonly #settings: Settings;
  readonly #changed = new Listeners<BasicAuth>();
  #basic: BasicAuth;

  /** `told` hears of each failure, and of each success that begins a session. */
  constructor(
    accounts: Accounts,
    settings: Settings,
    told: (attempt: LoginAttempt) => void,
    clock: Clock = systemClock,
  ) {
    this.#accounts = accounts;
    this.#settings = settings;
    const kept = settings.get(basicKey);
    this.#basic = basicAuthValues.find((value) => value === kept) ?? 'Enabled';
    this.#cache = new AuthCache(accounts, { clock });
    this.#told = told;
    this.#clock = clock;
  }

  get basic(): BasicAuth {
    return this.#basic;
  }

  /** @throws StoreError */
  setBasic(value: BasicAuth): void {
    this.#settings.set(basicKey, value);
    this.#basic = value;
    this.#changed.emit(value);
  }

  /** Called when Basic authentication has been switched. */
  onChange(listener: (basic: BasicAuth) => void): () => void {
    return this.#changed.add(listener);
  }

  /** A login that begins a session: always checked in full. */
  async begin(userName: string, password: string, address: string): Promise<Login> {
    const login = await this.#check(userName, address, () => this.#accounts.verify(userName, password));
    if (login.ok) this.#told({ userName, address, ok: true });
    return login;
  }

  /** The credentials of a single request; a pair that was right a moment ago is not hashed again. */
  each(userName: string, password: string, address: string): Login | Promise<Login> {
    if (this.#basic === 'Disabled') return { ok: false, reason: 'wrong' };
    // Whoever is known goes on, whatever a guesser at the same address is doing.
    const account = this.#cache.known(userName, password);
    if (account !== undefined) return { ok: true, account };
    return this.#check(userName, address, () => this.#cache.verify(userName, password));
  }

  async #check(
    userName: string,
    address: string,
    verify: () => ReturnType<Accounts['verify']>,
  ): Promise<Login> {
    const seconds = this.#wait(address);
    if (seconds > 0) return { ok: false, reason: 'later', seconds };
    const verified = await verify();
    if (verified.ok) {
      this.#suspects.delete(address);
      return verified;
    }
    if (verified.reason === 'busy') return { ok: false, reason: 'later', seconds: busyWait };
    this.#suspect(address);
    this.#told({ userName, address, ok: false });
    return { ok: false, reason: 'wrong' };
  }

  /** Seconds that this address still has to wait. */
  #wait(address: string): number {
    const suspect = this.#suspects.get(address);
    return suspect === undefined
      ? 0
      : Math.max(0, Math.ceil((suspect.until - this.#clock.monotonic()) / 1000));
  }

  #suspect(address: string): void {
    const now = this.#clock.monotonic();
    const before = this.#suspects.get(address);
    const failures = before === undefined || now - before.last > forgetAfter ? 1 : before.failures + 1;
    const wait = failures <= free ? 0 : Math.min(longestWait, firstWait * 2 ** (failures - free - 1));
    // Set anew, so that the map keeps the order of the last failure.
    this.#suspects.delete(address);
    this.#suspects.set(address, { failures, until: now + wait, last: now });
    const [oldest] = this.#suspects.keys();
    if (this.#suspects.size > remembered && oldest !== undefined) this.#suspects.delete(oldest);
  }
}
