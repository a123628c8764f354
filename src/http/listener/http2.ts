/** HTTP/2 (RFC 9113) for connections that negotiate it (RFC 7301), beside HTTP/1.1 on the same port. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  constants,
  createServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type Http2Session,
} from 'node:http2';
import type { Server } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { PeerAddress, Sockets } from './sockets.ts';

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
/** Milliseconds between sweeps. */
const sweepPeriod = 1_000;
/** Sweeps without a request after which a client is pinged, and after which one that does not answer is gone. */
const pingAfter = 5;
const goneAfter = 15;

export interface Http2 {
  /** Takes no new requests; sessions end with the answers that are under way. */
  close(): void;
  /** Ends all sessions at once. */
  destroy(): void;
}

interface Session {
  readonly peer: PeerAddress;
  resets: number;
  /** Requests in this turn of the event loop: more than may be under way at once have been taken back meanwhile. */
  streams: number;
  /** Sweeps since the client was last heard of. */
  quiet: number;
}

/** Makes `server`, which offers `protocols`, serve both. */
export function serveHttp2(server: Server, sockets: Sockets, handler: Handler): Http2 {
  const sessions = new Map<Http2Session, Session>();
  // Koa takes the requests of Node's compatibility layer as it takes those of HTTP/1.1.
  const h2 = createServer(
    { settings: { maxConcurrentStreams: maxStreams, maxHeaderListSize: maxHeaders } },
    handler as unknown as (request: Http2ServerRequest, response: Http2ServerResponse) => void,
  );
  h2.on('session', (session) => {
    session.setTimeout(idle, () => session.close());
    session.on('error', () => session.destroy());
  });
  h2.on('stream', (stream) => {
    stream.setTimeout(stalled, () => stream.close());
    // A stream that has closed no longer tells its session.
    const { session } = stream;
    const facts = session && sessions.get(session);
    if (facts === undefined) return;
    if (facts.streams === 0)
      setImmediate(() => {
        facts.streams = 0;
      });
    facts.streams += 1;
    facts.quiet = 0;
    if (facts.streams > maxStreams) calm(session);
    stream.once('close', () => {
      if (stream.rstCode === constants.NGHTTP2_NO_ERROR) return;
      facts.resets += 1;
      if (facts.resets > maxResets) calm(session);
    });
  });
  const http1 = server.listeners('secureConnection');
  server.removeAllListeners('secureConnection');
  server.on('secureConnection', (socket: TLSSocket) => {
    if (socket.alpnProtocol !== 'h2') {
      for (const listener of http1) listener.call(server, socket);
      return;
    }
    const { remoteAddress, remotePort } = socket;
    const peer = { remoteAddress, remotePort };
    h2.once('session', (session) => sessions.set(session, { peer, resets: 0, streams: 0, quiet: 0 }));
    h2.emit('connection', socket);
  });
  // After a GOAWAY of its own nghttp2 no longer reads, and says so to nobody: only a ping shows that a client is gone. And a
  // session that is destroyed waits for its client to take the last frames.
  const timer = setInterval(() => {
    for (const [session, facts] of sessions) {
      facts.quiet += 1;
      if (session.destroyed) {
        sockets.destroyBelow(facts.peer);
        sessions.delete(session);
      } else if (facts.quiet > goneAfter) session.destroy();
      else if (facts.quiet === pingAfter)
        session.ping((error) => {
          if (error === null) facts.quiet = 0;
        });
    }
  }, sweepPeriod).unref();
  server.once('close', () => clearInterval(timer));
  return {
    close: () => {
      for (const session of sessions.keys()) session.close();
    },
    destroy: () => {
      for (const session of sessions.keys()) session.destroy();
    },
  };
}

/** Ends a connection that asks for too much. */
function calm(session: Http2Session | undefined): void {
  if (session?.destroyed === false) session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM);
}
