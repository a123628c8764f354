/** Endpoints beside the tree of resources. What all of them have in common is decided here, once, in one order. */
import type { Context } from 'koa';
import { message, RedfishError } from '../messages/messages.ts';
import type { Principal } from '../redfish/service/principal.ts';
import { requireAcceptable, requireProtocol } from './conditions.ts';
import type { Meter } from './meter.ts';
import type { Authenticate } from './middleware/authenticate.ts';
import { send } from './reply.ts';

type Privilege = 'Login' | 'ConfigureComponents' | 'ConfigureManager';
type Params = Readonly<Record<string, string>>;

/** What an endpoint needs of the application. */
export interface Services {
  readonly authenticate: Authenticate;
  readonly meter: Meter;
}

export interface Exchange<T> {
  /** The sender; without privileges where the endpoint is open. */
  readonly principal: Principal;
  readonly target: T;
  readonly meter: Meter;
  /** The methods, as an `Allow` field. */
  readonly allow: string;
}

export interface Endpoint<T> {
  /** A path of the router; a slash at the end makes no difference. */
  readonly path: string;
  /** Methods besides OPTIONS, which every endpoint has. */
  readonly methods: readonly ('GET' | 'HEAD')[];
  /** null: open to everybody. */
  readonly privilege: Privilege | null;
  /** Media type of the answer, where it is one for all clients. */
  readonly accept?: string;
  /** What the path denotes now; undefined answers 404. */
  readonly find: (params: Params) => T | undefined;
  readonly handle: (ctx: Context, exchange: Exchange<T>) => void | Promise<void>;
}

/** An endpoint as the application mounts it. */
export interface Route {
  readonly path: string;
  readonly serve: (ctx: Context, params: Params, services: Services) => Promise<void>;
}

/** The principal of open endpoints. */
const nobody: Principal = {
  account: '',
  accountUri: '',
  userName: '',
  role: '',
  privileges: new Set(),
  privilegesOverOthers: new Set(),
  session: null,
  certified: false,
  passwordChangeRequired: false,
};

/** Checks login, privilege, expired password, protocol version, existence, method and media type, in this order. */
export function endpoint<T>(definition: Endpoint<T>): Route {
  const { path, methods, privilege, accept, find, handle } = definition;
  const allow = [...methods, 'OPTIONS'].join(', ');
  const offered: ReadonlySet<string> = new Set(methods);
  return {
    path,
    async serve(ctx, params, { authenticate, meter }) {
      const principal =
        privilege === null ? nobody : requirePrivilege(await authenticate(ctx, false), privilege);
      meter.enter(ctx);
      if (privilege !== null) ctx.state.principal = principal;
      requireProtocol(ctx);
      const target = find(params);
      if (target === undefined)
        throw new RedfishError([message('Base.ResourceMissingAtURI', [ctx.path])], 404);
      const { method = '' } = ctx.req;
      if (method === 'OPTIONS') return send(ctx, { status: 204, headers: { Allow: allow }, body: null });
      if (!offered.has(method))
        throw new RedfishError([message('Base.OperationNotAllowed', [])], 405, { Allow: allow });
      if (accept !== undefined) requireAcceptable(ctx, accept);
      return handle(ctx, { principal, target, meter, allow });
    },
  };
}

/** @throws RedfishError 401, 403 */
export function requirePrivilege(principal: Principal | null, privilege: Privilege): Principal {
  if (principal === null) throw new RedfishError([message('Base.NoValidSession', [])], 401);
  if (principal.passwordChangeRequired)
    throw new RedfishError([message('Base.PasswordChangeRequired', [principal.accountUri])], 403);
  if (!principal.privileges.has(privilege))
    throw new RedfishError([message('Base.InsufficientPrivilege', [])], 403);
  return principal;
}
