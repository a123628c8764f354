/** Login sessions: tokens, expiry, limits, and their survival over a restart. */
import { hash, randomBytes } from 'node:crypto';
import { type Clock, systemClock } from '../base/clock.ts';
import { Listeners } from '../base/listeners.ts';
import { StoreError } from '../store/errors.ts';
import type { Settings } from '../store/settings.ts';
import type { Store } from '../store/store.ts';
import type { Account } from './account.ts';
import { AccountError } from './account-error.ts';
import type { Accounts } from './accounts.ts';
import {
  checkPolicy,
  decodePolicy,
  defaultPolicy,
  policyKey,
  type Session,
  type SessionChange,
  type SessionPolicy,
  sessionTimeoutRange,
} from './session.ts';
import { readSessions, writeSessions } from './session-table.ts';

export { type Session, type SessionChange, type SessionPolicy, sessionTimeoutRange };

export interface SessionsOptions {
  readonly clock?: Clock;
  /** Sessions that one account may have; a further one ends its longest idle. */
  readonly perAccount?: number;
  /** Sessions in all. */
  readonly total?: number;
}

type Ending = NonNullable<SessionChange['reason']>;

interface Entry {
  session: Session;
  readonly tokenHash: string;
  /** Monotonic times of creation and of the last request; a wall clock that steps ends no session. */
  readonly begun: number;
  used: number;
  /** `used`, as far as it is stored; NaN when the session is not stored at all. */
  saved: number;
}

const upkeepPeriod = 60_000;

/**
 * Login sessions. Of a token only its hash is kept, and looking one up is a Map access. They survive a restart.
 * When the store cannot take a new session it lives in memory alone: an administrator must get in to mend a full disk.
 */
export class Sessions {
  readonly #store: Store;
  readonly #settings: Settings;
  readonly #accounts: Accounts;
  readonly #clock: Clock;
  readonly #perAccount: number;
  readonly #total: number;
  readonly #byHash = new Map<string, Entry>();
  readonly #byId = new Map<string, Entry>();
  /** Ended, but their rows could not be deleted yet. */
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
    this.#perAccount = options.perAccount ?? 16;
    this.#total = options.total ?? 256;
    this.#policy = settings.json(policyKey, decodePolicy, defaultPolicy);
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

  get policy(): SessionPolicy {
    return this.#policy;
  }

  /** Grows with every session that is created or ends. */
  get revision(): number {
    return this.#revision;
  }

  /** @throws AccountError `value`, StoreError */
  setPolicy(patch: Partial<SessionPolicy>): SessionPolicy {
    const policy = checkPolicy({ ...this.#policy, ...patch });
    this.#settings.setJson(policyKey, policy);
    this.#policy = policy;
    return policy;
  }

  list(): Session[] {
    return this.#entries()
      .filter((entry) => !this.#isExpired(entry))
      .map((entry) => entry.session);
  }

  get(id: string): Session | undefined {
    const entry = this.#byId.get(id);
    return entry && !this.#isExpired(entry) ? entry.session : undefined;
  }

  /** The session of a token, which counts as a request of it; undefined for an unknown or expired one. */
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

  /** When the session ends however busy it is; null when it does not. */
  expiry(session: Session): Date | null {
    const limit = this.#policy.absoluteTimeout;
    return limit === null ? null : new Date(session.createdAt.getTime() + limit * 1000);
  }

  /** Called after a session began or ended. */
  onChange(listener: (change: SessionChange) => void): () => void {
    return this.#changed.add(listener);
  }

  /**
   * Begins a session. Where there are too many, the account's own longest idle one gives way first, so that nobody
   * can push another user out.
   * @returns the session, and its token (64 hex digits, 256 bits), which cannot be had again
   * @throws AccountError `not-found` when the account was deleted or disabled in the meantime
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
    const evicted = this.#surplus(account.id);
    this.#remove(evicted);
    this.#add(entry);
    this.#save([entry]);
    this.#announce(evicted, 'evicted');
    this.#announce([entry], null);
    return { session, token };
  }

  /** Ends a session. @returns false when there is none of that id */
  delete(id: string): boolean {
    const entry = this.#byId.get(id);
    if (entry !== undefined) this.#end([entry], 'deleted');
    return entry !== undefined;
  }

  /** Ends what has expired and stores when sessions were last used; called once a minute by itself. */
  upkeep(): void {
    const expired = this.#entries().filter((entry) => this.#isExpired(entry));
    this.#remove(expired);
    this.#save(this.#entries().filter((entry) => entry.used !== entry.saved));
    this.#announce(expired, 'expired');
  }

  /** Stores what is still to be stored, and stops the timer. */
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

  /** The one that has to go before this account may have one more session. */
  #surplus(accountId: string): Entry[] {
    const own = this.#ofAccount(accountId);
    const isFull = this.#byId.size >= this.#total;
    if (own.length >= this.#perAccount || (isFull && own.length > 0)) return [longestIdle(own)];
    if (!isFull) return [];
    const groups = new Map<string, Entry[]>();
    for (const entry of this.#entries()) {
      const group = groups.get(entry.session.accountId);
      if (group === undefined) groups.set(entry.session.accountId, [entry]);
      else group.push(entry);
    }
    const largest = [...groups.values()].reduce((most, group) => (group.length > most.length ? group : most));
    return [longestIdle(largest)];
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

  /** Stores these, and the ends of those that were removed. What cannot be stored now is tried again by the upkeep. */
  #save(entries: readonly Entry[]): void {
    if (entries.length === 0 && this.#undeleted.size === 0) return;
    const wallClock = this.#clock.now() - this.#clock.monotonic();
    const rows = entries.map(({ session, tokenHash, used }) => ({
      id: session.id,
      tokenHash,
      accountId: session.accountId,
      clientAddress: session.clientAddress,
      context: session.context,
      created: session.createdAt.getTime(),
      lastUsed: Math.round(used + wallClock),
    }));
    try {
      writeSessions(this.#store, rows, this.#undeleted);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return;
    }
    this.#undeleted.clear();
    for (const entry of entries) entry.saved = entry.used;
  }

  #announce(entries: readonly Entry[], reason: Ending | null): void {
    for (const { session } of entries) {
      this.#revision++;
      this.#changed.emit({ kind: reason === null ? 'created' : 'ended', session, reason });
    }
  }
}

function longestIdle(entries: readonly Entry[]): Entry {
  return entries.reduce((oldest, entry) => (entry.used < oldest.used ? entry : oldest));
}
