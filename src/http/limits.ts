/**
 * Fairness between clients: no single address may hold all connections or all of the processor, so that an
 * administrator elsewhere keeps getting answers whatever one client does.
 */
import type { Server } from 'node:net';
import type { Context, Next } from 'koa';
import { message, RedfishError } from '../redfish/registries/messages.ts';
import { addressOf } from './address.ts';

export interface Limits {
  /** Connections in all. */
  readonly connections: number;
  /** Connections from one address. */
  readonly connectionsPerAddress: number;
  /** Requests a second from one address, in the long run; 0 for no limit. */
  readonly requestsPerSecond: number;
}

export const defaultLimits: Limits = { connections: 512, connectionsPerAddress: 64, requestsPerSecond: 500 };

/** A client may save up this many seconds' worth of requests. */
const burst = 4;
/** Addresses whose spending is remembered. */
const remembered = 4096;

/** Closes connections beyond the limits as they come, before a handshake is spent on them. */
export function limitConnections(server: Server, limits: Limits): void {
  const held = new Map<string, number>();
  server.maxConnections = limits.connections;
  server.on('connection', (socket) => {
    const address = plain(socket.remoteAddress);
    const count = (held.get(address) ?? 0) + 1;
    if (count > limits.connectionsPerAddress) {
      socket.destroy();
      return;
    }
    held.set(address, count);
    socket.once('close', () => {
      const left = (held.get(address) ?? 1) - 1;
      if (left === 0) held.delete(address);
      else held.set(address, left);
    });
  });
}

const plain = (address: string | undefined): string => (address ?? '').replace(/^::ffff:/, '');

/** Middleware: answers 429 to an address that asks faster than the limit for longer than its savings last. */
export function limitRequests({ requestsPerSecond }: Limits, now: () => number = () => performance.now()) {
  const buckets = new Map<string, { left: number; at: number }>();
  const full = requestsPerSecond * burst;

  return (ctx: Context, next: Next): Promise<void> => {
    if (requestsPerSecond === 0) return next();
    const address = addressOf(ctx);
    const at = now();
    let bucket = buckets.get(address);
    if (bucket === undefined) {
      // Whoever is forgotten is only let off; that must not be had by coming from many addresses faster than this.
      if (buckets.size >= remembered) buckets.clear();
      bucket = { left: full, at };
      buckets.set(address, bucket);
    }
    bucket.left = Math.min(full, bucket.left + ((at - bucket.at) / 1000) * requestsPerSecond);
    bucket.at = at;
    if (bucket.left < 1) {
      const seconds = '1';
      const said = message('Base.ServiceTemporarilyUnavailable', [seconds]);
      throw new RedfishError([said], 429, { 'Retry-After': seconds });
    }
    bucket.left -= 1;
    return next();
  };
}
