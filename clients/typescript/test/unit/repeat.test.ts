/** When requests are repeated, and how many run at a time. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Limiter } from '../../src/limiter.ts';
import { defaultRetry, retryAfterSeconds, retryDelay } from '../../src/retry.ts';

const failed = { method: 'GET', conditional: false, sent: true, tries: 1, elapsed: 0 };

describe('retryDelay', () => {
  it('never repeats a POST that the service may have acted on', () => {
    fc.assert(
      fc.property(
        fc.record({
          status: fc.option(fc.constantFrom(400, 401, 408, 429, 500, 502, 503, 504), { nil: undefined }),
          tries: fc.integer({ min: 1, max: 6 }),
          elapsed: fc.double({ min: 0, max: 100, noNaN: true }),
        }),
        (attempt) => {
          const delay = retryDelay({ ...failed, ...attempt, method: 'POST' }, defaultRetry, 0.5);
          expect(delay).toBeUndefined();
        },
      ),
    );
  });

  it('repeats anything that cannot have been sent', () => {
    for (const method of ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'])
      expect(retryDelay({ ...failed, method, sent: false }, defaultRetry, 0)).toBeGreaterThan(0);
  });

  it('stays within tries and budget', () => {
    expect(retryDelay({ ...failed, tries: 5 }, defaultRetry, 0)).toBeUndefined();
    expect(retryDelay({ ...failed, status: 503, retryAfter: 61 }, defaultRetry, 0)).toBeUndefined();
    expect(retryDelay({ ...failed, status: 503, retryAfter: 60 }, defaultRetry, 0)).toBe(60);
    expect(retryDelay({ ...failed, elapsed: 60 }, defaultRetry, 0)).toBeUndefined();
  });

  it('doubles its delay, with jitter between half and whole', () => {
    expect(retryDelay({ ...failed, tries: 1 }, defaultRetry, 0)).toBe(0.25);
    expect(retryDelay({ ...failed, tries: 3 }, defaultRetry, 1)).toBe(2);
  });
});

describe('retryAfterSeconds', () => {
  it('reads seconds and dates', () => {
    expect(retryAfterSeconds('7', 0)).toBe(7);
    expect(retryAfterSeconds(new Date(9_500).toUTCString(), 1_000)).toBe(8);
    expect(retryAfterSeconds(new Date(0).toUTCString(), 5_000)).toBe(0);
    expect(retryAfterSeconds('soon', 0)).toBeUndefined();
    expect(retryAfterSeconds(undefined, 0)).toBeUndefined();
  });
});

describe('Limiter', () => {
  it('lets no more through than its limit, and everyone in the end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.boolean(), { maxLength: 40 }),
        async (most, strains) => {
          const limiter = new Limiter(most);
          let inFlight = 0;
          let done = 0;
          await Promise.all(
            strains.map(async (strain) => {
              await limiter.acquire();
              inFlight += 1;
              expect(inFlight).toBeLessThanOrEqual(most);
              await Promise.resolve();
              if (strain) limiter.strained();
              else limiter.answered();
              inFlight -= 1;
              limiter.release();
              done += 1;
            }),
          );
          expect(done).toBe(strains.length);
        },
      ),
    );
  });

  it('goes down to one after distress and up again by one per four answers', () => {
    const limiter = new Limiter(4);
    limiter.strained();
    expect(limiter.limit).toBe(1);
    for (let answers = 0; answers < 8; answers += 1) limiter.answered();
    expect(limiter.limit).toBe(3);
    for (let answers = 0; answers < 40; answers += 1) limiter.answered();
    expect(limiter.limit).toBe(4);
  });
});
