/** The HTTPS listener: how long a client may take, and how listening ends. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import type Koa from 'koa';
import type { Admission } from './admission.ts';
import { handshakeCost } from './handshake.ts';
import { refuseBadRequests } from './refusals.ts';
import { Sockets } from './sockets.ts';
import { serveUpgrades } from './upgrade.ts';

export interface Listener {
  /** The address in use: with port 0 the system chooses the port. */
  readonly address: AddressInfo;
  /** Whether it accepts connections. */
  readonly listening: boolean;
  /** Connections that are open, in whatever state. */
  readonly connections: number;
  /** Uses these certificates and rules for connections from now on; those that are open go on as they began. */
  secure(options: TlsOptions): void;
  /** Ends connections as they become idle, and all after `grace` milliseconds; a later call can make it sooner. */
  close(grace: number): Promise<void>;
}

const costOf = ({ key }: TlsOptions): number => (typeof key === 'string' ? handshakeCost(key) : 0);

/** Milliseconds and bytes that a client may take. */
const defaultTimes = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 75_000,
  maxHeaderSize: 16 * 1024,
  handshakeTimeout: 10_000,
  /** How often the first two are checked. */
  connectionsCheckingInterval: 1_000,
};

const sweepPeriod = 100;

export interface ListenOptions {
  readonly tls: TlsOptions;
  readonly host: string;
  /** 0 lets the system choose one. */
  readonly port: number;
  readonly admission: Admission;
  /** Offers HTTP/2 too; each of its requests costs Node two to four times what one of HTTP/1.1 does. */
  readonly http2?: boolean | undefined;
  readonly times?: Partial<typeof defaultTimes>;
}

/** Requests that one HTTP/1.1 connection may send ahead of their answers. */
const maxPipelined = 64;
const pipelined = new WeakMap<Socket, number>();

/**
 * Whether a request may be answered. One chunk may hold a thousand pipelined requests: a connection with too many of them is
 * ended, and those behind one that has ended it cost nothing. HTTP/2 bounds its streams itself.
 */
function mayFollow({ socket, httpVersionMajor }: IncomingMessage, response: ServerResponse): boolean {
  if (httpVersionMajor > 1) return true;
  if (socket.destroyed) return false;
  const count = pipelined.get(socket) ?? 0;
  if (count >= maxPipelined) {
    socket.destroy();
    return false;
  }
  pipelined.set(socket, count + 1);
  response.once('close', () => pipelined.set(socket, (pipelined.get(socket) ?? 1) - 1));
  return true;
}

/**
 * @throws Error with `code` EADDRINUSE, EACCES, EADDRNOTAVAIL when the address cannot be had.
 */
export async function listen(
  app: Koa,
  { tls, host, port, admission, http2 = false, times: given = {} }: ListenOptions,
): Promise<Listener> {
  const times = { ...defaultTimes, ...given };
  const { maxHeaderSize, handshakeTimeout, connectionsCheckingInterval } = times;
  const respond = app.callback();
  const handler = (request: IncomingMessage, response: ServerResponse): void => {
    if (mayFollow(request, response)) void respond(request, response);
  };
  const second = http2 ? await import('./http2.ts') : undefined;
  const offered = second === undefined ? {} : { ALPNProtocols: second.protocols };
  const server: Server = createServer(
    {
      ...tls,
      ...offered,
      maxHeaderSize,
      handshakeTimeout,
      connectionsCheckingInterval,
      requireHostHeader: false,
      noDelay: true,
    },
    handler,
  );
  const sockets = new Sockets(server);
  // 100 Continue is sent by the reader of bodies, once the request has passed all other checks.
  server.on('checkContinue', handler);
  serveUpgrades(server, handler);
  const sessions = second?.serveHttp2(server, sockets, handler);
  server.headersTimeout = times.headersTimeout;
  server.requestTimeout = times.requestTimeout;
  server.keepAliveTimeout = times.keepAliveTimeout;
  let price = costOf(tls);
  admission.guard(server, () => price);
  refuseBadRequests(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const closed = new Promise<void>((resolve) => server.once('close', resolve));
  return {
    address: server.address() as AddressInfo,
    get listening() {
      return server.listening;
    },
    get connections() {
      return sockets.count;
    },
    secure: (options) => {
      server.setSecureContext(options);
      price = costOf(options);
      // Whether clients are asked for a certificate is no part of the context, but is read at each new connection.
      const { requestCert, rejectUnauthorized } = options;
      Object.assign(server, { requestCert, rejectUnauthorized });
    },
    close: async (grace) => {
      const force = setTimeout(() => {
        sessions?.destroy();
        sockets.destroy();
      }, grace);
      // A connection that is kept alive does not end by itself once its last answer is out.
      const sweep = setInterval(() => server.closeIdleConnections(), sweepPeriod);
      server.close();
      sessions?.close();
      await closed;
      clearTimeout(force);
      clearInterval(sweep);
    },
  };
}
