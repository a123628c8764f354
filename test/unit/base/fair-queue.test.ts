/** Who is served next, and who is turned away. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FairQueue } from '../../../src/base/fair-queue.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

function setUp(options = { concurrency: 2, perClient: 3, total: 16 }) {
  const queue = new FairQueue(options);
  const order: string[] = [];
  const places: (() => void)[] = [];
  const refused: string[] = [];
  const enter = (client: string, privileged = false) =>
    void queue.enter(client, privileged).then((leave) => {
      if (leave === null) refused.push(client);
      else {
        order.push(client);
        places.push(leave);
      }
    });
  const next = async () => {
    places.shift()?.();
    await settled();
  };
  return { enter, next, order, refused, places };
}

describe('a fair queue', () => {
  it('serves clients in turn, not in the order of their jobs', async () => {
    const { enter, next, order } = setUp();
    for (let n = 0; n < 4; n++) enter('flooder');
    enter('b');
    enter('c');
    await settled();
    for (let n = 0; n < 6; n++) await next();
    expect(order).toEqual(['flooder', 'flooder', 'b', 'c', 'flooder', 'flooder']);
  });

  it('keeps one place, and the next turn, for clients with privilege', async () => {
    const { enter, next, order } = setUp();
    for (const client of ['a', 'b', 'c']) enter(client);
    enter('admin', true);
    enter('admin', true);
    await settled();
    expect(order).toEqual(['a', 'admin']);
    await next();
    expect(order).toEqual(['a', 'admin', 'admin']);
  });

  it('turns away what is beyond the bounds of a client and of all', async () => {
    const { enter, refused } = setUp();
    for (let n = 0; n < 6; n++) enter('flooder');
    for (let n = 0; n < 10; n++) enter(`other ${n}`);
    await settled();
    expect(refused.slice(0, 2)).toEqual(['flooder', 'flooder']);
    expect(refused.slice(2)).toHaveLength(5);
    for (let n = 0; n < 3; n++) enter('admin', true);
    await settled();
    expect(refused).not.toContain('admin');
  });

  it('never runs more than it may, and serves every job that it took', async () => {
    const jobs = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.boolean()), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(jobs, async (list) => {
        const { enter, next, order, refused, places } = setUp();
        for (const [client, privileged] of list) enter(client, privileged);
        await settled();
        while (places.length > 0) {
          expect(places.length).toBeLessThanOrEqual(2);
          await next();
        }
        expect(order.length + refused.length).toBe(list.length);
      }),
    );
  });
});
