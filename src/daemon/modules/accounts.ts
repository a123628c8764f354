/** Accounts, sessions and certificates: who may use the service. */
import { hostname } from 'node:os';
import { Accounts } from '../../accounts/accounts.ts';
import { bootstrapAdministrator } from '../../accounts/bootstrap.ts';
import { KnownNetworks } from '../../accounts/known-networks.ts';
import { Logins } from '../../accounts/logins.ts';
import { Roles } from '../../accounts/roles.ts';
import { Sessions } from '../../accounts/sessions.ts';
import { defaultLimits } from '../../http/limits.ts';
import { Admission } from '../../http/listener/admission.ts';
import { Meter } from '../../http/meter.ts';
import { Certificates } from '../../tls/certificates.ts';
import type { ModuleContext } from '../options.ts';
import type { Storage } from './store.ts';

export interface Access {
  readonly roles: Roles;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly logins: Logins;
  /** What each network has spent, and the connections that it holds. */
  readonly meter: Meter;
  readonly admission: Admission;
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
  const limits = { ...defaultLimits, ...options.limits };
  const perAccount = limits.sessionsPerAccount || Number.POSITIVE_INFINITY;
  const sessions = new Sessions(store, settings, accounts, { perAccount });
  lifecycle.addStarted('sessions', () => sessions.close());
  sessions.onChange(recording.session);
  const known = new KnownNetworks(settings);
  const ownerOf = (host: string) => known.ownerOf(host);
  const meter = new Meter(limits, ownerOf);
  const admission = new Admission({ limits, ownerOf, meter });
  const logins = new Logins(accounts, settings, {
    known,
    report: recording.login,
    charge: (network, milliseconds) => meter.hashing(network, milliseconds),
  });
  const generatedPassword = await bootstrapAdministrator(accounts, {
    ...administrator,
    mustChange: site.passwordMustChange && administrator.password === undefined,
  });
  const certificates = await Certificates.open(settings, [hostname(), 'localhost', '127.0.0.1', '::1']);
  return { roles, accounts, sessions, logins, meter, admission, certificates, generatedPassword };
}
