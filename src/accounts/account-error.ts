/** Refused changes of accounts, roles and sessions. */

/**
 * Why a change is refused.
 *
 * - `not-found`, `exists`: the name or id is unknown, or in use.
 * - `changed`: the revision of the caller is out of date.
 * - `user-name`, `privilege`, `value`: the value is not acceptable; the message names the acceptable values.
 * - `conflict`: the value contradicts that of `other`.
 * - `role`: the role does not exist.
 * - `predefined`, `in-use`: the role cannot be changed or deleted.
 * - `password-…`: the password violates a rule.
 * - `last-administrator`: no enabled administrator would remain.
 * - `session-limit`: the account has as many sessions as it may have, and all are in use.
 * - `busy`: too many passwords are being checked; a later attempt succeeds.
 */
export type AccountRefusal =
  | 'not-found'
  | 'exists'
  | 'changed'
  | 'user-name'
  | 'privilege'
  | 'value'
  | 'conflict'
  | 'role'
  | 'predefined'
  | 'in-use'
  | 'password-too-short'
  | 'password-too-long'
  | 'password-obvious'
  | 'password-reused'
  | 'last-administrator'
  | 'session-limit'
  | 'busy';

/** A refused change: nothing was changed. The message never contains a password. */
export class AccountError extends Error {
  readonly reason: AccountRefusal;
  /** The Redfish property that is refused, e.g. `UserName`; null: the resource as a whole. */
  readonly property: string | null;
  /** The Redfish property that contradicts it. */
  readonly other: string | undefined;

  constructor(reason: AccountRefusal, property: string | null, message: string, other?: string) {
    super(message);
    this.name = 'AccountError';
    this.reason = reason;
    this.property = property;
    this.other = other;
  }
}
