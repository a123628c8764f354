/** Who is charged for which part of the event loop's work. */
import { describe, expect, it } from 'vitest';
import { TurnMeter } from '../../../src/http/turn.ts';

/** Keeps the processor busy for so many milliseconds of a clock that only work moves. */
function virtual() {
  let time = 0;
  const charged: [string, number][] = [];
  const meter = new TurnMeter(
    ({ host }, milliseconds) => charged.push([host, milliseconds]),
    () => time,
  );
  return {
    meter,
    charged,
    work: (milliseconds: number) => {
      time += milliseconds;
    },
  };
}
const network = (host: string) => ({ host, site: host });
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a turn of the event loop', () => {
  it('is charged whole, with the promise jobs that follow from it', async () => {
    const { meter, charged, work } = virtual();
    setImmediate(() => {
      work(1);
      meter.enter(network('a'));
      work(10);
      void Promise.resolve()
        .then(() => work(100))
        .then(() => Promise.resolve())
        .then(async () => {
          work(1000);
          await null;
          work(10_000);
        });
    });
    await turn();
    await turn();
    expect(charged).toEqual([['a', 11_110]]);
  });

  it('is charged as it goes where several requests come in it', async () => {
    const { meter, charged, work } = virtual();
    setImmediate(() => {
      for (let n = 0; n < 3; n++) {
        meter.enter(network('a'));
        work(1);
      }
    });
    await turn();
    await turn();
    expect(charged).toEqual([
      ['a', 1],
      ['a', 1],
      ['a', 1],
    ]);
  });

  it('is not charged for what others do in their own', async () => {
    const { meter, charged, work } = virtual();
    setImmediate(() => {
      meter.enter(network('a'));
      work(5);
    });
    setImmediate(() => work(100));
    setImmediate(() => {
      meter.enter(network('b'));
      work(7);
    });
    await turn();
    await turn();
    expect(charged).toEqual([
      ['a', 5],
      ['b', 7],
    ]);
  });

  it('that two clients meet in is shared by the moment', async () => {
    const { meter, charged, work } = virtual();
    setImmediate(() => {
      meter.enter(network('a'));
      work(5);
      meter.enter(network('b'));
      work(7);
    });
    await turn();
    await turn();
    expect(charged).toEqual([
      ['a', 5],
      ['b', 7],
    ]);
  });
});
