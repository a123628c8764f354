/**
 * Serial consoles of hosts over WebSocket (RFC 6455): bytes in binary messages in both directions, as on a terminal.
 * Credentials, limits and refusals are those of every other request.
 */
import type { Context } from 'koa';
import type { RawData, WebSocket, WebSocketServer } from 'ws';
import type { Console, ConsoleAttachment, ConsoleClient, ConsoleEnd } from '../../board/model/console.ts';
import { message, RedfishError } from '../../messages/messages.ts';
import { addressOf } from '../client.ts';
import { type Exchange, endpoint, type Route } from '../endpoint.ts';
import type { Grants } from '../grants.ts';
import { takeUpgrade, wantsWebSocket } from '../listener/upgrade.ts';

export interface ConsoleOptions {
  /** The console of a host; undefined where it has none. */
  readonly find: (host: string) => Console | undefined;
  readonly grants: Grants;
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

interface Target {
  readonly host: string;
  readonly console: Console;
}

/** What a host prints may hold secrets, and what is typed changes the host: reading takes as much as typing. */
const privilege = 'ConfigureComponents';
/** Milliseconds between pings; a client that has not answered the last one is gone. */
const period = 15_000;
/** Milliseconds in which clients may answer to the closing handshake at the end. */
const farewell = 200;
/** Bytes that may wait for a client that reads slowly. */
const backlog = 1024 * 1024;
const maxMessage = 64 * 1024;
/** RFC 6455 clause 7.4.1. */
const codes = { goingAway: 1001, refused: 1008, failed: 1011, later: 1013 } as const;

export class Consoles {
  readonly route: Route = endpoint<Target>({
    path: '/console/:host',
    methods: ['GET'],
    privilege,
    find: ({ host = '' }) => {
      const console = this.#options.find(host);
      return console && { host, console };
    },
    handle: (ctx, exchange) => this.#open(ctx, exchange),
  });
  readonly #options: ConsoleOptions;
  readonly #websockets = new Set<WebSocket>();
  readonly #interactive = new WeakMap<object, boolean>();
  #server: Promise<WebSocketServer> | undefined;

  constructor(options: ConsoleOptions) {
    this.#options = options;
  }

  /** Ends all consoles; clients that do not answer to that are not waited for. */
  close(): void {
    for (const websocket of this.#websockets) websocket.close(codes.goingAway, 'the daemon ends');
    setTimeout(() => {
      for (const websocket of this.#websockets) websocket.terminate();
    }, farewell).unref();
  }

  async #open(ctx: Context, { principal, target: { host, console } }: Exchange<Target>): Promise<void> {
    requireOrigin(ctx, this.#options.origins);
    const wish = wishOf(ctx.query);
    if (!wantsWebSocket(ctx.req)) {
      const headers = { Upgrade: 'websocket', Connection: 'Upgrade' };
      throw new RedfishError([message('Base.HeaderMissing', ['Upgrade'])], 426, headers);
    }
    this.#server ??= this.#load();
    const server = await this.#server;
    const address = addressOf(ctx);
    const client = new Client(`${principal.userName} from ${address}`);
    const attachment = console.attach(client, wish);
    const upgrade = takeUpgrade(ctx.req);
    ctx.respond = false;
    // For the log of requests.
    ctx.res.statusCode = 101;
    if (upgrade === undefined) return attachment.detach();
    const { socket, head } = upgrade;
    const facts = { host, types: attachment.writes, userName: principal.userName, address };
    // Also when the handshake fails.
    socket.once('close', () => attachment.detach());
    this.#interactive.set(ctx.req, attachment.writes);
    server.handleUpgrade(ctx.req, socket, head, (websocket) => {
      this.#websockets.add(websocket);
      const release = this.#options.grants.hold(ctx, privilege, () =>
        websocket.close(codes.refused, 'the login has ended, or does not allow this any more'),
      );
      this.#options.audit({ kind: 'opened', ...facts });
      websocket.once('close', (code, reason) => {
        release();
        this.#websockets.delete(websocket);
        this.#options.audit({ kind: 'closed', ...facts, reason: reason.toString() || `status ${code}` });
      });
      ping(websocket);
      receive(websocket, attachment);
      client.begin(websocket);
    });
  }

  /** The package is loaded when a first console opens. */
  async #load(): Promise<WebSocketServer> {
    const { WebSocketServer } = await import('ws');
    const server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: maxMessage,
    });
    server.on('headers', (headers, request) => {
      headers.push(`Console-Mode: ${this.#interactive.get(request) === true ? 'interactive' : 'read-only'}`);
    });
    return server;
  }
}

/** Ends a console whose client no longer answers. */
function ping(websocket: WebSocket): void {
  let answered = true;
  websocket.on('pong', () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) {
      websocket.terminate();
      return;
    }
    answered = false;
    websocket.ping();
  }, period);
  timer.unref();
  websocket.once('close', () => clearInterval(timer));
}

/** One client of a console; its first output may come before its WebSocket is ready. */
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
    // What waits for a slow client costs memory that others need.
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

/** Forwards what a client types, no faster than the line takes it. */
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

/** A page of another origin would come with the credentials that a browser remembers. @throws RedfishError 403 */
function requireOrigin(ctx: Context, allowed: readonly string[]): void {
  const { origin, host } = ctx.req.headers;
  if (origin === undefined || origin === `https://${host}` || allowed.includes(origin)) return;
  throw new RedfishError([message('Base.AccessForbidden', [])], 403);
}

/** `?mode=read` only reads, `?takeover=true` takes the keyboard from another client. @throws RedfishError 400 */
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
