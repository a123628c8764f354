import fc from 'fast-check';
import { expect, it } from 'vitest';
import { aggregateOf } from '../../../src/telemetry/aggregate.ts';
import { decodeRun, encodeRun } from '../../../src/telemetry/codec.ts';
import { Minute } from '../../../src/telemetry/minute.ts';

const reading = fc.record({ time: fc.nat(59_999), value: fc.integer({ min: -1000, max: 1000 }) });
const series = fc.dictionary(fc.string(), fc.array(reading, { maxLength: 70 }), { noNullPrototype: true });

it('gives back the readings of each series, and what they come to, whether that was given or not', () => {
  fc.assert(
    fc.property(series, fc.boolean(), (all, given) => {
      const runs = Object.entries(all).map(([name, list]) => {
        const values = list.map(({ value }) => value);
        return { name, run: { times: list.map(({ time }) => time), values }, sum: aggregateOf(values) };
      });
      const minute = new Minute(
        60_000,
        runs.map(({ name, run, sum }) =>
          given && sum ? ([name, run, sum] as const) : ([name, encodeRun(run)] as const),
        ),
      );
      expect([...minute.series]).toEqual(runs.map(({ name }) => name));
      for (const { name, run, sum } of runs) {
        expect(minute.bytes(name)).toEqual(encodeRun(run));
        expect(minute.run(name)).toEqual(decodeRun(encodeRun(run)));
        // The second time it is not worked out any more.
        expect([minute.aggregate(name), minute.aggregate(name)]).toEqual([sum, sum]);
      }
      const other = `${Object.keys(all).join()} and more`;
      expect([minute.bytes(other), minute.run(other), minute.aggregate(other)]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    }),
  );
});

it('has a hole where a run makes no sense, and no other', () => {
  const good = encodeRun({ times: [1, 2], values: [3, 5] });
  const minute = new Minute(0, [
    ['bad', good.slice(0, 2)],
    ['good', good],
  ]);
  expect(minute.aggregate('bad')).toBeUndefined();
  expect(() => minute.run('bad')).toThrow(RangeError);
  expect(minute.aggregate('good')).toEqual({ count: 2, min: 3, max: 5, sum: 8 });
});
