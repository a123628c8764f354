/** An account as clients see it, and its changes. */
export interface Account {
  /** The user name that it was made with; it stays when the user is renamed. */
  readonly id: string;
  readonly userName: string;
  readonly roleId: string;
  readonly enabled: boolean;
  /** Locked after too many failed logins; ends by itself, or by an update with `locked: false`. */
  readonly locked: boolean;
  /** Demanded by an administrator, or because the password has expired. */
  readonly passwordChangeRequired: boolean;
  readonly passwordExpiration: Date | null;
  readonly accountTypes: readonly ['Redfish'];
  readonly createdAt: Date;
  /** Grows with every change but the end of a lock. */
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
  /** Only `false`: a lock is lifted by hand, never set. */
  readonly locked?: boolean;
}

export interface AccountChange {
  readonly kind: 'created' | 'updated' | 'locked' | 'deleted';
  readonly account: Account;
  /** Sessions of the account end: it is gone or disabled, or its password is another. */
  readonly endsSessions: boolean;
  /** The session that asked for the change, and may go on. */
  readonly exceptSession: string | null;
}

export type Verification =
  | { readonly ok: true; readonly account: Account }
  | {
      readonly ok: false;
      readonly reason: 'unknown-user' | 'wrong-password' | 'locked' | 'disabled' | 'busy';
    };
