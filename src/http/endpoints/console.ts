/**
 * Serial consoles of hosts over WebSocket (RFC 6455): bytes in binary messages, both ways, as on a terminal. Credentials,
 * limits and refusals are those of every other request.
 */
import type { Context, Next } from 'koa';
import type { RawData, WebSocket, WebSocketServer } from 'ws';
import type { Console, ConsoleAttachment, ConsoleClient, ConsoleEnd } from '../../board/model.ts';
import { message, RedfishError } from '../../messages/messages.ts';
import type { Principal } from '../../redfish/service/principal.ts';
import { addressOf } from '../address.ts';
import { takeUpgrade, wantsWebSocket } from '../listener/upgrade.ts';

export interface ConsoleOptions {
  /** The console of a host; undefined where it has none. */
  readonly find: (host: string) => Console | undefined;
  readonly authenticate: (ctx: Context, lenient: boolean) => Principal | null | Promise<Principal | null>;
  /** Origins of web pages, besides the service's own, that may open a console. */
  readonly origins: readonly string[];
  readonly audit: (event: ConsoleEvent) => void;
}

export interface ConsoleEvent {
  readonly kind: 'opened' | 'closed';
  readonly host: string;
  readonly types: boolean;
  readonly userName: string;
  readonly address: string;
  /** Why it was closed. */
  readonly reason?: string;
}

const path = /^\/console\/([^/]+)$/;
/** What a host writes may hold secrets, and what is typed changes it: reading it takes as much as typing. */
const privilege = 'ConfigureComponents';
/** Milliseconds between looks at whether a client is still there and still allowed. */
const period = 15_000;
/** Bytes that wait for a client before it is let go. */
const backlog = 1024 * 1024;
const maxMessage = 64 * 1024;
/** RFC 6455 clause 7.4.1. */
const codes = { goingAway: 1001, refused: 1008, failed: 1011, later: 1013 } as const;

export interface Consoles {
  readonly middleware: (ctx: Context, next: Next) => Promise<void>;
  /** Looks at once whether those who have a console open still may; after a change of sessions, accounts or roles. */
  recheck(): void;
  /** Lets go of all clients. */
  close(): void;
}

export function consoles(options: ConsoleOptions): Consoles {
  /** And what checks each. */
  const open = new Map<WebSocket, () => Promise<void>>();
  let sockets: Promise<WebSocketServer> | undefined;
  const load = async (): Promise<WebSocketServer> => {
    const { WebSocketServer } = await import('ws');
    const server = new WebSocketServer({
      ...{ noServer: true, clientTracking: false, perMessageDeflate: false, maxPayload: maxMessage },
    });
    server.on('headers', (headers, request) => {
      headers.push(`Console-Mode: ${modes.get(request) === true ? 'interactive' : 'read-only'}`);
    });
    return server;
  };
  const modes = new WeakMap<object, boolean>();

  const middleware = async (ctx: Context, next: Next): Promise<void> => {
    const host = path.exec(ctx.path)?.[1];
    if (host === undefined) return next();
    demandOrigin(ctx, options.origins);
    const principal = await options.authenticate(ctx, false);
    ctx.state.principal = principal;
    const who = demandPrivilege(principal);
    const console = options.find(host);
    if (console === undefined)
      throw new RedfishError([message('Base.ResourceMissingAtURI', [ctx.path])], 404);
    if (ctx.method !== 'GET')
      throw new RedfishError([message('Base.OperationNotAllowed', [])], 405, { Allow: 'GET' });
    const wish = wishOf(ctx.query);
    if (!wantsWebSocket(ctx.req)) {
      throw new RedfishError([message('Base.HeaderMissing', ['Upgrade'])], 426, {
        ...{ Upgrade: 'websocket', Connection: 'Upgrade' },
      });
    }
    sockets ??= load();
    const server = await sockets;
    const address = addressOf(ctx);
    const client = new Client(`${who.userName} from ${address}`);
    const attachment = console.attach(client, wish);
    const upgrade = takeUpgrade(ctx.req);
    ctx.respond = false;
    // For the log of requests.
    ctx.res.statusCode = 101;
    if (upgrade === undefined) return attachment.detach();
    const { socket, head } = upgrade;
    const facts = { host, types: attachment.writes, userName: who.userName, address };
    // Also when the handshake fails.
    socket.once('close', () => attachment.detach());
    modes.set(ctx.req, attachment.writes);
    server.handleUpgrade(ctx.req, socket, head, (websocket) => {
      open.set(websocket, () => check(ctx, websocket));
      options.audit({ kind: 'opened', ...facts });
      websocket.once('close', (code, reason) => {
        open.delete(websocket);
        options.audit({ kind: 'closed', ...facts, reason: reason.toString() || `status ${code}` });
      });
      watch(websocket);
      receive(websocket, attachment);
      client.begin(websocket);
    });
  };

  /** A session that has a console open is in use; one that has ended takes the console with it. */
  async function check(ctx: Context, websocket: WebSocket): Promise<void> {
    try {
      demandPrivilege(await options.authenticate(ctx, false));
    } catch {
      websocket.close(codes.refused, 'the login has ended, or does not allow this any more');
    }
  }

  /** Ends a console whose client is gone, or may not have it any more. */
  function watch(websocket: WebSocket): void {
    let heard = true;
    websocket.on('pong', () => {
      heard = true;
    });
    const timer = setInterval(() => {
      if (!heard) {
        websocket.terminate();
        return;
      }
      heard = false;
      websocket.ping();
      void open.get(websocket)?.();
    }, period);
    timer.unref();
    websocket.once('close', () => clearInterval(timer));
  }

  return {
    middleware,
    recheck() {
      for (const each of open.values()) void each();
    },
    close() {
      for (const websocket of open.keys()) websocket.close(codes.goingAway, 'the daemon ends');
      // Whoever does not answer to that is not waited for.
      setTimeout(() => {
        for (const websocket of open.keys()) websocket.terminate();
      }, 200).unref();
    },
  };
}

/** One client of a console, whose first output may come before its WebSocket is there. */
class Client implements ConsoleClient {
  readonly name: string;
  #websocket: WebSocket | undefined;
  #waiting: Buffer[] = [];
  #ended: ConsoleEnd | undefined;

  constructor(name: string) {
    this.name = name;
  }

  begin(websocket: WebSocket): void {
    this.#websocket = websocket;
    for (const bytes of this.#waiting) this.output(bytes);
    this.#waiting = [];
    if (this.#ended !== undefined) this.end(this.#ended);
  }

  output(bytes: Buffer): void {
    const websocket = this.#websocket;
    if (websocket === undefined) {
      this.#waiting.push(bytes);
      return;
    }
    // A client that does not keep up costs memory that others need.
    if (websocket.bufferedAmount > backlog) websocket.close(codes.later, 'you read too slowly');
    else if (websocket.readyState === websocket.OPEN) websocket.send(bytes, { binary: true });
  }

  end(why: ConsoleEnd): void {
    this.#ended = why;
    const [code, reason] = endings[why.reason](why);
    this.#websocket?.close(code, cut(reason));
  }
}

const endings: Readonly<Record<ConsoleEnd['reason'], (why: ConsoleEnd) => readonly [number, string]>> = {
  'taken-over': (why) => [codes.refused, `taken over by ${'by' in why ? why.by : 'another'}`],
  lost: (why) => [codes.failed, 'message' in why ? why.message : 'lost'],
  closed: () => [codes.goingAway, 'the console was closed'],
};

/** A reason is 123 bytes at most (RFC 6455 clause 5.5.1). */
function cut(reason: string): string {
  const bytes = Buffer.from(reason);
  return bytes.length <= 123
    ? reason
    : bytes
        .subarray(0, 120)
        .toString('latin1')
        .replace(/[^\x20-\x7e]/g, '?');
}

/** Hands on what a client types, no faster than the line takes it. */
function receive(websocket: WebSocket, attachment: ConsoleAttachment): void {
  websocket.on('error', () => websocket.terminate());
  websocket.on('message', (data: RawData) => {
    const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer);
    if (bytes.length === 0) return;
    if (!attachment.writes) {
      websocket.close(codes.refused, 'this console only reads: ask with ?takeover=true to type');
      return;
    }
    if (attachment.write(bytes)) return;
    websocket.pause();
    void attachment.drained().then(() => websocket.resume());
  });
}

/** A page of another origin would come with the credentials that a browser remembers. */
function demandOrigin(ctx: Context, allowed: readonly string[]): void {
  const { origin, host } = ctx.req.headers;
  if (origin === undefined || origin === `https://${host}` || allowed.includes(origin)) return;
  throw new RedfishError([message('Base.AccessForbidden', [])], 403);
}

/** @throws RedfishError 401, 403 */
function demandPrivilege(principal: Principal | null): Principal {
  if (principal === null) throw new RedfishError([message('Base.NoValidSession', [])], 401);
  if (principal.passwordChangeRequired)
    throw new RedfishError([message('Base.PasswordChangeRequired', [principal.accountUri])], 403);
  if (!principal.privileges.has(privilege))
    throw new RedfishError([message('Base.InsufficientPrivilege', [])], 403);
  return principal;
}

/** `?mode=read` asks for no more than reading, `?takeover=true` to type in any case. */
function wishOf(query: Context['query']): { readonly type: boolean; readonly takeover: boolean } {
  for (const [name, value] of Object.entries(query)) {
    const known = { mode: ['read', 'interactive'], takeover: ['true', 'false'] }[name];
    if (known === undefined) throw new RedfishError([message('Base.QueryParameterUnsupported', [name])], 400);
    if (typeof value !== 'string' || !known.includes(value)) {
      const said = message('Base.QueryParameterValueFormatError', [String(value), name]);
      throw new RedfishError([said], 400);
    }
  }
  return { type: query.mode !== 'read', takeover: query.takeover === 'true' };
}
