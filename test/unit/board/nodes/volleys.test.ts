/** Volleys of requests: each item once, never more at a time than allowed, and one slow answer delays few. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inVolleys } from '../../../../src/board/nodes/volleys.ts';

describe('requests in volleys', () => {
  it('are sent once each, at most eight at a time, whatever the order of the answers', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(40), fc.infiniteStream(fc.nat(20)), async (count, order) => {
        const items = Array.from({ length: count }, (_, n) => n);
        const sent: number[] = [];
        const open: (() => void)[] = [];
        let most = 0;
        let isDone = false;
        const all = inVolleys(
          items,
          (n) => {
            sent.push(n);
            return new Promise((resolve) => {
              open.push(resolve);
              most = Math.max(most, open.length);
            });
          },
          () => false,
        ).then(() => {
          isDone = true;
        });
        while (open.length > 0) {
          const [answer] = open.splice(order.next().value % open.length, 1);
          answer?.();
          await new Promise(setImmediate);
        }
        await all;
        expect(isDone).toBe(true);
        expect(sent).toEqual(items);
        expect(most).toBeLessThanOrEqual(8);
      }),
    );
  });

  it('go on while four of them wait for an answer', async () => {
    const sent: number[] = [];
    const items = Array.from({ length: 30 }, (_, n) => n);
    void inVolleys(
      items,
      (n) => {
        sent.push(n);
        return n < 4 ? new Promise(() => undefined) : Promise.resolve();
      },
      () => false,
    );
    await new Promise(setImmediate);
    expect(sent).toEqual(items);
  });

  it('end when the node is gone', async () => {
    const sent: number[] = [];
    await inVolleys(
      [1, 2, 3],
      async (n) => void sent.push(n),
      () => sent.length > 0,
    );
    expect(sent).toEqual([1]);
  });
});
