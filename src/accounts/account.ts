/** An account as callers see it, and the changes that they can make to it. */
import type { AccountPolicy } from './account-policy.ts';
import type { AccountRow } from './account-table.ts';
import { isLocked } from './lockout.ts';

export interface Account {
  /** The first user name of the account; constant when the user is renamed. */
  readonly id: string;
  readonly userName: string;
  readonly roleId: string;
  readonly enabled: boolean;
  /** Locked after too many failed logins; ends after `lockoutDuration`, or by an update with `locked: false`. */
  readonly locked: boolean;
  /** Required by an administrator, or because the password has expired. */
  readonly passwordChangeRequired: boolean;
  readonly passwordExpiration: Date | null;
  readonly accountTypes: readonly ['Redfish'];
  readonly createdAt: Date;
  /** Rises with every change except the expiry of a lock. */
  readonly revision: number;
}

export interface NewAccount {
  readonly userName: string;
  readonly password: string;
  readonly roleId: string;
  readonly enabled?: boolean;
  readonly passwordChangeRequired?: boolean;
  readonly passwordExpiration?: Date | null;
}

export interface AccountPatch extends Partial<NewAccount> {
  /** Only `false`: a client can end a lock but not set one. */
  readonly locked?: boolean;
}

export interface AccountChange {
  readonly kind: 'created' | 'updated' | 'locked' | 'deleted';
  readonly account: Account;
  /** The change ends the account's sessions: deleted, disabled, or a new password. */
  readonly endsSessions: boolean;
  /** Id of the session that requested the change and survives it; null: none. */
  readonly exceptSession: string | null;
}

export type Verification =
  | { readonly ok: true; readonly account: Account }
  | {
      readonly ok: false;
      readonly reason: 'unknown-user' | 'wrong-password' | 'locked' | 'disabled' | 'busy';
    };

/** Returns the public view of a row at a time (milliseconds since 1970): without hashes, lock and expiry evaluated. */
export function accountOf(row: AccountRow, policy: AccountPolicy, now: number): Account {
  const expired = row.passwordExpires !== null && row.passwordExpires <= now;
  return {
    id: row.id,
    userName: row.userName,
    roleId: row.roleId,
    enabled: row.enabled,
    locked: isLocked(row, policy, now),
    passwordChangeRequired: row.changeRequired || expired,
    passwordExpiration: row.passwordExpires === null ? null : new Date(row.passwordExpires),
    accountTypes: ['Redfish'],
    createdAt: new Date(row.created),
    revision: row.revision,
  };
}
