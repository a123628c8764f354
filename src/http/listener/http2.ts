/** HTTP/2 (RFC 9113) for connections that negotiate it (RFC 7301), beside HTTP/1.1 on the same port. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  constants,
  createServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type Http2Session,
  type ServerHttp2Session,
} from 'node:http2';
import type { Server } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { endSocket } from './sockets.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Protocols on offer, the preferred first. */
export const protocols = ['h2', 'http/1.1'];

/** Requests that one connection may have under way: the least that RFC 9113 clause 6.5.2 recommends. */
const maxStreams = 100;
/** Kilobytes that nghttp2 keeps for a header section, as for HTTP/1.1. */
const maxHeaders = 16 * 1024;
/** Milliseconds that a connection without requests, and a request whose client says nothing, may last. */
const idle = 75_000;
const stalled = 30_000;

/** Requests that one connection may take back: browsers do now and then, an attack does nothing else (CVE-2023-44487). */
const maxResets = 200;

export interface Http2 {
  /** Takes no new requests; sessions end with the answers that are under way. */
  close(): void;
  /** Ends all sessions at once. */
  destroy(): void;
}

/** Makes `server`, which offers `protocols`, serve both. */
export function serveHttp2(server: Server, handler: Handler): Http2 {
  const sessions = new Set<ServerHttp2Session>();
  // Koa takes the requests of Node's compatibility layer as it takes those of HTTP/1.1.
  const h2 = createServer(
    { settings: { maxConcurrentStreams: maxStreams, maxHeaderListSize: maxHeaders } },
    handler as unknown as (request: Http2ServerRequest, response: Http2ServerResponse) => void,
  );
  h2.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
    session.on('error', () => session.destroy());
    session.setTimeout(idle, () => session.close());
  });
  h2.on('stream', (stream) => {
    stream.setTimeout(stalled, () => stream.close());
    stream.once('aborted', () => countReset(stream.session));
  });
  const http1 = server.listeners('secureConnection');
  server.removeAllListeners('secureConnection');
  server.on('secureConnection', (socket: TLSSocket) => {
    if (socket.alpnProtocol !== 'h2') {
      for (const listener of http1) listener.call(server, socket);
      return;
    }
    h2.once('session', (session) => session.once('close', () => endSocket(socket)));
    h2.emit('connection', socket);
  });
  return {
    close: () => {
      for (const session of sessions) session.close();
    },
    destroy: () => {
      for (const session of sessions) session.destroy();
    },
  };
}

const resets = new WeakMap<Http2Session, number>();

/** Ends a connection that keeps taking back its requests. */
function countReset(session: Http2Session | undefined): void {
  if (session === undefined || session.destroyed) return;
  const count = (resets.get(session) ?? 0) + 1;
  resets.set(session, count);
  if (count > maxResets) session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM);
}
