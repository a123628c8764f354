/** The first administrator of an installation. */
import { administrator } from './account-checks.ts';
import type { Accounts } from './accounts.ts';
import { generatePassword } from './password.ts';

export interface FirstAdministrator {
  readonly userName: string;
  /** Generated where none is given. */
  readonly password?: string | undefined;
  /** Whether the password must be changed at the first login. */
  readonly mustChange: boolean;
}

/**
 * Creates the first administrator while there is no account.
 *
 * @returns the password that was generated; null when one was given, or when there are accounts
 * @throws AccountError when the given name or password breaks a rule; StoreError
 */
export async function bootstrapAdministrator(
  accounts: Accounts,
  { userName, password, mustChange }: FirstAdministrator,
): Promise<string | null> {
  if (accounts.list().length > 0) return null;
  const chosen = password ?? generatePassword();
  await accounts.create({
    userName,
    password: chosen,
    roleId: administrator,
    passwordChangeRequired: mustChange,
  });
  return password === undefined ? chosen : null;
}
