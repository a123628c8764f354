/** Accounts: names, roles, passwords and locks, each change in the store before it is answered. */
import { type Clock, systemClock } from '../base/clock.ts';
import { reportDefect } from '../base/defects.ts';
import { Listeners } from '../base/listeners.ts';
import { StoreError } from '../store/errors.ts';
import type { Settings } from '../store/settings.ts';
import type { Store } from '../store/store.ts';
import type { Account, AccountChange, AccountPatch, NewAccount, Verification } from './account.ts';
import { AccountError } from './account-error.ts';
import {
  type AccountPolicy,
  checkPassword,
  checkPolicy,
  decodePolicy,
  defaultPolicy,
  passwordExpiry,
} from './account-policy.ts';
import {
  checkAdministratorStays,
  checkRole,
  checkUserName,
  freeId,
  userNamePattern,
} from './account-rules.ts';
import {
  type AccountRow,
  accountOf,
  deleteAccount,
  newRow,
  readAccounts,
  writeAccount,
} from './account-table.ts';
import { afterFailure, isLocked, noFailures } from './lockout.ts';
import { PasswordHasher } from './password.ts';
import type { Roles } from './roles.ts';

export type { Account, AccountChange, AccountPatch, NewAccount, Verification };
export { userNamePattern };

const policyKey = 'accounts.policy';

/** The accounts of this service: all in memory, each change in the store before it is answered. */
export class Accounts {
  readonly #store: Store;
  readonly #settings: Settings;
  readonly #roles: Roles;
  readonly #clock: Clock;
  readonly #hasher: PasswordHasher;
  readonly #rows = new Map<string, AccountRow>();
  readonly #changed = new Listeners<AccountChange>();
  #policy: AccountPolicy;

  constructor(
    store: Store,
    settings: Settings,
    roles: Roles,
    options: { readonly clock?: Clock; readonly hasher?: PasswordHasher } = {},
  ) {
    this.#store = store;
    this.#settings = settings;
    this.#roles = roles;
    this.#clock = options.clock ?? systemClock;
    this.#hasher = options.hasher ?? new PasswordHasher();
    this.#policy = settings.json(policyKey, decodePolicy, defaultPolicy);
    for (const row of readAccounts(store)) this.#rows.set(row.id, row);
  }

  get policy(): AccountPolicy {
    return this.#policy;
  }

  /** @throws AccountError `value`, StoreError */
  setPolicy(patch: Partial<AccountPolicy>): AccountPolicy {
    const policy = checkPolicy({ ...this.#policy, ...patch });
    this.#settings.setJson(policyKey, policy);
    this.#policy = policy;
    return policy;
  }

  /** Milliseconds of processor time that a check of a password takes. */
  get hashingTime(): number {
    return this.#hasher.time;
  }

  list(): Account[] {
    return [...this.#rows.values()].map((row) => this.#show(row));
  }

  get(id: string): Account | undefined {
    const row = this.#rows.get(id);
    return row && this.#show(row);
  }

  findByName(userName: string): Account | undefined {
    const row = this.#byName(userName);
    return row && this.#show(row);
  }

  /** Called after each change is stored; sessions and caches must follow at once. */
  onChange(listener: (change: AccountChange) => void): () => void {
    return this.#changed.add(listener);
  }

  /** @throws AccountError, StoreError */
  async create(input: NewAccount): Promise<Account> {
    checkUserName(input.userName, null, this.#rows.values());
    checkRole(input.roleId, this.#roles);
    checkPassword(input.password, input.userName, this.#policy);
    const password = await this.#hasher.hash(input.password);
    checkUserName(input.userName, null, this.#rows.values()); // Another request may have taken the name in the meantime.
    checkRole(input.roleId, this.#roles);
    const now = this.#clock.now();
    const row = newRow(input, {
      id: freeId(input.userName, this.#rows),
      password,
      passwordExpires: this.#expiry(input.passwordExpiration),
      now,
    });
    return this.#put(row, 'created', false);
  }

  /**
   * Changes an account: all of the patch, or nothing of it.
   * @param options.ifRevision refuse when the account is no longer at this revision
   * @param options.keepSession the session that goes on when the others end
   * @throws AccountError, StoreError
   */
  async update(
    id: string,
    patch: AccountPatch,
    options: { readonly ifRevision?: number; readonly keepSession?: string } = {},
  ): Promise<Account> {
    const secret =
      patch.password === undefined
        ? null
        : await this.#newPassword(this.#row(id), patch.password, patch.userName);
    const row = this.#row(id, options.ifRevision);
    if (patch.userName !== undefined) checkUserName(patch.userName, id, this.#rows.values());
    if (patch.roleId !== undefined) checkRole(patch.roleId, this.#roles);
    if (patch.locked === true)
      throw new AccountError('value', 'Locked', 'Locked may be set to false only; to shut it, disable it');
    const next: AccountRow = {
      ...row,
      userName: patch.userName ?? row.userName,
      roleId: patch.roleId ?? row.roleId,
      enabled: patch.enabled ?? row.enabled,
      changeRequired: patch.passwordChangeRequired ?? (secret === null && row.changeRequired),
      ...(patch.passwordExpiration === undefined
        ? {}
        : { passwordExpires: this.#expiry(patch.passwordExpiration) }),
      ...(secret === null ? {} : { ...secret, passwordExpires: this.#expiry(patch.passwordExpiration) }),
      ...(patch.locked === false || secret !== null ? noFailures : {}),
      revision: this.#nextRevision(row),
    };
    checkAdministratorStays(this.#rows.values(), row, next, patch.enabled === false ? 'Enabled' : 'RoleId');
    const ends = secret !== null || !next.enabled;
    return this.#put(next, 'updated', ends, next.enabled ? options.keepSession : undefined);
  }

  /** @throws AccountError, StoreError */
  delete(id: string, options: { readonly ifRevision?: number } = {}): void {
    const row = this.#row(id, options.ifRevision);
    checkAdministratorStays(this.#rows.values(), row, null, null);
    deleteAccount(this.#store, id);
    this.#rows.delete(id);
    this.#changed.emit({
      kind: 'deleted',
      account: this.#show(row),
      endsSessions: true,
      exceptSession: null,
    });
  }

  /**
   * Checks a login. Every outcome takes the time of one password check, and a client should hear the same "no" for
   * each reason but `busy`. A locked account refuses the right password too, unless the sender is `exempt` from the lock.
   */
  async verify(userName: string, password: string, exempt = false): Promise<Verification> {
    const asked = this.#byName(userName);
    let matches: boolean;
    try {
      matches = await this.#hasher.verify(password, asked?.password ?? null);
    } catch (error) {
      if (error instanceof AccountError && error.reason === 'busy') return { ok: false, reason: 'busy' };
      throw error;
    }
    // What counts is how things stand now: guesses that waited together must not outrun the lock.
    const row = asked && this.#rows.get(asked.id);
    if (row === undefined) return { ok: false, reason: 'unknown-user' };
    if (this.#isLocked(row) && !exempt) return { ok: false, reason: 'locked' };
    if (!matches || row.password !== asked?.password) {
      this.#countFailure(row);
      return { ok: false, reason: 'wrong-password' };
    }
    if (!row.enabled) return { ok: false, reason: 'disabled' };
    // A success writes only when there is something to forget; a lock goes on for those whom it was made for.
    if (row.failures > 0 && !this.#isLocked(row)) this.#remember({ ...row, ...noFailures });
    if (this.#hasher.isOutdated(row.password)) this.#renewHash(row, password).catch(reportDefect);
    return { ok: true, account: this.#show(row) };
  }

  #row(id: string, revision?: number): AccountRow {
    const row = this.#rows.get(id);
    if (row === undefined) throw new AccountError('not-found', null, `there is no account ${id}`);
    if (revision !== undefined && revision !== row.revision)
      throw new AccountError('changed', null, `account ${id} was changed in the meantime; read it again`);
    return row;
  }

  #byName(userName: string): AccountRow | undefined {
    const direct = this.#rows.get(userName);
    if (direct?.userName === userName) return direct;
    return [...this.#rows.values()].find((row) => row.userName === userName);
  }

  #show(row: AccountRow): Account {
    return accountOf(row, this.#isLocked(row), this.#clock.now());
  }

  #put(
    row: AccountRow,
    kind: AccountChange['kind'],
    endsSessions: boolean,
    exceptSession: string | null = null,
  ): Account {
    writeAccount(this.#store, row);
    this.#rows.set(row.id, row);
    const account = this.#show(row);
    this.#changed.emit({ kind, account, endsSessions, exceptSession });
    return account;
  }

  /** Time-based, so that an account that is deleted and made again does not repeat an old revision. */
  #nextRevision(row: AccountRow): number {
    return Math.max(row.revision + 1, this.#clock.now());
  }

  #expiry(given: Date | null | undefined): number | null {
    return passwordExpiry(this.#policy, given, this.#clock.now());
  }

  async #newPassword(
    row: AccountRow,
    password: string,
    userName = row.userName,
  ): Promise<{ password: string; history: readonly string[] }> {
    checkPassword(password, userName, this.#policy);
    const former = [row.password, ...row.history].slice(0, this.#policy.passwordHistory);
    // A password that has to be changed cannot be changed into itself.
    if (former.length === 0 && this.#show(row).passwordChangeRequired) former.push(row.password);
    for (const old of former) {
      if (await this.#hasher.verify(password, old)) {
        throw new AccountError('password-reused', 'Password', 'the password was used before; choose another');
      }
    }
    const history = [row.password, ...row.history].slice(0, this.#policy.passwordHistory);
    return { password: await this.#hasher.hash(password), history };
  }

  #isLocked(row: AccountRow): boolean {
    return isLocked(row, this.#policy, this.#clock.now());
  }

  #countFailure(row: AccountRow): void {
    const after = afterFailure(row, this.#policy, this.#clock.now());
    if (after === row) return;
    const locks = after.lockedAt !== null;
    const counted = { ...row, ...after, revision: locks ? this.#nextRevision(row) : row.revision };
    this.#remember(counted);
    if (!locks) return;
    this.#changed.emit({
      kind: 'locked',
      account: this.#show(counted),
      endsSessions: false,
      exceptSession: null,
    });
  }

  /** Hashes a password that was right at today's cost. */
  async #renewHash(row: AccountRow, password: string): Promise<void> {
    try {
      const renewed = await this.#hasher.hash(password);
      const current = this.#rows.get(row.id);
      if (current?.password === row.password) this.#remember({ ...current, password: renewed });
    } catch (error) {
      if (!(error instanceof AccountError)) throw error; // Busy now; the next login renews it.
    }
  }

  /** Counting goes on in memory when the store cannot take it: a full disk must not open a door to guessers. */
  #remember(row: AccountRow): void {
    this.#rows.set(row.id, row);
    try {
      writeAccount(this.#store, row);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
  }
}
