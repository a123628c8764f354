/** The TLS listener: how long a client may take, and how the daemon stops listening. */
import type { Server as HttpServer } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import type Koa from 'koa';
import { errorBody, type Message, message } from '../redfish/registries/messages.ts';
import { type Limits, limitConnections } from './limits.ts';

export interface Listener {
  /** What it really listens on: with port 0 the system chooses. */
  readonly address: AddressInfo;
  /** Uses these certificates and rules for connections from now on; those that are open go on as they began. */
  secure(options: TlsOptions): void;
  /** Ends connections as they become idle, and all after `grace` milliseconds; a later call can make it sooner. */
  close(grace: number): Promise<void>;
}

const times = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 75_000,
  maxHeaderSize: 16 * 1024,
  handshakeTimeout: 10_000,
};

const sweepPeriod = 100;

/** @throws Error with `code` EADDRINUSE, EACCES, EADDRNOTAVAIL when the address cannot be had. */
export async function listen(
  app: Koa,
  tls: TlsOptions,
  host: string,
  port: number,
  limits: Limits,
): Promise<Listener> {
  const { maxHeaderSize, handshakeTimeout } = times;
  const server: Server = createServer(
    { ...tls, maxHeaderSize, handshakeTimeout, noDelay: true },
    app.callback(),
  );
  server.headersTimeout = times.headersTimeout;
  server.requestTimeout = times.requestTimeout;
  server.keepAliveTimeout = times.keepAliveTimeout;
  limitConnections(server, limits);
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
    secure: (options) => {
      server.setSecureContext(options);
      // Whether clients are asked for a certificate is no part of the context, but is read at each new connection.
      const { requestCert, rejectUnauthorized } = options;
      Object.assign(server, { requestCert, rejectUnauthorized });
    },
    close: async (grace) => {
      const force = setTimeout(() => server.closeAllConnections(), grace);
      // A connection that is kept alive does not end by itself once its last answer is out.
      const sweep = setInterval(() => server.closeIdleConnections(), sweepPeriod);
      server.close();
      await closed;
      clearTimeout(force);
      clearInterval(sweep);
    },
  };
}

/** Requests that Node's parser refuses never reach the application; they get a Redfish error all the same. */
function refuseBadRequests(server: HttpServer | Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    const { line, body } = badRequest(error.code ?? '');
    const text = JSON.stringify(errorBody([body]));
    socket.end(
      `HTTP/1.1 ${line}\r\nOData-Version: 4.0\r\nAllow: GET, HEAD\r\nContent-Type: application/json; charset=utf-8\r\n` +
        `Cache-Control: no-cache\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
    );
  });
}

function badRequest(code: string): { readonly line: string; readonly body: Message } {
  switch (code) {
    case 'HPE_INVALID_METHOD':
      return { line: '501 Not Implemented', body: message('Base.OperationNotAllowed', []) };
    case 'HPE_HEADER_OVERFLOW':
      return { line: '431 Request Header Fields Too Large', body: message('Base.HeaderInvalid', ['(all)']) };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { line: '408 Request Timeout', body: message('Base.OperationTimeout', []) };
    default:
      return { line: '400 Bad Request', body: message('Base.UnrecognizedRequestBody', []) };
  }
}
