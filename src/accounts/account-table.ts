/** The `accounts` table. Times are milliseconds since 1970. */
import type { Store } from '../store/store.ts';

/** A stored account, password hashes included. Only this folder uses it. */
export interface AccountRow {
  readonly id: string;
  readonly userName: string;
  readonly roleId: string;
  readonly enabled: boolean;
  /** Hash in the format of PasswordHasher. */
  readonly password: string;
  /** Hashes of former passwords, the newest first. */
  readonly history: readonly string[];
  readonly changeRequired: boolean;
  readonly passwordExpires: number | null;
  readonly created: number;
  /** Number of consecutive failed logins, and time of the last. */
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

/** Returns all rows, the oldest account first. @throws StoreError */
export function readAccounts(store: Store): AccountRow[] {
  return store.all<Stored>(select).map((row) => ({
    ...row,
    enabled: row.enabled === 1,
    history: row.history === '' ? [] : row.history.split(' '),
    changeRequired: row.changeRequired === 1,
  }));
}

/** Inserts or replaces a row. @throws StoreError */
export function writeAccount(store: Store, row: AccountRow): void {
  store.run(upsert, {
    ...row,
    enabled: Number(row.enabled),
    history: row.history.join(' '),
    changeRequired: Number(row.changeRequired),
  });
}

/** Deletes a row. @throws StoreError */
export function deleteAccount(store: Store, id: string): void {
  store.run('DELETE FROM accounts WHERE id = ?', id);
}
