/** The login sessions: create, find by token, expire, end. */
import { hash, randomBytes } from 'node:crypto';
import { type Clock, systemClock } from '../base/clock.ts';
import { Listeners } from '../base/listeners.ts';
import { StoreError } from '../store/errors.ts';
import type { Settings } from '../store/settings.ts';
import type { Store } from '../store/store.ts';
import type { Account } from './account.ts';
import { AccountError } from './account-error.ts';
import type { Accounts } from './accounts.ts';
import { evictedFor, type SessionLimits } from './eviction.ts';
import {
  checkSessionPolicy,
  decodeSessionPolicy,
  defaultSessionPolicy,
  type Session,
  type SessionChange,
  type SessionPolicy,
} from './session.ts';
import { readSessions, type SessionRow, saveSessions } from './session-table.ts';

export interface SessionsOptions {
  readonly clock?: Clock;
  /** Limit of sessions of one account; one more ends the account's longest idle session, if that is not in use. */
  readonly perAccount?: number;
  /** Limit of sessions of all accounts. */
  readonly total?: number;
}

type Ending = NonNullable<SessionChange['reason']>;

interface Entry {
  session: Session;
  readonly tokenHash: string;
  /** Monotonic times of creation and of the last request, milliseconds: a step of the wall clock ends no session. */
  readonly begun: number;
  used: number;
  /** The value of `used` in the store; NaN while the session is not stored. */
  saved: number;
}

const policyKey = 'sessions.policy';
/** Milliseconds between two runs of `upkeep`. */
const upkeepPeriod = 60_000;

/**
 * The login sessions. They survive a restart. Only the hash of a token is kept; finding a session is a map access.
 * While the store fails, a new session is held in memory alone: an administrator must be able to log in to a controller
 * with a full disk.
 */
export class Sessions {
  readonly #store: Store;
  readonly #settings: Settings;
  readonly #accounts: Accounts;
  readonly #clock: Clock;
  readonly #limits: SessionLimits;
  readonly #byHash = new Map<string, Entry>();
  readonly #byId = new Map<string, Entry>();
  /** Ids of ended sessions whose rows are not deleted yet. */
  readonly #undeleted = new Set<string>();
  readonly #changed = new Listeners<SessionChange>();
  readonly #timer: NodeJS.Timeout;
  #policy: SessionPolicy;
  #revision = 0;

  constructor(store: Store, settings: Settings, accounts: Accounts, options: SessionsOptions = {}) {
    this.#store = store;
    this.#settings = settings;
    this.#accounts = accounts;
    this.#clock = options.clock ?? systemClock;
    this.#limits = { perAccount: options.perAccount ?? 64, total: options.total ?? 512 };
    this.#policy = settings.json(policyKey, decodeSessionPolicy, defaultSessionPolicy);
    this.#load();
    accounts.onChange(({ account, endsSessions, exceptSession }) => {
      const entries = this.#ofAccount(account.id);
      for (const entry of entries) entry.session = { ...entry.session, userName: account.userName };
      if (!endsSessions) return;
      this.#end(
        entries.filter((entry) => entry.session.id !== exceptSession),
        'account',
      );
    });
    this.#timer = setInterval(() => this.upkeep(), upkeepPeriod).unref();
  }

  /** The policy in force. */
  get policy(): SessionPolicy {
    return this.#policy;
  }

  /** Rises with every session that is created or ends. */
  get revision(): number {
    return this.#revision;
  }

  /** Changes the policy and returns the new one. @throws AccountError `value`, StoreError */
  setPolicy(patch: Partial<SessionPolicy>): SessionPolicy {
    const policy = checkSessionPolicy({ ...this.#policy, ...patch });
    this.#settings.setJson(policyKey, policy);
    this.#policy = policy;
    return policy;
  }

  /** Returns the sessions that have not expired. */
  list(): Session[] {
    return this.#entries()
      .filter((entry) => !this.#isExpired(entry))
      .map((entry) => entry.session);
  }

  /** Returns a session by its id; does not count as a request. */
  get(id: string): Session | undefined {
    const entry = this.#byId.get(id);
    return entry && !this.#isExpired(entry) ? entry.session : undefined;
  }

  /** Returns the session of a token and restarts its idle timeout; undefined: the token is unknown or expired. */
  find(token: string): Session | undefined {
    const entry = this.#byHash.get(hash('sha256', token));
    if (entry === undefined) return undefined;
    if (this.#isExpired(entry)) {
      this.#end([entry], 'expired');
      return undefined;
    }
    entry.used = this.#clock.monotonic();
    return entry.session;
  }

  /** Returns when the session reaches its absolute timeout; null: it has none. */
  expiry(session: Session): Date | null {
    const limit = this.#policy.absoluteTimeout;
    return limit === null ? null : new Date(session.createdAt.getTime() + limit * 1000);
  }

  /** Calls the listener after a session was created or ended. @returns unsubscribes */
  onChange(listener: (change: SessionChange) => void): () => void {
    return this.#changed.add(listener);
  }

  /**
   * Creates a session. At a limit, the account's own longest idle session is evicted first, so that one user cannot evict
   * the sessions of another; `evictedFor` has the rules.
   * @returns the session and its token (64 hex digits, 256 bits), which cannot be read later
   * @throws AccountError `not-found` when the account was deleted or disabled after the login was verified,
   *   `session-limit` when every session of the account is in use and there may be no more
   */
  create(
    account: Pick<Account, 'id' | 'userName'>,
    client: { readonly clientAddress: string; readonly context?: string | null },
  ): { readonly session: Session; readonly token: string } {
    if (!this.#accounts.get(account.id)?.enabled) {
      throw new AccountError('not-found', null, `there is no enabled account ${account.id}`);
    }
    const token = randomBytes(32).toString('hex');
    const now = this.#clock.monotonic();
    const session: Session = {
      id: randomBytes(8).toString('hex'),
      accountId: account.id,
      userName: account.userName,
      clientAddress: client.clientAddress,
      context: client.context ?? null,
      createdAt: new Date(this.#clock.now()),
    };
    const entry: Entry = {
      session,
      tokenHash: hash('sha256', token),
      begun: now,
      used: now,
      saved: Number.NaN,
    };
    const evicted = evictedFor(account.id, this.#entries(), this.#limits, now);
    if (evicted === null) {
      const text = `${account.userName} has ${this.#ofAccount(account.id).length} sessions in use; end one of them first`;
      throw new AccountError('session-limit', null, text);
    }
    this.#remove(evicted);
    this.#add(entry);
    this.#save([entry]);
    this.#announce(evicted, 'evicted');
    this.#announce([entry], null);
    return { session, token };
  }

  /** Ends a session. @returns false when the id is unknown */
  delete(id: string): boolean {
    const entry = this.#byId.get(id);
    if (entry !== undefined) this.#end([entry], 'deleted');
    return entry !== undefined;
  }

  /** Ends expired sessions and stores the times of last use. A timer calls this once a minute. */
  upkeep(): void {
    const expired = this.#entries().filter((entry) => this.#isExpired(entry));
    this.#remove(expired);
    this.#save(this.#entries().filter((entry) => entry.used !== entry.saved));
    this.#announce(expired, 'expired');
  }

  /** Stops the timer and runs a last `upkeep`. */
  close(): void {
    clearInterval(this.#timer);
    this.upkeep();
  }

  #load(): void {
    const now = this.#clock.now();
    const monotonic = this.#clock.monotonic();
    for (const { tokenHash, created, lastUsed, ...row } of readSessions(this.#store)) {
      const account = this.#accounts.get(row.accountId);
      if (account === undefined) continue;
      const session = { ...row, userName: account.userName, createdAt: new Date(created) };
      const used = monotonic - Math.max(0, now - lastUsed);
      const begun = monotonic - Math.max(0, now - created, lastUsed - created);
      this.#add({ session, tokenHash, begun, used, saved: used });
    }
  }

  #entries(): Entry[] {
    return [...this.#byId.values()];
  }

  #ofAccount(accountId: string): Entry[] {
    return this.#entries().filter((entry) => entry.session.accountId === accountId);
  }

  #isExpired(entry: Entry): boolean {
    const now = this.#clock.monotonic();
    const { idleTimeout, absoluteTimeout } = this.#policy;
    if (now - entry.used >= idleTimeout * 1000) return true;
    return absoluteTimeout !== null && now - entry.begun >= absoluteTimeout * 1000;
  }

  #add(entry: Entry): void {
    this.#byHash.set(entry.tokenHash, entry);
    this.#byId.set(entry.session.id, entry);
  }

  #remove(entries: readonly Entry[]): void {
    for (const entry of entries) {
      this.#byHash.delete(entry.tokenHash);
      this.#byId.delete(entry.session.id);
      this.#undeleted.add(entry.session.id);
    }
  }

  #end(entries: readonly Entry[], reason: Ending): void {
    this.#remove(entries);
    this.#save([]);
    this.#announce(entries, reason);
  }

  /** Stores these sessions and deletes the rows of ended ones. On failure the next `upkeep` retries. */
  #save(entries: readonly Entry[]): void {
    if (entries.length === 0 && this.#undeleted.size === 0) return;
    try {
      saveSessions(
        this.#store,
        this.#undeleted,
        entries.map((entry) => this.#rowOf(entry)),
      );
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return;
    }
    this.#undeleted.clear();
    for (const entry of entries) entry.saved = entry.used;
  }

  #rowOf({ session, tokenHash, used }: Entry): SessionRow {
    const { id, accountId, clientAddress, context } = session;
    const wallClock = this.#clock.now() - this.#clock.monotonic();
    return {
      id,
      tokenHash,
      accountId,
      clientAddress,
      context,
      created: session.createdAt.getTime(),
      lastUsed: Math.round(used + wallClock),
    };
  }

  #announce(entries: readonly Entry[], reason: Ending | null): void {
    for (const { session } of entries) {
      this.#revision++;
      this.#changed.emit({ kind: reason === null ? 'created' : 'ended', session, reason });
    }
  }
}
