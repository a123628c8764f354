/** Decides on connections as they come, before a handshake is spent on them. */
import type { Server, Socket } from 'node:net';
import { networkOf } from '../../base/client-network.ts';
import type { Limits } from '../limits.ts';
import type { Meter } from '../meter.ts';

export interface AdmissionOptions {
  readonly limits: Limits;
  /** The account that logged in last from a host; undefined for strangers. */
  readonly ownerOf: (host: string) => string | undefined;
  readonly meter: Meter;
}

/**
 * A refused connection is closed only after so many milliseconds, as long as there are no more than so many of them: a client
 * that tries again at once is slowed down, and costs less than accepting it over and over.
 */
const detention = 1_000;
const maxDetained = 128;
/** One eighth of all connections is kept for hosts from which somebody has logged in. */
const kept = 1 / 8;
/** The strangers of a site, and the hosts of an account, may hold so many times the connections of one host. */
const perGroup = 2;

/** Counts the connections that are open by host, and by site or account. */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #hosts = new Tally();
  readonly #groups = new Tally();
  #count = 0;
  #detained = 0;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /**
   * Puts itself before all listeners to the connections of `server`: refused ones never reach them.
   * @param price milliseconds of processor time that a connection costs before its first request
   */
  guard(server: Server, price: () => number): void {
    server.maxConnections = this.#options.limits.connections;
    const listeners = server.listeners('connection');
    server.removeAllListeners('connection');
    server.on('connection', (socket: Socket) => {
      if (!this.#admit(socket, price())) this.#refuse(socket);
      else for (const listener of listeners) listener.call(server, socket);
    });
  }

  #refuse(socket: Socket): void {
    if (this.#detained >= maxDetained) {
      socket.destroy();
      return;
    }
    this.#detained += 1;
    socket.on('error', () => socket.destroy());
    socket.pause();
    const timer = setTimeout(() => socket.destroy(), detention).unref();
    socket.once('close', () => {
      this.#detained -= 1;
      clearTimeout(timer);
    });
  }

  #admit(socket: Socket, price: number): boolean {
    const { limits, ownerOf, meter } = this.#options;
    const network = networkOf(socket.remoteAddress ?? '');
    const { host, site } = network;
    const owner = ownerOf(host);
    const group = owner === undefined ? `site ${site}` : `owner ${owner}`;
    const room = owner === undefined ? limits.connections * (1 - kept) : limits.connections;
    if (this.#count >= room) return false;
    if (this.#hosts.of(host) >= limits.connectionsPerAddress) return false;
    if (this.#groups.of(group) >= limits.connectionsPerAddress * perGroup) return false;
    if (!meter.connection(network, price)) return false;
    this.#count += 1;
    this.#hosts.add(host, 1);
    this.#groups.add(group, 1);
    socket.once('close', () => {
      this.#count -= 1;
      this.#hosts.add(host, -1);
      this.#groups.add(group, -1);
    });
    return true;
  }
}

class Tally {
  readonly #counts = new Map<string, number>();

  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  add(key: string, by: number): void {
    const count = this.of(key) + by;
    if (count === 0) this.#counts.delete(key);
    else this.#counts.set(key, count);
  }
}
