/** The accounts of the service: create, change, delete, verify a login. */
import { type Clock, systemClock } from '../base/clock.ts';
import { Listeners } from '../base/listeners.ts';
import type { Settings } from '../store/settings.ts';
import type { Store } from '../store/store.ts';
import {
  type Account,
  type AccountChange,
  type AccountPatch,
  accountOf,
  type NewAccount,
  type Verification,
} from './account.ts';
import { checkAdministratorRemains, checkRole, checkUserName } from './account-checks.ts';
import { AccountError } from './account-error.ts';
import { type AccountPolicy, changedPolicy, decodePolicy, defaultPolicy } from './account-policy.ts';
import { AccountRows } from './account-rows.ts';
import type { AccountRow } from './account-table.ts';
import { noFailures } from './lockout.ts';
import { LoginVerifier } from './login-verifier.ts';
import { PasswordHasher } from './password.ts';
import { checkPassword } from './password-rules.ts';
import type { Roles } from './roles.ts';

export type { Account, AccountChange, AccountPatch, NewAccount, Verification };

const policyKey = 'accounts.policy';
const day = 86_400_000;

/** The accounts of the service. All are held in memory; a change is durable when its method returns. */
export class Accounts {
  readonly #settings: Settings;
  readonly #roles: Roles;
  readonly #clock: Clock;
  readonly #hasher: PasswordHasher;
  readonly #rows: AccountRows;
  readonly #verifier: LoginVerifier;
  readonly #changed = new Listeners<AccountChange>();
  #policy: AccountPolicy;

  constructor(
    store: Store,
    settings: Settings,
    roles: Roles,
    options: { readonly clock?: Clock; readonly hasher?: PasswordHasher } = {},
  ) {
    this.#settings = settings;
    this.#roles = roles;
    this.#clock = options.clock ?? systemClock;
    this.#hasher = options.hasher ?? new PasswordHasher();
    this.#policy = settings.json(policyKey, decodePolicy, defaultPolicy);
    this.#rows = new AccountRows(store, this.#clock);
    this.#verifier = new LoginVerifier({
      rows: this.#rows,
      hasher: this.#hasher,
      clock: this.#clock,
      policy: () => this.#policy,
      locked: (row) => this.#emit('locked', row, false, null),
    });
  }

  /** The policy in force. */
  get policy(): AccountPolicy {
    return this.#policy;
  }

  /** Changes the policy and returns the new one. @throws AccountError `value`, StoreError */
  setPolicy(patch: Partial<AccountPolicy>): AccountPolicy {
    const policy = changedPolicy(this.#policy, patch);
    this.#settings.setJson(policyKey, policy);
    this.#policy = policy;
    return policy;
  }

  /** Processor time of one password check, milliseconds; 0 before the first. */
  get hashingTime(): number {
    return this.#hasher.time;
  }

  /** Returns all accounts, the oldest first. */
  list(): Account[] {
    return this.#rows.all().map((row) => this.#show(row));
  }

  /** Returns an account by its id. */
  get(id: string): Account | undefined {
    const row = this.#rows.get(id);
    return row && this.#show(row);
  }

  /** Returns an account by its present user name. */
  findByName(userName: string): Account | undefined {
    const row = this.#rows.byName(userName);
    return row && this.#show(row);
  }

  /** Calls the listener after each change is stored. Sessions and caches apply it at once. @returns unsubscribes */
  onChange(listener: (change: AccountChange) => void): () => void {
    return this.#changed.add(listener);
  }

  /** Creates an account. @throws AccountError when a value is refused, StoreError */
  async create(input: NewAccount): Promise<Account> {
    checkUserName(this.#rows, input.userName, null);
    checkRole(this.#roles, input.roleId);
    await checkPassword(input.password, input.userName, this.#policy);
    const password = await this.#hasher.hash(input.password);
    // Hashing takes time: another request may have used the name, or deleted the role.
    checkUserName(this.#rows, input.userName, null);
    checkRole(this.#roles, input.roleId);
    const now = this.#clock.now();
    const row: AccountRow = {
      id: this.#rows.freeId(input.userName),
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
   * Changes an account: the whole patch, or nothing.
   * @param options.ifRevision the revision that the caller has read; any other is refused
   * @param options.keepSession id of the session that survives when the change ends the account's sessions
   * @throws AccountError when a value is refused, StoreError
   */
  async update(
    id: string,
    patch: AccountPatch,
    options: { readonly ifRevision?: number; readonly keepSession?: string } = {},
  ): Promise<Account> {
    const secret =
      patch.password === undefined
        ? null
        : await this.#newPassword(this.#rows.require(id), patch.password, patch.userName);
    const row = this.#rows.require(id, options.ifRevision);
    if (patch.userName !== undefined) checkUserName(this.#rows, patch.userName, id);
    if (patch.roleId !== undefined) checkRole(this.#roles, patch.roleId);
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
      revision: this.#rows.nextRevision(row),
    };
    checkAdministratorRemains(this.#rows, row, next, patch.enabled === false ? 'Enabled' : 'RoleId');
    const ends = secret !== null || !next.enabled;
    return this.#put(next, 'updated', ends, next.enabled ? options.keepSession : undefined);
  }

  /** Deletes an account and ends its sessions. @throws AccountError `not-found`, `changed`, `last-administrator`; StoreError */
  delete(id: string, options: { readonly ifRevision?: number } = {}): void {
    const row = this.#rows.require(id, options.ifRevision);
    checkAdministratorRemains(this.#rows, row, null, null);
    this.#rows.delete(id);
    this.#emit('deleted', row, true, null);
  }

  /** Checks a login; see LoginVerifier. Never rejects for a wrong credential. */
  verify(userName: string, password: string, exempt = false): Promise<Verification> {
    return this.#verifier.verify(userName, password, exempt);
  }

  #show(row: AccountRow): Account {
    return accountOf(row, this.#policy, this.#clock.now());
  }

  #put(
    row: AccountRow,
    kind: AccountChange['kind'],
    endsSessions: boolean,
    exceptSession: string | null = null,
  ): Account {
    this.#rows.put(row);
    return this.#emit(kind, row, endsSessions, exceptSession);
  }

  #emit(
    kind: AccountChange['kind'],
    row: AccountRow,
    endsSessions: boolean,
    exceptSession: string | null,
  ): Account {
    const account = this.#show(row);
    this.#changed.emit({ kind, account, endsSessions, exceptSession });
    return account;
  }

  /** Returns when a password expires, milliseconds since 1970: as given, else by the policy; null: never. */
  #expiry(given: Date | null | undefined): number | null {
    if (given !== undefined) return given === null ? null : given.getTime();
    const days = this.#policy.passwordExpirationDays;
    return days === null ? null : this.#clock.now() + days * day;
  }

  /** Checks a new password and returns its hash, with the history that goes with it. @throws AccountError `password-…` */
  async #newPassword(
    row: AccountRow,
    password: string,
    userName = row.userName,
  ): Promise<{ password: string; history: readonly string[] }> {
    await checkPassword(password, userName, this.#policy);
    const former = [row.password, ...row.history].slice(0, this.#policy.passwordHistory);
    // A required change of the password is not met by the same password.
    if (former.length === 0 && this.#show(row).passwordChangeRequired) former.push(row.password);
    for (const old of former) {
      if (await this.#hasher.verify(password, old)) {
        throw new AccountError('password-reused', 'Password', 'the password was used before; choose another');
      }
    }
    const history = [row.password, ...row.history].slice(0, this.#policy.passwordHistory);
    return { password: await this.#hasher.hash(password), history };
  }
}
