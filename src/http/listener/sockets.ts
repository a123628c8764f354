/** The sockets of one server, from their first packet to their last: each has an owner, an error listener and an end. */
import type { Server as PlainServer, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';

/** Milliseconds in which a client must take a last answer and close its own side. */
const patience = 1_000;

/** The client's side of a connection; a socket forgets it when it is destroyed. */
export type PeerAddress = Pick<Socket, 'remoteAddress' | 'remotePort'>;

export class Sockets {
  /** TCP sockets, also of connections whose TLS handshake is under way, which `closeAllConnections` does not know. */
  readonly #open = new Set<Socket>();

  /** Owns every socket of `server`: call it before anything else listens to the server. */
  constructor(server: PlainServer) {
    server.on('connection', (socket: Socket) => {
      // Node takes its own listener away before it hands a socket over, and an error without a listener ends the process.
      socket.on('error', () => socket.destroy());
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
    });
    server.on('secureConnection', (socket: TLSSocket) => {
      socket.on('error', () => socket.destroy());
    });
    // Before a handshake is done there is no way to answer: end() would wait for the handshake for ever.
    server.prependListener('tlsClientError', (_error: Error, socket: TLSSocket) => socket.destroy());
  }

  /** Connections that are open, in whatever state. */
  get count(): number {
    return this.#open.size;
  }

  /** Ends the connection below a TLS socket, whose own end would wait for what its client never takes. */
  destroyBelow({ remoteAddress, remotePort }: PeerAddress): void {
    for (const socket of this.#open)
      if (socket.remotePort === remotePort && socket.remoteAddress === remoteAddress) socket.destroy();
  }

  /** Ends every connection at once. */
  destroy(): void {
    for (const socket of this.#open) socket.destroy();
  }
}

/**
 * Sends a last text and ends a connection for certain. What the client still sends is read and dropped, because closing a
 * socket with unread bytes resets it, and the client would lose the text.
 */
export function endSocket(socket: Duplex, text = ''): void {
  if (socket.destroyed) return;
  const timer = setTimeout(() => socket.destroy(), patience);
  socket.once('close', () => clearTimeout(timer));
  socket.resume();
  socket.end(text);
}
