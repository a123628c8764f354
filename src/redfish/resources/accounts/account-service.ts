/** AccountService: the policies of accounts, passwords and lockout. */
import type { AccountPolicy } from '../../../accounts/account-policy.ts';
import { type App, resource } from '../../app.ts';
import type { AccountServiceBody, Writables } from '../../generated/types.ts';
import { refusing } from '../../mapping/account-errors.ts';
import { enabled, link } from '../../mapping/common.ts';
import type { Write } from '../../service/declare.ts';
import { root } from '../../uris.ts';
import { clientCertificateLogin, clientCertificateWrite } from './client-certificate-login.ts';

/** Properties of the policy, in the order of their checks. */
const policyProperties = [
  ['MinPasswordLength', 'minPasswordLength'],
  ['MaxPasswordLength', 'maxPasswordLength'],
  ['AccountLockoutThreshold', 'lockoutThreshold'],
  ['AccountLockoutDuration', 'lockoutDuration'],
  ['AccountLockoutCounterResetAfter', 'lockoutCounterResetAfter'],
  ['PasswordExpirationDays', 'passwordExpirationDays'],
  ['EnforcePasswordHistoryCount', 'passwordHistory'],
] as const satisfies readonly (readonly [keyof Writables['AccountService'], keyof AccountPolicy])[];

export const accountService = resource({
  uri: '/redfish/v1/AccountService',
  schema: 'AccountService',
  find: (app) => app,
  body: ({ logins, accounts: { policy } }, { app }): AccountServiceBody => ({
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
        logins.setBasic(changes.get('HTTPBasicAuth') ?? before);
        return () => logins.setBasic(before);
      },
    },
    policyWrite(),
    clientCertificateWrite,
  ],
});

/** One write for the whole policy: its values depend on each other. */
function policyWrite(): Write<App, App, 'AccountService'> {
  return {
    properties: policyProperties.map(([property]) => property),
    apply: ({ accounts }, changes) => {
      const before = accounts.policy;
      const patch = Object.fromEntries(
        policyProperties.flatMap(([property, name]) => {
          const value = changes.get(property);
          return value === undefined ? [] : [[name, value]];
        }),
      );
      refusing(() => accounts.setPolicy(patch));
      return () => {
        accounts.setPolicy(before);
      };
    },
  };
}
