/**
 * Identifies the sender of a request: by its session token, else by Basic authentication (DSP0266 clause 13.3), else by
 * the client certificate of its connection.
 */
import type { TLSSocket } from 'node:tls';
import type { Context } from 'koa';
import type { Account, Accounts } from '../../accounts/accounts.ts';
import type { Login } from '../../accounts/logins.ts';
import type { Roles } from '../../accounts/roles.ts';
import type { Sessions } from '../../accounts/sessions.ts';
import { message, RedfishError } from '../../messages/messages.ts';
import { loginRefused } from '../../redfish/mapping/account-errors.ts';
import type { Principal } from '../../redfish/service/principal.ts';
import { addressOf } from '../client.ts';

export interface Credentials {
  readonly accounts: Accounts;
  readonly roles: Roles;
  readonly sessions: Sessions;
  /** Checks a user name and password that came with a request. */
  readonly verify: (userName: string, password: string, address: string) => Login | Promise<Login>;
  /** URI of an account. */
  readonly accountUri: (id: string) => string;
  /** The user name in the certificate that a client has proved to hold; undefined when there is none. */
  readonly certified: (socket: TLSSocket) => string | undefined;
  /** Called once for each connection whose certificate names no enabled account. */
  readonly failed: (userName: string, address: string) => void;
}

/**
 * The sender of a request: null without credentials. Wrong credentials throw a RedfishError 401, unless `lenient`: then
 * they count as none.
 */
export type Authenticate = (ctx: Context, lenient: boolean) => Principal | null | Promise<Principal | null>;

type PrincipalOf = (ctx: Context, account: Account, session: string | null) => Principal;

/** The principal of an account, kept until the account or its role changes. */
function principals(credentials: Credentials): PrincipalOf {
  // Most requests come from a few accounts: the privileges of a role are computed once for each of its revisions.
  const known = new Map<
    string,
    { readonly account: Account; readonly revision: number; readonly principal: Principal }
  >();

  return (ctx, account, session) => {
    const role = credentials.roles.get(account.roleId);
    const certified = credentials.certified(ctx.req.socket as TLSSocket) !== undefined;
    const key = `${account.id} ${session ?? ''} ${certified}`;
    const before = known.get(key);
    if (
      before !== undefined &&
      before.account.revision === account.revision &&
      before.account.passwordChangeRequired === account.passwordChangeRequired &&
      before.revision === role?.revision
    ) {
      return before.principal;
    }
    const principal: Principal = {
      account: account.id,
      accountUri: credentials.accountUri(account.id),
      userName: account.userName,
      role: account.roleId,
      privileges: new Set(role?.privileges ?? []),
      privilegesOverOthers: new Set(role?.privileges.filter((each) => each !== 'ConfigureSelf') ?? []),
      session,
      certified,
      passwordChangeRequired: account.passwordChangeRequired,
    };
    if (known.size > 1024) known.clear();
    known.set(key, { account, revision: role?.revision ?? 0, principal });
    return principal;
  };
}

/** Returns the principal of a valid token, certificate or cached password at once, and a promise for any other. */
export function authenticator(credentials: Credentials): Authenticate {
  const principalOf = principals(credentials);

  const byToken = (ctx: Context, token: string): Principal | null => {
    const session = credentials.sessions.find(token);
    const account = session && credentials.accounts.get(session.accountId);
    return session && account?.enabled ? principalOf(ctx, account, session.id) : null;
  };

  const byPassword = (
    ctx: Context,
    field: string,
    lenient: boolean,
  ): Principal | null | Promise<Principal | null> => {
    const pair = basicPair(field);
    // An open resource needs no check, and must not cost a password hash.
    if (pair === undefined || lenient) return refuse(lenient);
    const decide = (login: Login): Principal => {
      if (login.ok) return principalOf(ctx, login.account, null);
      throw loginRefused(login);
    };
    const login = credentials.verify(pair.userName, pair.password, addressOf(ctx));
    return login instanceof Promise ? login.then(decide) : decide(login);
  };

  const refused = new WeakSet<object>();
  const byCertificate = (ctx: Context, lenient: boolean): Principal | null => {
    const socket = ctx.req.socket as TLSSocket;
    const userName = credentials.certified(socket);
    if (userName === undefined) return null;
    const account = credentials.accounts.findByName(userName);
    if (account?.enabled) return principalOf(ctx, account, null);
    if (!lenient && !refused.has(socket)) {
      refused.add(socket);
      credentials.failed(userName, addressOf(ctx));
    }
    return refuse(lenient);
  };

  return (ctx, lenient) => {
    const token = ctx.headers['x-auth-token'];
    if (typeof token === 'string') return byToken(ctx, token) ?? refuse(lenient);
    const field = ctx.headers.authorization;
    return field === undefined ? byCertificate(ctx, lenient) : byPassword(ctx, field, lenient);
  };
}

function refuse(lenient: boolean): null {
  if (lenient) return null;
  throw new RedfishError([message('Base.NoValidSession', [])], 401);
}

/** User name and password of a Basic field (RFC 7617); undefined when it is none. */
export function basicPair(
  field: string,
): { readonly userName: string; readonly password: string } | undefined {
  const match = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(field);
  if (match?.[1] === undefined) return undefined;
  const text = Buffer.from(match[1], 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { userName: text.slice(0, colon), password: text.slice(colon + 1) };
}
