/** Scales of 8 bits: a threshold is never crossed later there than on the board. */
import fc from 'fast-check';
import { type Factors, toValue } from 'node-ipmi';
import { describe, expect, it } from 'vitest';
import { createBoard } from '../../../src/board/board.ts';
import { readingCount, type Scale, scaleFor, thresholdCount, valueOfCount } from '../../../src/host/scale.ts';
import { scaleOfSensor } from '../../../src/host/sdr-view.ts';
import { shortNames } from '../../../src/host/short-names.ts';
import { createTwin } from '../../../src/twin/twin.ts';
import { platformOf } from '../../support/daemon.ts';

const factorsOf = ({ m, b, bExponent, rExponent }: Scale): Factors => ({
  ...{ m, b, bExponent, rExponent, linearization: 0, format: 'unsigned' },
  ...{ tolerance: 0, accuracy: 0, accuracyExponent: 0 },
});

describe('scaleFor', () => {
  const limit = fc.integer({ min: -200_000, max: 3_000_000 }).map((value) => value / 1000);

  it('shows thresholds exactly or on the safe side, in factors that an SDR can hold', () => {
    fc.assert(
      fc.property(fc.uniqueArray(limit, { minLength: 1, maxLength: 4 }), (given) => {
        const low = Math.min(0, ...given);
        const high = Math.max(...given, 1) * 1.25;
        const scale = scaleFor(given, low, high);
        expect(Math.abs(scale.m)).toBeLessThanOrEqual(511);
        expect(Math.abs(scale.b)).toBeLessThanOrEqual(511);
        for (const value of given) {
          const upper = thresholdCount(scale, 'upperCritical', value);
          const lower = thresholdCount(scale, 'lowerCritical', value);
          const slack = 1e-6 * Math.max(1, Math.abs(value));
          expect(toValue(upper, factorsOf(scale))).toBeCloseTo(valueOfCount(scale, upper), 6);
          if (upper > 0 && upper < 255) expect(valueOfCount(scale, upper)).toBeLessThanOrEqual(value + slack);
          if (lower > 0 && lower < 255)
            expect(valueOfCount(scale, lower)).toBeGreaterThanOrEqual(value - slack);
          // A reading at the threshold has crossed it.
          expect(readingCount(scale, value)).toBeGreaterThanOrEqual(upper);
          expect(readingCount(scale, value)).toBeLessThanOrEqual(lower);
          if (scale.exact) expect(upper).toBe(lower);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('is exact for nearly all sensors of the shipped boards', async () => {
    const counts = { exact: 0, all: 0 };
    for (const board of ['tiogapass', 'yosemite-v2', 'bletchley', 'twinblade']) {
      const platform = platformOf(`platform/${board}.yaml`);
      const twin = createTwin(platform);
      const settings = { get: () => undefined, set: () => undefined };
      for (const sensor of createBoard(platform, twin, settings).sensors.values()) {
        if (Object.keys(sensor.thresholds).length === 0) continue;
        counts.all += 1;
        if (scaleOfSensor(sensor).exact) counts.exact += 1;
      }
      await twin.close();
    }
    expect(counts.all).toBeGreaterThan(150);
    expect(counts.exact / counts.all).toBeGreaterThan(0.9);
  });
});

describe('shortNames', () => {
  it('gives each id a name of its own with at most 16 characters', () => {
    const id = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,40}$/);
    fc.assert(
      fc.property(fc.uniqueArray(id, { maxLength: 60 }), (ids) => {
        const names = [...shortNames(ids).values()];
        expect(names).toHaveLength(ids.length);
        expect(new Set(names).size).toBe(ids.length);
        for (const name of names) expect(name.length).toBeLessThanOrEqual(16);
      }),
    );
  });
});
