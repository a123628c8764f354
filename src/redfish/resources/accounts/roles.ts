/** Role and its collection. */
import { collection, resource } from '../../app.ts';
import type { RoleBody } from '../../generated/types.ts';
import { refusing } from '../../mapping/account-errors.ts';
import { roleUri } from '../../uris.ts';

export const role = resource({
  uri: '/redfish/v1/AccountService/Roles/{RoleId}',
  schema: 'Role',
  ids: (app) => app.roles.list().map(({ id }) => id),
  find: (app, { RoleId }) => app.roles.get(RoleId),
  revision: ({ revision }) => revision,
  body: (model): RoleBody => ({
    Name: `Role ${model.id}`,
    RoleId: model.id,
    IsPredefined: model.predefined,
    AssignedPrivileges: model.privileges,
    OemPrivileges: [],
  }),
  writes: [
    {
      properties: ['AssignedPrivileges'],
      unless: ({ predefined }) => predefined,
      apply: (model, changes, { app }) => {
        refusing(() => app.roles.update(model.id, changes.get('AssignedPrivileges') ?? model.privileges));
        return () => {
          app.roles.update(model.id, model.privileges);
        };
      },
    },
  ],
  removable: ({ predefined }) => !predefined,
  remove: (model, { app }) => {
    refusing(() => app.roles.delete(model.id));
  },
});

export const roles = collection({
  uri: '/redfish/v1/AccountService/Roles',
  schema: 'RoleCollection',
  name: 'Roles',
  members: role,
  create: {
    required: ['RoleId', 'AssignedPrivileges'],
    optional: [],
    run: (body, { app }) => {
      const made = refusing(() => app.roles.create(body.RoleId, body.AssignedPrivileges));
      return { uri: roleUri(made.id) };
    },
  },
});
