/** ManagerAccount and its collection. */
import type { AccountPatch } from '../../../accounts/accounts.ts';
import { collection, resource } from '../../app.ts';
import type { ManagerAccountBody } from '../../generated/types.ts';
import { refusing } from '../../mapping/account-errors.ts';
import { link } from '../../mapping/common.ts';
import { accountUri, roleUri } from '../../uris.ts';

export const account = resource({
  uri: '/redfish/v1/AccountService/Accounts/{ManagerAccountId}',
  schema: 'ManagerAccount',
  shows: 'time',
  ids: (app) => app.accounts.list().map(({ id }) => id),
  find: (app, { ManagerAccountId }) => app.accounts.get(ManagerAccountId),
  owner: ({ id }) => id,
  // The password is never shown, and yet its change is a change.
  revision: ({ revision }) => revision,
  body: (model): ManagerAccountBody => ({
    Name: `Account of ${model.userName}`,
    UserName: model.userName,
    Password: null,
    PasswordChangeRequired: model.passwordChangeRequired,
    PasswordExpiration: model.passwordExpiration?.toISOString() ?? null,
    RoleId: model.roleId,
    Enabled: model.enabled,
    Locked: model.locked,
    AccountTypes: model.accountTypes,
    StrictAccountTypes: false,
    Links: { Role: link(roleUri(model.roleId)) },
  }),
  writes: [
    {
      properties: [
        'UserName',
        'Password',
        'RoleId',
        'Enabled',
        'Locked',
        'PasswordChangeRequired',
        'PasswordExpiration',
      ],
      // One write: the account changes whole or not at all, so there is nothing to take back.
      apply: async (model, changes, { app, principal }) => {
        const patch = patchOf(changes);
        const options = principal?.session == null ? {} : { keepSession: principal.session };
        await refusing(() => app.accounts.update(model.id, patch, options));
        return undefined;
      },
    },
  ],
  remove: (model, { app }) => refusing(() => app.accounts.delete(model.id)),
});

export const accounts = collection({
  uri: '/redfish/v1/AccountService/Accounts',
  schema: 'ManagerAccountCollection',
  name: 'Accounts',
  members: account,
  create: {
    required: ['UserName', 'Password', 'RoleId'],
    optional: ['Enabled', 'PasswordChangeRequired', 'PasswordExpiration', 'AccountTypes'],
    run: async (body, { app }) => {
      const { UserName: userName, Password: password, RoleId: roleId } = body;
      const made = await refusing(() =>
        app.accounts.create({ ...patchOf(new Map(Object.entries(body))), userName, password, roleId }),
      );
      return { uri: accountUri(made.id) };
    },
  },
});

/** The properties of a request as the store names them. */
function patchOf(changes: Iterable<readonly [string, unknown]>): AccountPatch {
  const patch: { -readonly [K in keyof AccountPatch]: AccountPatch[K] } = {};
  for (const [property, value] of changes) {
    if (property === 'UserName') patch.userName = String(value);
    else if (property === 'Password') patch.password = String(value);
    else if (property === 'RoleId') patch.roleId = String(value);
    else if (property === 'Enabled') patch.enabled = value === true;
    else if (property === 'Locked') patch.locked = value === true;
    else if (property === 'PasswordChangeRequired') patch.passwordChangeRequired = value === true;
    else if (property === 'PasswordExpiration')
      patch.passwordExpiration = value === null ? null : new Date(String(value));
  }
  return patch;
}
