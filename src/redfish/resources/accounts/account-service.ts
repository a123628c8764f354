import { type AccountPolicy, policyRules } from '../../../accounts/account-policy.ts';
import type { BasicAuth } from '../../../accounts/logins.ts';
import { type App, resource } from '../../app.ts';
import { refusing } from '../../mapping/account-errors.ts';
import { enabled, link } from '../../mapping/common.ts';
import type { Json } from '../../service/json.ts';
import type { Write } from '../../service/resource.ts';
import { root } from '../../uris.ts';
import { clientCertificateLogin, clientCertificateWrite } from './client-certificate-login.ts';

const nameOf = new Map(
  Object.entries(policyRules).map(([key, { property }]) => [property, key as keyof AccountPolicy]),
);

export const accountService = resource<App>({
  uri: '/redfish/v1/AccountService',
  schema: 'AccountService',
  find: (app) => app,
  body: ({ logins, accounts: { policy } }, { app }) => ({
    Name: 'Accounts',
    ServiceEnabled: true,
    LocalAccountAuth: 'Enabled',
    HTTPBasicAuth: logins.basic,
    SupportedAccountTypes: ['Redfish'],
    MinPasswordLength: policy.minPasswordLength,
    MaxPasswordLength: policy.maxPasswordLength,
    AccountLockoutThreshold: policy.lockoutThreshold,
    AccountLockoutDuration: policy.lockoutDuration,
    AccountLockoutCounterResetAfter: policy.lockoutCounterResetAfter,
    AccountLockoutCounterResetEnabled: true,
    PasswordExpirationDays: policy.passwordExpirationDays,
    EnforcePasswordHistoryCount: policy.passwordHistory,
    MultiFactorAuth: { ClientCertificate: clientCertificateLogin(app) },
    Accounts: link(`${root}AccountService/Accounts`),
    Roles: link(`${root}AccountService/Roles`),
    Status: enabled,
  }),
  writes: [
    {
      properties: ['HTTPBasicAuth'],
      apply: ({ logins }, changes) => {
        const before = logins.basic;
        logins.setBasic(changes.get('HTTPBasicAuth') as BasicAuth);
        return () => logins.setBasic(before);
      },
    },
    policyWrite(),
    clientCertificateWrite,
  ],
});

/** One write for the whole policy: its values depend on each other. */
function policyWrite(): Write<App, App> {
  return {
    properties: [...nameOf.keys()],
    apply: ({ accounts }, changes) => {
      const before = accounts.policy;
      const patch = Object.fromEntries(
        [...changes].map(([property, value]: [string, Json]) => [nameOf.get(property), value]),
      );
      refusing(() => accounts.setPolicy(patch));
      return () => {
        accounts.setPolicy(before);
      };
    },
  };
}
