/** Checks of an account against the other accounts and the roles. */
import { AccountError } from './account-error.ts';
import type { AccountRows } from './account-rows.ts';
import type { AccountRow } from './account-table.ts';
import type { Roles } from './roles.ts';

/** The predefined role of which one enabled account must remain (DSP0266 clause "Roles"). */
export const administrator = 'Administrator';

const userNamePattern = /^[A-Za-z_][A-Za-z0-9._-]{0,31}$/;

/**
 * Checks that a user name is well-formed and not in use.
 * @param own id of the account that may have the name already; null for a new account
 * @throws AccountError `user-name`, `exists`
 */
export function checkUserName(rows: AccountRows, userName: string, own: string | null): void {
  if (!userNamePattern.test(userName)) {
    const form = 'a letter or underscore, then up to 31 letters, digits, dots, dashes or underscores';
    throw new AccountError('user-name', 'UserName', `UserName must be ${form}`);
  }
  const other = rows.byName(userName);
  if (other !== undefined && other.id !== own) {
    throw new AccountError(
      'exists',
      'UserName',
      `there is an account with the user name ${userName} already`,
    );
  }
}

/** @throws AccountError `role` when the role does not exist */
export function checkRole(roles: Pick<Roles, 'get'>, roleId: string): void {
  if (roles.get(roleId) === undefined) {
    throw new AccountError('role', 'RoleId', `there is no role ${roleId}`);
  }
}

/**
 * Checks that an enabled administrator remains after a change.
 * @param next the row after the change; null: the account is deleted
 * @param property the Redfish property of the change, for the error
 * @throws AccountError `last-administrator`
 */
export function checkAdministratorRemains(
  rows: AccountRows,
  row: AccountRow,
  next: AccountRow | null,
  property: string | null,
): void {
  if (!isAdministrator(row) || (next !== null && isAdministrator(next))) return;
  if (rows.all().some((other) => other.id !== row.id && isAdministrator(other))) return;
  throw new AccountError(
    'last-administrator',
    property,
    `${row.userName} is the last enabled administrator; make another one first`,
  );
}

const isAdministrator = (row: AccountRow): boolean => row.enabled && row.roleId === administrator;
