/**
 * Every login. Passwords are checked here, in turns by host; guesses are slowed down by the host that they come from, and
 * each outcome is reported to the audit log.
 */
import { type ClientNetwork, networkOf } from '../base/client-network.ts';

import { type Clock, systemClock } from '../base/clock.ts';
import { FairQueue } from '../base/fair-queue.ts';
import { Listeners } from '../base/listeners.ts';

import type { Settings } from '../store/settings.ts';
import type { Account, Accounts } from './accounts.ts';
import { AuthCache } from './authcache.ts';
import type { KnownNetworks } from './known-networks.ts';

export type Login =
  | { readonly ok: true; readonly account: Account }
  /** `wrong` stands for every reason that a guesser must not learn. */
  | { readonly ok: false; readonly reason: 'wrong' }
  /** Too many checks at once, or too many failures from this host: try again in so many seconds. */
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

export interface LoginsOptions {
  readonly known: KnownNetworks;
  /** Called for each failure, and for each success that begins a session. */
  readonly report: (attempt: LoginAttempt) => void;
  /** Charges a network for the milliseconds of a password check before it begins; false while it is in debt. */
  readonly charge?: (network: ClientNetwork, milliseconds: number) => boolean;
  readonly clock?: Clock;
}

/** What is remembered of a host with failed logins. */
interface Suspect {
  /** Failures by user name. */
  readonly failures: Map<string, number>;
  /** Monotonic time before which no password from there is checked. */
  until: number;
  last: number;
}

/** Failures of one host without a wait: people mistype. */
const free = 5;
/** Milliseconds of the first wait; each further failure doubles it, up to the longest. */
const firstWait = 1_000;
const longestWait = 60_000;
/** Milliseconds without a failure after which a host starts afresh. */
const forgetAfter = 900_000;
/** Hosts that are remembered, and user names of each; beyond that the one that was quiet longest is forgotten. */
const remembered = 4096;
const rememberedNames = 16;
/** Seconds after which a client may try again when too many passwords are being checked. */
const busyWait = 2;
/** Two scrypt hashes at once take 32 MiB; see `scryptCost`. */
const queueOptions = { concurrency: 2, perClient: 8, total: 64 };

export class Logins {
  readonly #accounts: Accounts;
  readonly #cache: AuthCache;
  readonly #clock: Clock;
  readonly #options: LoginsOptions;
  readonly #suspects = new Map<string, Suspect>();
  /** Password checks under way or waiting, by host. */
  readonly #pending = new Map<string, number>();
  /** Checks under way, by address and pair. */
  readonly #shared = new Map<string, Promise<Login>>();
  readonly #queue = new FairQueue(queueOptions);
  readonly #settings: Settings;
  readonly #changed = new Listeners<BasicAuth>();
  #basic: BasicAuth;

  constructor(accounts: Accounts, settings: Settings, options: LoginsOptions) {
    this.#accounts = accounts;
    this.#settings = settings;
    this.#options = options;
    const kept = settings.get(basicKey);
    this.#basic = basicAuthValues.find((value) => value === kept) ?? 'Enabled';
    this.#clock = options.clock ?? systemClock;
    this.#cache = new AuthCache(accounts, { clock: this.#clock });
    accounts.onChange(({ kind, account }) => {
      if (kind === 'deleted' || !account.enabled) options.known.forget(account.id);
    });
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
    const login = await this.#check(userName, address, (exempt) =>
      this.#accounts.verify(userName, password, exempt),
    );
    if (login.ok) this.#options.report({ userName, address, ok: true });
    return login;
  }

  /** The credentials of a single request; a pair that was right a moment ago is not hashed again. */
  each(userName: string, password: string, address: string): Login | Promise<Login> {
    if (this.#basic === 'Disabled') return { ok: false, reason: 'wrong' };
    // A known client goes on, whatever a guesser at the same address does.
    const account = this.#cache.known(userName, password);
    if (account !== undefined) return { ok: true, account };
    // Equal requests at one time, as a client with many connections sends them, are one guess.
    const key = `${address} ${this.#cache.keyOf(userName, password)}`;
    const shared = this.#shared.get(key);
    if (shared !== undefined) return shared;
    const login = this.#check(userName, address, (exempt) =>
      this.#cache.verify(userName, password, exempt),
    ).finally(() => this.#shared.delete(key));
    this.#shared.set(key, login);
    return login;
  }

  async #check(
    userName: string,
    address: string,
    verify: (exempt: boolean) => ReturnType<Accounts['verify']>,
  ): Promise<Login> {
    const network = networkOf(address);
    const { host } = network;
    const { known, report, charge } = this.#options;
    const wait = this.#wait(host);
    if (wait > 0) return { ok: false, reason: 'later', seconds: wait };
    if (charge?.(network, this.#accounts.hashingTime) === false)
      return { ok: false, reason: 'later', seconds: busyWait };
    // A guess that waits counts already: many at once must not outrun the wait.
    this.#pending.set(host, (this.#pending.get(host) ?? 0) + 1);
    let leave: (() => void) | null = null;
    try {
      leave = await this.#queue.enter(host, known.has(host));
      if (leave === null) return { ok: false, reason: 'later', seconds: busyWait };
      const verified = await verify(this.#isExempt(host, userName));
      if (verified.ok) {
        this.#suspects.get(host)?.failures.delete(userName);
        known.add(host, verified.account.id);
        return verified;
      }
      if (verified.reason === 'busy') return { ok: false, reason: 'later', seconds: busyWait };
      // A lock refuses every password, so nothing was guessed.
      if (verified.reason !== 'locked') this.#suspect(host, userName);
      report({ userName, address, ok: false });
      return { ok: false, reason: 'wrong' };
    } finally {
      leave?.();
      const pending = (this.#pending.get(host) ?? 1) - 1;
      if (pending === 0) this.#pending.delete(host);
      else this.#pending.set(host, pending);
    }
  }

  /** A lock holds for guessers: not for a host from which the account has logged in, unless it guesses itself. */
  #isExempt(host: string, userName: string): boolean {
    const account = this.#accounts.findByName(userName);
    if (account === undefined || !this.#options.known.hasAccount(host, account.id)) return false;
    const failures = this.#suspects.get(host)?.failures.get(userName) ?? 0;
    return failures < this.#accounts.policy.lockoutThreshold;
  }

  /** Seconds that a host still has to wait. */
  #wait(host: string): number {
    const suspect = this.#suspects.get(host);
    const pending = this.#pending.get(host) ?? 0;
    if (pending > 0 && pending + (suspect === undefined ? 0 : failuresOf(suspect)) > free) return 1;
    return suspect === undefined
      ? 0
      : Math.max(0, Math.ceil((suspect.until - this.#clock.monotonic()) / 1000));
  }

  #suspect(host: string, userName: string): void {
    const now = this.#clock.monotonic();
    const before = this.#suspects.get(host);
    const failures =
      before === undefined || now - before.last > forgetAfter ? new Map<string, number>() : before.failures;
    const name = failures.has(userName) || failures.size < rememberedNames ? userName : '';
    failures.set(name, (failures.get(name) ?? 0) + 1);
    const suspect: Suspect = { failures, until: now, last: now };
    const count = failuresOf(suspect);
    if (count > free) suspect.until += Math.min(longestWait, firstWait * 2 ** (count - free - 1));
    // Set anew, so that the map keeps the order of the last failure.
    this.#suspects.delete(host);
    this.#suspects.set(host, suspect);
    const [oldest] = this.#suspects.keys();
    if (this.#suspects.size > remembered && oldest !== undefined) this.#suspects.delete(oldest);
  }
}

const failuresOf = ({ failures }: Suspect): number =>
  [...failures.values()].reduce((sum, each) => sum + each, 0);
