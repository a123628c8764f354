/** The plain HTTP listener, which redirects clients to HTTPS and serves nothing. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import { errorBody, message } from '../../messages/messages.ts';
import { json } from '../reply.ts';
import type { Admission } from './admission.ts';
import { refuseBadRequests } from './refusals.ts';
import { Sockets } from './sockets.ts';

export interface Redirect {
  readonly address: AddressInfo;
  /** Connections that are open. */
  readonly connections: number;
  close(): Promise<void>;
}

/** Milliseconds of processor time that a connection with its one request costs, on a weak core. */
const price = 1;
/** Milliseconds that a client may take, and how often that is checked. */
const defaultTimes = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 1_000,
  connectionsCheckingInterval: 1_000,
};

/**
 * @param httpsPort returns the port of HTTPS now
 * @throws Error with `code` EADDRINUSE, EACCES or EADDRNOTAVAIL when the address cannot be opened
 */
export async function listenRedirect(
  host: string,
  port: number,
  httpsPort: () => number,
  admission: Admission,
  times: Partial<typeof defaultTimes> = {},
): Promise<Redirect> {
  const server = createServer({ maxHeaderSize: 8 * 1024, ...defaultTimes, ...times }, (request, response) =>
    answer(request, response, httpsPort()),
  );
  const sockets = new Sockets(server);
  admission.guard(server, () => price);
  refuseBadRequests(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    address: server.address() as AddressInfo,
    get connections() {
      return sockets.count;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        sockets.destroy();
      }),
  };
}

function answer(request: IncomingMessage, response: ServerResponse, port: number): void {
  const common = {
    'Content-Type': json,
    'OData-Version': '4.0',
    'Cache-Control': 'no-cache',
    Connection: 'close',
  };
  if (request.method !== 'GET' && request.method !== 'HEAD' && request.method !== 'OPTIONS') {
    // A body may hold a password, which has just crossed the network in the clear: that must not seem to work.
    response.writeHead(403, common);
    response.end(JSON.stringify(errorBody([message('Base.AccessForbidden', [])])));
    return;
  }
  // 308 keeps the method, and the path is repeated as it came.
  const path = request.url?.startsWith('/') === true ? request.url : '/';
  response.writeHead(308, {
    ...common,
    Location: `https://${hostOf(request)}${port === 443 ? '' : `:${port}`}${path}`,
  });
  response.end();
}

/** The name by which the client knows this host; its address where the Host field is none. */
function hostOf({ headers, socket }: IncomingMessage): string {
  const named = /^(\[[0-9A-Fa-f:.]+\]|[\w.-]+)(?::\d*)?$/.exec(headers.host ?? '')?.[1];
  if (named !== undefined) return named;
  const address = (socket.localAddress ?? 'localhost').replace(/^::ffff:/, '');
  return isIPv6(address) ? `[${address}]` : address;
}
