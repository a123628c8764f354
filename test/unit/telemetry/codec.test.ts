/** Readings as bytes, there and back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMinute, decodeSpans, encodeMinute, encodeSpans } from '../../../src/telemetry/blocks.ts';
import {
  ByteReader,
  ByteWriter,
  decodeRun,
  encodeRun,
  kept,
  readValues,
  writeValues,
} from '../../../src/telemetry/codec.ts';

const value = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -3000, max: 30000 }).map((each) => each / 16),
  fc.integer(),
);

describe('the codec of readings', () => {
  it('gives back every whole number', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeNat()), (numbers) => {
        const to = new ByteWriter();
        for (const number of numbers) to.unsigned(number);
        const from = new ByteReader(to.done());
        expect(numbers.map(() => from.unsigned())).toEqual(numbers);
        expect(from.atEnd).toBe(true);
      }),
    );
  });

  it('keeps seven digits, and of whole numbers too', () => {
    const near = fc.integer({ min: -20, max: 20 }).map((each) => 10 ** 7 + each);
    fc.assert(
      fc.property(
        fc.oneof(
          value,
          near,
          near.map((each) => -each),
        ),
        (each) => {
          expect(kept(each)).toBe(Number(each.toPrecision(7)) + 0);
        },
      ),
    );
    expect([1234567, 12345678, -12345678, -0, 0.1 + 0.2].map(kept)).toEqual([
      1234567, 12345680, -12345680, 0, 0.3,
    ]);
  });

  it('gives back seven digits of every value', () => {
    fc.assert(
      fc.property(fc.array(value), (values) => {
        const to = new ByteWriter();
        writeValues(to, values);
        const wanted = values.map((each) => kept(each) + 0);
        expect(readValues(new ByteReader(to.done()), values.length).map((each) => each + 0)).toEqual(wanted);
      }),
    );
  });

  it('gives back a run of readings, in whatever order their times are', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: -2000, max: 60_000 }), value)), (pairs) => {
        const times = pairs.map(([time]) => time);
        const values = pairs.map(([, each]) => kept(each) + 0);
        const back = decodeRun(encodeRun({ times, values }));
        expect({ times: back.times, values: back.values.map((each) => each + 0) }).toEqual({ times, values });
      }),
    );
  });

  it('takes few bytes for a reading a second', () => {
    const times = Array.from({ length: 60 }, (_, at) => at * 1000 + ((at * 7) % 5));
    const values = times.map((_, at) => 45 + ((at * 13) % 7) * 0.0625);
    expect(encodeRun({ times, values }).length).toBeLessThan(60 * 4);
  });

  it('gives back minutes and spans', () => {
    const span = fc.option(
      fc.tuple(fc.nat(1000), value, value, value).map(([count, min, max, average]) => ({
        ...{ count: count + 1, min: kept(min) + 0, max: kept(max) + 0, average: kept(average) + 0 },
      })),
      { nil: undefined },
    );
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(5000)), fc.array(span, { maxLength: 15 }), (series, list) => {
        const runs = new Map(series.map((each) => [each, encodeRun({ times: [each], values: [each] })]));
        expect(decodeMinute(encodeMinute(runs))).toEqual(runs);
        const aggregates = list.map((each) => each && { ...each, sum: each.average * each.count });
        const back = decodeSpans(encodeSpans(new Map(series.map((each) => [each, aggregates]))));
        expect([...back.keys()]).toEqual(series);
        for (const spans of back.values()) {
          for (const [at, wanted] of list.entries()) {
            const found = spans[at];
            expect([found?.count, found?.min, found?.max]).toEqual([wanted?.count, wanted?.min, wanted?.max]);
            if (wanted && Math.abs(wanted.average) > 1e-300 && Math.abs(wanted.average) < 1e300)
              expect((found?.sum ?? 0) / wanted.count / wanted.average).toBeCloseTo(1, 5);
          }
        }
      }),
    );
  });

  it('says so when bytes end too early', () => {
    const bytes = encodeRun({ times: [1, 2, 3], values: [1, 2, 3] });
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodeRun(bytes.subarray(0, length))).toThrow(RangeError);
  });
});
