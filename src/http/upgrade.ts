/** Requests that ask for another protocol on their connection (RFC 9110 clause 7.8) go the way of all others first. */
import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { endSocket } from './listener/sockets.ts';

/** What is left of the connection once HTTP is over: the socket, and what has already come on it. */
export interface Upgrade {
  readonly socket: Duplex;
  readonly head: Buffer;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

const upgrades = new WeakMap<
  IncomingMessage,
  { readonly upgrade: Upgrade; readonly response: ServerResponse }
>();

/** Lets `handler` see requests for an upgrade. Whoever does not take it answers as always, on a connection that then ends. */
export function serveUpgrades(server: Server, handler: Handler): void {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket as Parameters<ServerResponse['assignSocket']>[0]);
    response.once('finish', () => endSocket(socket));
    upgrades.set(request, { upgrade: { socket, head }, response });
    handler(request, response);
  });
}

/** Whether the request asks for a WebSocket (RFC 6455 clause 4.2.1). */
export const wantsWebSocket = (request: IncomingMessage): boolean =>
  upgrades.has(request) && /^websocket$/i.test(request.headers.upgrade ?? '');

/** Takes the connection away from HTTP; nothing more may be answered. */
export function takeUpgrade(request: IncomingMessage): Upgrade | undefined {
  const asked = upgrades.get(request);
  if (asked === undefined) return undefined;
  upgrades.delete(request);
  const { response, upgrade } = asked;
  response.detachSocket(upgrade.socket as Parameters<ServerResponse['detachSocket']>[0]);
  return upgrade;
}
