/**
 * Requests for another protocol on their connection (RFC 9110 clause 7.8). A WebSocket may take the connection over; any
 * other request is answered as if it had not asked.
 */
import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { endSocket } from './sockets.ts';

/** A connection that is no longer HTTP: the socket, and the bytes that have already arrived on it. */
export interface Upgrade {
  readonly socket: Duplex;
  readonly head: Buffer;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;
type ResponseSocket = Parameters<ServerResponse['assignSocket']>[0];

const upgrades = new WeakMap<
  IncomingMessage,
  { readonly upgrade: Upgrade; readonly response: ServerResponse }
>();

/** Passes requests for an upgrade to `handler`. A connection that it does not take over ends with the answer. */
export function serveUpgrades(server: Server, handler: Handler): void {
  // Without a listener for upgrades Node reads such a request as any other, body included.
  const plain = createServer({ requireHostHeader: false }, handler);
  plain.on('checkContinue', handler);
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.method !== 'GET' || !namesWebSocket(request)) {
      socket.unshift(head);
      socket.unshift(Buffer.from(withoutUpgrade(request), 'latin1'));
      plain.emit('connection', socket);
      return;
    }
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket as ResponseSocket);
    response.once('finish', () => endSocket(socket));
    upgrades.set(request, { upgrade: { socket, head }, response });
    handler(request, response);
  });
}

/** The head of a request as it came, but for the last request of its connection and without an upgrade. */
function withoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    if (!/^(connection|upgrade|http2-settings)$/i.test(name)) text += `${name}: ${value}\r\n`;
  }
  return `${text}Connection: close\r\n\r\n`;
}

const namesWebSocket = ({ headers }: IncomingMessage): boolean => /^websocket$/i.test(headers.upgrade ?? '');

/** Whether the request asks for a WebSocket (RFC 6455 clause 4.2.1). */
export const wantsWebSocket = (request: IncomingMessage): boolean =>
  upgrades.has(request) && namesWebSocket(request);

/** Takes the connection away from HTTP; nothing more may be answered. */
export function takeUpgrade(request: IncomingMessage): Upgrade | undefined {
  const asked = upgrades.get(request);
  if (asked === undefined) return undefined;
  upgrades.delete(request);
  const { response, upgrade } = asked;
  response.detachSocket(upgrade.socket as ResponseSocket);
  return upgrade;
}
