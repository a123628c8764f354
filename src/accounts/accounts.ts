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
} from './account-policy.ts';
import { type AccountRow, deleteAccount, readAccounts, writeAccount } from './account-table.ts';
import { afterFailure, isLocked, noFailures } from './lockout.ts';
import { generatePassword, PasswordHasher } from './password.ts';
import type { Roles } from './roles.ts';

export type { Account, AccountChange, AccountPatch, NewAccount, Verification };

export const userNamePattern = /^[A-Za-z_][A-Za-z0-9._-]{0,31}$/;
const administrator = 'Administrator';
const policyKey = 'accounts.policy';
const day = 86_400_000;

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
    this.#checkUserName(input.userName, null);
    this.#checkRole(input.roleId);
    checkPassword(input.password, input.userName, this.#policy);
    const password = await this.#hasher.hash(input.password);
    this.#checkUserName(input.userName, null); // Another request may have taken the name in the meantime.
    this.#checkRole(input.roleId);
    const now = this.#clock.now();
    const row: AccountRow = {
      id: this.#freeId(input.userName),
      userName: input.userName,
      roleId: input.roleId,
      enabled: input.enabled ?? true,
      password,
      history: [],
      changeRequired: input.passwordChangeRequired ?? false,
      passwordExpires: this.#expiry(input.passwordExpiration),
      created: now,
      failures: 0,
      lastFailure: 0,
      lockedAt: null,
      revision: now,
    };
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
    if (patch.userName !== undefined) this.#checkUserName(patch.userName, id);
    if (patch.roleId !== undefined) this.#checkRole(patch.roleId);
    if (patch.locked === true) {
      throw new AccountError(
        'value',
        'Locked',
        'Locked may be set to false only; to shut an account, disable it',
      );
    }
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
    this.#keepAdministrator(row, next, patch.enabled === false ? 'Enabled' : 'RoleId');
    const ends = secret !== null || !next.enabled;
    return this.#put(next, 'updated', ends, next.enabled ? options.keepSession : undefined);
  }

  /** @throws AccountError, StoreError */
  delete(id: string, options: { readonly ifRevision?: number } = {}): void {
    const row = this.#row(id, options.ifRevision);
    this.#keepAdministrator(row, null, null);
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
    if (this.#hasher.isOutdated(row.password)) {
      this.#renewHash(row, password).catch(reportDefect);
    }
    return { ok: true, account: this.#show(row) };
  }

  /**
   * Makes the first administrator, if there is no account yet.
   * @returns the password that was generated; null when one was given, or when there are accounts already
   * @throws AccountError when the given name or password breaks a rule; StoreError
   */
  async bootstrapAdministrator(first: {
    readonly userName: string;
    readonly password?: string | undefined;
    readonly mustChange: boolean;
  }): Promise<string | null> {
    if (this.#rows.size > 0) return null;
    const password = first.password ?? generatePassword();
    const { userName, mustChange: passwordChangeRequired } = first;
    await this.create({ userName, password, roleId: administrator, passwordChangeRequired });
    return first.password === undefined ? password : null;
  }

  #row(id: string, revision?: number): AccountRow {
    const row = this.#rows.get(id);
    if (row === undefined) throw new AccountError('not-found', null, `there is no account ${id}`);
    if (revision !== undefined && revision !== row.revision) {
      throw new AccountError('changed', null, `account ${id} was changed in the meantime; read it again`);
    }
    return row;
  }

  #byName(userName: string): AccountRow | undefined {
    const direct = this.#rows.get(userName);
    if (direct?.userName === userName) return direct;
    return [...this.#rows.values()].find((row) => row.userName === userName);
  }

  #show(row: AccountRow): Account {
    const expired = row.passwordExpires !== null && row.passwordExpires <= this.#clock.now();
    return {
      id: row.id,
      userName: row.userName,
      roleId: row.roleId,
      enabled: row.enabled,
      locked: this.#isLocked(row),
      passwordChangeRequired: row.changeRequired || expired,
      passwordExpiration: row.passwordExpires === null ? null : new Date(row.passwordExpires),
      accountTypes: ['Redfish'],
      createdAt: new Date(row.created),
      revision: row.revision,
    };
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

  #freeId(userName: string): string {
    let id = userName;
    for (let n = 2; this.#rows.has(id); n++) id = `${userName}-${n}`;
    return id;
  }

  #checkUserName(userName: string, own: string | null): void {
    if (!userNamePattern.test(userName)) {
      const form = 'a letter or underscore, then up to 31 letters, digits, dots, dashes or underscores';
      throw new AccountError('user-name', 'UserName', `UserName must be ${form}`);
    }
    const other = this.#byName(userName);
    if (other !== undefined && other.id !== own) {
      throw new AccountError(
        'exists',
        'UserName',
        `there is an account with the user name ${userName} already`,
      );
    }
  }

  #checkRole(roleId: string): void {
    if (this.#roles.get(roleId) === undefined) {
      throw new AccountError('role', 'RoleId', `there is no role ${roleId}`);
    }
  }

  #expiry(given: Date | null | undefined): number | null {
    if (given !== undefined) return given === null ? null : given.getTime();
    const days = this.#policy.passwordExpirationDays;
    return days === null ? null : this.#clock.now() + days * day;
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

  /** Refuses a change after which no enabled administrator would be left. */
  #keepAdministrator(row: AccountRow, next: AccountRow | null, property: string | null): void {
    const rules = (one: AccountRow) => one.enabled && one.roleId === administrator;
    if (!rules(row) || (next !== null && rules(next))) return;
    if ([...this.#rows.values()].some((other) => other.id !== row.id && rules(other))) return;
    throw new AccountError(
      'last-administrator',
      property,
      `${row.userName} is the last enabled administrator; make another one first`,
    );
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
