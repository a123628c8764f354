/** SessionService, Session and its collection. */
import { type SessionPolicy, sessionTimeoutRange } from '../../../accounts/session.ts';
import { message } from '../../../messages/messages.ts';
import { collection, resource } from '../../app.ts';
import type { SessionBody, SessionServiceBody } from '../../generated/types.ts';
import { loginRefused, refusing } from '../../mapping/account-errors.ts';
import { enabled, link } from '../../mapping/common.ts';
import { accountUri, root, sessionUri } from '../../uris.ts';

export const sessionService = resource({
  uri: '/redfish/v1/SessionService',
  schema: 'SessionService',
  find: (app) => app,
  body: ({ sessions: { policy } }): SessionServiceBody => ({
    Name: 'Sessions',
    ServiceEnabled: true,
    SessionTimeout: policy.idleTimeout,
    AbsoluteSessionTimeout: policy.absoluteTimeout ?? sessionTimeoutRange.max,
    AbsoluteSessionTimeoutEnabled: policy.absoluteTimeout !== null,
    Sessions: link(`${root}SessionService/Sessions`),
    Status: enabled,
  }),
  writes: [
    {
      properties: ['SessionTimeout', 'AbsoluteSessionTimeout', 'AbsoluteSessionTimeoutEnabled'],
      apply: ({ sessions }, changes) => {
        const before = sessions.policy;
        const patch: { -readonly [K in keyof SessionPolicy]?: SessionPolicy[K] } = {};
        const idle = changes.get('SessionTimeout');
        const absolute = changes.get('AbsoluteSessionTimeout');
        const enable = changes.get('AbsoluteSessionTimeoutEnabled');
        if (typeof idle === 'number') patch.idleTimeout = idle;
        // The time alone says nothing about whether it is in force.
        if (enable === false) patch.absoluteTimeout = null;
        else if (enable === true || before.absoluteTimeout !== null) {
          patch.absoluteTimeout =
            typeof absolute === 'number' ? absolute : (before.absoluteTimeout ?? sessionTimeoutRange.max);
        }
        refusing(() => sessions.setPolicy(patch));
        return () => {
          sessions.setPolicy(before);
        };
      },
    },
  ],
});

export const session = resource({
  uri: '/redfish/v1/SessionService/Sessions/{SessionId}',
  schema: 'Session',
  shows: 'time',
  ids: (app) => app.sessions.list().map(({ id }) => id),
  find: (app, { SessionId }) => app.sessions.get(SessionId),
  owner: ({ accountId }) => accountId,
  body: (model, { app }): SessionBody => ({
    Name: `Session of ${model.userName}`,
    UserName: model.userName,
    Password: null,
    SessionType: 'Redfish',
    ClientOriginIPAddress: model.clientAddress,
    Context: model.context,
    CreatedTime: model.createdAt.toISOString(),
    ExpirationTime: app.sessions.expiry(model)?.toISOString(),
  }),
  remove: (model, { app }) => {
    app.sessions.delete(model.id);
  },
  // OpenBMC answers a logout so, and its clients accept nothing else.
  removed: () => message('Base.Success', []),
});

export const sessions = collection({
  uri: '/redfish/v1/SessionService/Sessions',
  schema: 'SessionCollection',
  name: 'Sessions',
  members: session,
  create: {
    open: true,
    required: ['UserName', 'Password'],
    optional: ['Context'],
    run: async (body, { app, address }) => {
      const login = await app.logins.begin(body.UserName, body.Password, address);
      if (!login.ok) throw loginRefused(login);
      const { account } = login;
      const client = { clientAddress: address, context: body.Context ?? null };
      const made = refusing(() => app.sessions.create(account, client));
      return {
        uri: sessionUri(made.session.id),
        headers: { 'X-Auth-Token': made.token },
        ...(account.passwordChangeRequired
          ? { messages: [message('Base.PasswordChangeRequired', [accountUri(account.id)])] }
          : {}),
      };
    },
  },
});
