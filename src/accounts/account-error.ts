/**
 * Why a change of accounts, roles or sessions is refused.
 *
 * - `not-found`, `exists`: there is none of that name, or one already.
 * - `changed`: somebody else changed it first (the caller's revision is old).
 * - `user-name`, `privilege`, `value`: not an acceptable value; the message says what is.
 * - `role`: no such role.
 * - `predefined`, `in-use`: a role that may not be changed or deleted.
 * - `password-…`: the password breaks a rule.
 * - `last-administrator`: nobody would be left to manage accounts.
 * - `busy`: too many passwords are being checked at this moment; later it works.
 */
export type AccountRefusal =
  | 'not-found'
  | 'exists'
  | 'changed'
  | 'user-name'
  | 'privilege'
  | 'value'
  | 'role'
  | 'predefined'
  | 'in-use'
  | 'password-too-short'
  | 'password-too-long'
  | 'password-obvious'
  | 'password-reused'
  | 'last-administrator'
  | 'busy';

/** A refused change; nothing has changed. The message never contains a password. */
export class AccountError extends Error {
  readonly reason: AccountRefusal;
  /** The Redfish property concerned, e.g. `UserName`; null when it is the resource as a whole. */
  readonly property: string | null;

  constructor(reason: AccountRefusal, property: string | null, message: string) {
    super(message);
    this.name = 'AccountError';
    this.reason = reason;
    this.property = property;
  }
}
