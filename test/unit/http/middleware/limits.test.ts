import type { Context } from 'koa';
import { describe, expect, it } from 'vitest';
import { defaultLimits, limitRequests } from '../../../../src/http/middleware/limits.ts';
import { RedfishError } from '../../../../src/messages/messages.ts';

function clients(requestsPerSecond: number) {
  let time = 0;
  const { middleware, spend } = limitRequests(
    { ...defaultLimits, requestsPerSecond },
    () => time,
    () => 0,
  );
  const from = (address: string) => ({ req: { socket: { remoteAddress: address } } }) as unknown as Context;
  /** Whether a request is let through; it then keeps the processor busy for so long. */
  const ask = (address: string, milliseconds = 0): boolean => {
    try {
      void middleware(from(address), async () => undefined);
    } catch {
      return false;
    }
    spend(address.replace('::ffff:', ''), milliseconds);
    return true;
  };
  return {
    ask,
    pass: (milliseconds: number) => {
      time += milliseconds;
    },
  };
}

describe('an address', () => {
  it('may ask in bursts, and in the long run so often', () => {
    const { ask, pass } = clients(10);
    const many = () => Array.from({ length: 100 }, () => ask('192.0.2.1')).filter(Boolean).length;
    expect(many()).toBe(40);
    pass(1000);
    expect(many()).toBe(10);
    expect(ask('::ffff:192.0.2.1')).toBe(false);
    expect(ask('192.0.2.2')).toBe(true);
  });

  it('takes no more than half of the processor with requests that cost much', () => {
    const { ask, pass } = clients(500);
    let busy = 0;
    const seconds = 60;
    for (let at = 0; at < seconds * 1000; at += 100) {
      if (ask('192.0.2.1', 400)) busy += 400;
      expect(ask('192.0.2.2')).toBe(true);
      pass(100);
    }
    // What was saved up at first comes on top.
    expect(busy / (seconds * 1000)).toBeGreaterThan(0.45);
    expect(busy / (seconds * 1000)).toBeLessThan(0.6);
  });

  it('is charged for what a request does after its body has come, too', async () => {
    let time = 0;
    const { middleware, enter } = limitRequests({ ...defaultLimits, requestsPerSecond: 10 }, () => time);
    const ctx = { req: { socket: { remoteAddress: '192.0.2.1' } } } as unknown as Context;
    const bodyCame = new Promise((resolve) => setImmediate(resolve));
    await middleware(ctx, async () => {
      await bodyCame;
      enter(ctx);
      time += 10_000;
    });
    await new Promise((resolve) => setImmediate(resolve));
    // Ten seconds of work are paid back in twenty.
    time += 2_000;
    expect(() => middleware(ctx, async () => undefined)).toThrow(RedfishError);
  });

  it('is not limited where no limit is set', () => {
    const { ask } = clients(0);
    expect(Array.from({ length: 5000 }, () => ask('192.0.2.1', 1000)).every(Boolean)).toBe(true);
  });
});
