/** Accounts, sessions and certificates: who may use the service. */
import { hostname } from 'node:os';
import { Accounts } from '../../accounts/accounts.ts';
import { Logins } from '../../accounts/logins.ts';
import { Roles } from '../../accounts/roles.ts';
import { Sessions } from '../../accounts/sessions.ts';
import { Certificates } from '../../tls/certificates.ts';
import type { ModuleContext } from '../options.ts';
import type { Storage } from './store.ts';

export interface Access {
  readonly roles: Roles;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly logins: Logins;
  readonly certificates: Certificates;
  /** The administrator's password, when this start generated it; null otherwise. */
  readonly generatedPassword: string | null;
}

/** @throws AccountError when the first administrator's name or password cannot be used */
export async function accountsModule(
  { options, lifecycle }: ModuleContext,
  { store, settings, recording }: Storage,
): Promise<Access> {
  const { administrator, site } = options;
  const roles = new Roles(store);
  const accounts = new Accounts(store, settings, roles);
  const sessions = new Sessions(store, settings, accounts);
  lifecycle.addStarted('sessions', () => sessions.close());
  sessions.onChange(recording.session);
  const logins = new Logins(accounts, settings, recording.login);
  const generatedPassword = await accounts.bootstrapAdministrator({
    ...administrator,
    mustChange: site.passwordMustChange && administrator.password === undefined,
  });
  const certificates = await Certificates.open(settings, [hostname(), 'localhost', '127.0.0.1', '::1']);
  return { roles, accounts, sessions, logins, certificates, generatedPassword };
}
