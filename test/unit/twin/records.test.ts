import fc from 'fast-check';
import { decodeSdr, toRaw, toValue } from 'node-ipmi';
import { describe, expect, it } from 'vitest';
import { factorsFor, recordsOf } from '../../../src/twin/nodes/records.ts';
import { serverSensors } from '../../../src/twin/nodes/server.ts';
import { twinLakesLines, twinLakesSensors } from '../../../src/twin/nodes/twin-lakes.ts';

describe('factors of a range', () => {
  it('fit their fields, cover the range, and are not much coarser than needed', () => {
    const value = fc.double({ min: 0.01, max: 1e5, noNaN: true });
    fc.assert(
      fc.property(value, value, fc.double({ min: 0, max: 1, noNaN: true }), (from, width, share) => {
        const range = [share < 0.3 ? 0 : from, (share < 0.3 ? 0 : from) + width] as const;
        const factors = factorsFor(range);
        expect(Math.abs(factors.m)).toBeLessThanOrEqual(511);
        expect(Math.abs(factors.b)).toBeLessThanOrEqual(511);
        for (const exponent of [factors.bExponent, factors.rExponent]) {
          expect(exponent).toBeGreaterThanOrEqual(-8);
          expect(exponent).toBeLessThanOrEqual(7);
        }
        const count = factors.m * 10 ** factors.rExponent;
        const [low = Number.NaN, high = Number.NaN] = [toValue(0, factors), toValue(255, factors)];
        const tiny = 1e-6 * range[1];
        expect(low).toBeLessThanOrEqual(range[0] + tiny);
        expect(high).toBeGreaterThanOrEqual(range[1] - tiny);
        // M has two digits, and B is 52 at least, so that it lies no more than a 51st below.
        expect(count).toBeLessThanOrEqual((1.1 * (width + range[0] / 51)) / 255 + tiny);
        const middle = (low + high) / 2;
        const back = toValue(toRaw(middle, factors) ?? 0, factors) ?? Number.NaN;
        expect(Math.abs(back - middle)).toBeLessThanOrEqual(0.51 * count + tiny);
      }),
      {
        numRuns: 1000,
        examples: [
          [99_999.999_998_999_99, 0.01, 0.3],
          [1, 255 * 600, 0],
        ],
      },
    );
  });
});

describe.each([
  ['Twin Lakes', twinLakesSensors],
  ['a server', serverSensors],
])('the records of %s', (_name, table) => {
  it('have unique numbers and names, and decode to their facts', () => {
    const unique = <T>(values: readonly T[]) => expect(new Set(values).size).toBe(values.length);
    unique(table.map(({ number }) => number));
    unique(table.map(({ name }) => name));
    const records = recordsOf(table, { address: 0x40, events: true }).map(decodeSdr);
    records.forEach((record, index) => {
      const facts = table[index];
      const kind = { analog: 'full', discrete: 'compact', eventOnly: 'eventOnly' }[facts?.kind ?? 'analog'];
      expect(record).toMatchObject({ kind, number: facts?.number, name: { text: facts?.name } });
      if (record.kind !== 'full' || facts?.kind !== 'analog') return;
      const { upperCritical, lowerCritical } = facts.thresholds ?? {};
      const limits = [
        [record.thresholds.upperCritical, upperCritical],
        [record.thresholds.lowerCritical, lowerCritical],
      ] as const;
      for (const [raw, limit] of limits) {
        if (limit === undefined) continue;
        const count = record.factors.m * 10 ** record.factors.rExponent;
        expect(Math.abs((toValue(raw, record.factors) ?? Number.NaN) - limit)).toBeLessThanOrEqual(
          0.51 * count,
        );
      }
    });
  });
});

it('the bridge IC has the lines of Twin Lakes', () => {
  expect(twinLakesLines).toHaveLength(44);
  expect(twinLakesLines.indexOf('FM_BIOS_POST_COMPT_N')).toBe(21);
  expect(twinLakesLines.indexOf('RST_RSMRST_PCH_N')).toBe(43);
});
