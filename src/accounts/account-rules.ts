/** Rules that a change of an account must keep. */
import { AccountError } from './account-error.ts';
import type { AccountRow } from './account-table.ts';
import type { Roles } from './roles.ts';

export const userNamePattern = /^[A-Za-z_][A-Za-z0-9._-]{0,31}$/;
export const administratorRole = 'Administrator';

/** @param own id of the account that gets the name; null for a new one. @throws AccountError `user-name`, `exists` */
export function checkUserName(userName: string, own: string | null, rows: Iterable<AccountRow>): void {
  if (!userNamePattern.test(userName)) {
    const form = 'a letter or underscore, then up to 31 letters, digits, dots, dashes or underscores';
    throw new AccountError('user-name', 'UserName', `UserName must be ${form}`);
  }
  for (const row of rows)
    if (row.userName === userName && row.id !== own)
      throw new AccountError(
        'exists',
        'UserName',
        `there is an account with the user name ${userName} already`,
      );
}

/** @throws AccountError `role` */
export function checkRole(roleId: string, roles: Roles): void {
  if (roles.get(roleId) === undefined) throw new AccountError('role', 'RoleId', `there is no role ${roleId}`);
}

/**
 * Refuses a change after which no enabled administrator would be left.
 *
 * @param next the account after the change; null when it is deleted
 * @throws AccountError `last-administrator`
 */
export function checkAdministratorStays(
  rows: Iterable<AccountRow>,
  row: AccountRow,
  next: AccountRow | null,
  property: string | null,
): void {
  const isAdministrator = (one: AccountRow) => one.enabled && one.roleId === administratorRole;
  if (!isAdministrator(row) || (next !== null && isAdministrator(next))) return;
  if ([...rows].some((other) => other.id !== row.id && isAdministrator(other))) return;
  throw new AccountError(
    'last-administrator',
    property,
    `${row.userName} is the last enabled administrator; make another one first`,
  );
}

/** An id for a new account: its name, with a number where a renamed account has that id. */
export function freeId(userName: string, taken: ReadonlyMap<string, AccountRow>): string {
  let id = userName;
  for (let n = 2; taken.has(id); n++) id = `${userName}-${n}`;
  return id;
}
