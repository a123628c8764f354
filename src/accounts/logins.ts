/**
 * All logins: a queue of password checks that is fair between hosts, delays for hosts with failed logins, and reports to
 * the audit log.
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
  /** `wrong` covers every reason that must not be disclosed. */
  | { readonly ok: false; readonly reason: 'wrong' }
  /** Too many concurrent checks, or failures from this host: retry after `seconds`. */
  | { readonly ok: false; readonly reason: 'later'; readonly seconds: number };

/** AccountService.HTTPBasicAuth: whether Basic credentials are accepted, and whether a 401 response offers them. */
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
  /** Called for each failed login, and for each success that creates a session. */
  readonly report: (attempt: LoginAttempt) => void;
  /** Charges a network for the milliseconds of a password check before the check; false: its budget is exhausted. */
  readonly charge?: (network: ClientNetwork, milliseconds: number) => boolean;
  readonly clock?: Clock;
}

/** A host with failed logins. Times are monotonic, milliseconds. */
interface Suspect {
  /** Failures by user name. */
  readonly failures: Map<string, number>;
  /** Time until which no password from this host is checked. */
  until: number;
  last: number;
}

/** Failures of one host without a delay: typing errors. */
const free = 5;
/** Delay after the first failure beyond `free`, milliseconds; each further failure doubles it, up to `longestWait`. */
const firstWait = 1_000;
const longestWait = 60_000;
/** Milliseconds without a failure after which the failures of a host are cleared. */
const forgetAfter = 900_000;
/** Limits of hosts and of user names per host; one more host replaces the one whose last failure is oldest. */
const remembered = 4096;
const rememberedNames = 16;
/** Retry time when too many passwords are being checked, seconds. */
const busyWait = 2;
/** Two concurrent scrypt hashes use 32 MiB; see `scryptCost`. */
const queueOptions = { concurrency: 2, perClient: 8, total: 64 };

export class Logins {
  readonly #accounts: Accounts;
  readonly #cache: AuthCache;
  readonly #clock: Clock;
  readonly #options: LoginsOptions;
  readonly #suspects = new Map<string, Suspect>();
  /** Number of running and waiting password checks, by host. */
  readonly #pending = new Map<string, number>();
  /** Running checks of Basic credentials, by address and pair. */
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

  /** The setting of Basic authentication. */
  get basic(): BasicAuth {
    return this.#basic;
  }

  /** Changes the setting, durably. @throws StoreError */
  setBasic(value: BasicAuth): void {
    this.#settings.set(basicKey, value);
    this.#basic = value;
    this.#changed.emit(value);
  }

  /** Calls the listener after the setting of Basic authentication changed. @returns unsubscribes */
  onChange(listener: (basic: BasicAuth) => void): () => void {
    return this.#changed.add(listener);
  }

  /** Verifies a login that creates a session: never from the cache. */
  async begin(userName: string, password: string, address: string): Promise<Login> {
    const login = await this.#check(userName, address, (exempt) =>
      this.#accounts.verify(userName, password, exempt),
    );
    if (login.ok) this.#options.report({ userName, address, ok: true });
    return login;
  }

  /** Verifies the Basic credentials of one request; a cached pair is not hashed again. */
  each(userName: string, password: string, address: string): Login | Promise<Login> {
    if (this.#basic === 'Disabled') return { ok: false, reason: 'wrong' };
    // A client with verified credentials is not delayed by guesses from its address.
    const account = this.#cache.known(userName, password);
    if (account !== undefined) return { ok: true, account };
    // Concurrent requests with one pair, from a client with many connections, count as one guess.
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
    // A waiting check counts already: concurrent guesses must not evade the delay.
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
      // A locked account refuses every password, so the request was no guess.
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

  /** Whether the lock of an account does not apply to a host: the account has logged in from it, and few failures came from it. */
  #isExempt(host: string, userName: string): boolean {
    const account = this.#accounts.findByName(userName);
    if (account === undefined || !this.#options.known.hasAccount(host, account.id)) return false;
    const failures = this.#suspects.get(host)?.failures.get(userName) ?? 0;
    return failures < this.#accounts.policy.lockoutThreshold;
  }

  /** Returns the remaining delay of a host, seconds. */
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
    // Deleted and set again, so that the map is in order of the last failure.
    this.#suspects.delete(host);
    this.#suspects.set(host, suspect);
    const [oldest] = this.#suspects.keys();
    if (this.#suspects.size > remembered && oldest !== undefined) this.#suspects.delete(oldest);
  }
}

const failuresOf = ({ failures }: Suspect): number =>
  [...failures.values()].reduce((sum, each) => sum + each, 0);
