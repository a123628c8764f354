/** The rows of accounts in the store. */

import type { Store } from '../store/store.ts';
import type { Account, NewAccount } from './account.ts';

/** An account as it is stored, secrets included; it never leaves this folder. Times are milliseconds since 1970. */
export interface AccountRow {
  readonly id: string;
  readonly userName: string;
  readonly roleId: string;
  readonly enabled: boolean;
  /** Hash, see PasswordHasher. */
  readonly password: string;
  /** Hashes of former passwords, the newest first. */
  readonly history: readonly string[];
  readonly changeRequired: boolean;
  readonly passwordExpires: number | null;
  readonly created: number;
  /** Failed logins in a row, and when the last was. */
  readonly failures: number;
  readonly lastFailure: number;
  readonly lockedAt: number | null;
  readonly revision: number;
}

type Stored = Omit<AccountRow, 'enabled' | 'history' | 'changeRequired'> & {
  readonly enabled: number;
  readonly history: string;
  readonly changeRequired: number;
};

const select = `SELECT id, user_name AS userName, role AS roleId, enabled, password, history,
  change_required AS changeRequired, password_expires AS passwordExpires, created, failures,
  last_failure AS lastFailure, locked_at AS lockedAt, revision FROM accounts ORDER BY created, id`;

const upsert = `INSERT INTO accounts (id, user_name, role, enabled, password, history, change_required,
    password_expires, created, failures, last_failure, locked_at, revision)
  VALUES (@id, @userName, @roleId, @enabled, @password, @history, @changeRequired,
    @passwordExpires, @created, @failures, @lastFailure, @lockedAt, @revision)
  ON CONFLICT (id) DO UPDATE SET user_name = excluded.user_name, role = excluded.role, enabled = excluded.enabled,
    password = excluded.password, history = excluded.history, change_required = excluded.change_required,
    password_expires = excluded.password_expires, failures = excluded.failures,
    last_failure = excluded.last_failure, locked_at = excluded.locked_at, revision = excluded.revision`;

export function readAccounts(store: Store): AccountRow[] {
  return store.all<Stored>(select).map((row) => ({
    ...row,
    enabled: row.enabled === 1,
    history: row.history === '' ? [] : row.history.split(' '),
    changeRequired: row.changeRequired === 1,
  }));
}

/** @throws StoreError */
export function writeAccount(store: Store, row: AccountRow): void {
  store.run(upsert, {
    ...row,
    enabled: Number(row.enabled),
    history: row.history.join(' '),
    changeRequired: Number(row.changeRequired),
  });
}

/** @throws StoreError */
export function deleteAccount(store: Store, id: string): void {
  store.run('DELETE FROM accounts WHERE id = ?', id);
}

/** The row of a new account. @param made what its creation adds to the input; times in milliseconds since 1970 */
export const newRow = (
  input: NewAccount,
  made: {
    readonly id: string;
    readonly password: string;
    readonly passwordExpires: number | null;
    readonly now: number;
  },
): AccountRow => ({
  id: made.id,
  userName: input.userName,
  roleId: input.roleId,
  enabled: input.enabled ?? true,
  password: made.password,
  history: [],
  changeRequired: input.passwordChangeRequired ?? false,
  passwordExpires: made.passwordExpires,
  created: made.now,
  failures: 0,
  lastFailure: 0,
  lockedAt: null,
  revision: made.now,
});

/** The account of a row, without its secrets. @param now milliseconds since 1970 */
export const accountOf = (row: AccountRow, locked: boolean, now: number): Account => ({
  id: row.id,
  userName: row.userName,
  roleId: row.roleId,
  enabled: row.enabled,
  locked,
  passwordChangeRequired: row.changeRequired || (row.passwordExpires !== null && row.passwordExpires <= now),
  passwordExpiration: row.passwordExpires === null ? null : new Date(row.passwordExpires),
  accountTypes: ['Redfish'],
  createdAt: new Date(row.created),
  revision: row.revision,
});
