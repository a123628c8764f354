/**
 * Fairness between clients: no single address may hold all connections or all of the processor, so that an
 * administrator elsewhere keeps getting answers whatever one client does.
 */
import type { Server } from 'node:net';
import type { Context, Next } from 'koa';
import { message, RedfishError } from '../../messages/messages.ts';
import { addressOf } from '../client.ts';
import { TurnMeter } from './turn.ts';

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
/** The share of the processor that the requests of one address may take in the long run. */
const share = 0.5;
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

interface Bucket {
  /** Requests that may still be made at once; below zero where one took more than was left. */
  left: number;
  at: number;
}

/**
 * Middleware: answers 429 to an address that asks faster than the limit for longer than its savings last. `enter` charges
 * the address of a request for the processor time of the current turn of the event loop, in which nobody else is served;
 * the middleware does so for the turn that a request begins in.
 */
export function limitRequests(
  { requestsPerSecond }: Limits,
  now: () => number = () => performance.now(),
  processorTime = now,
) {
  const buckets = new Map<string, Bucket>();
  const perMillisecond = requestsPerSecond / (1000 * share);
  const full = requestsPerSecond * burst;
  const spend = (address: string, milliseconds: number): void => {
    const bucket = buckets.get(address);
    if (bucket !== undefined) bucket.left -= milliseconds * perMillisecond;
  };
  const meter = new TurnMeter(spend, processorTime);
  const enter = (ctx: Context): void => {
    if (requestsPerSecond !== 0) meter.enter(addressOf(ctx));
  };

  const middleware = (ctx: Context, next: Next): Promise<void> => {
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
    meter.enter(address);
    return next();
  };
  return { middleware, enter, spend };
}
