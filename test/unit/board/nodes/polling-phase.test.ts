import fc from 'fast-check';
import { expect, it } from 'vitest';
import { phaseOf, untilNext } from '../../../../src/board/nodes/polling-phase.ts';

const time = fc.double({ min: 0, max: 1e9, noNaN: true });
const period = fc.integer({ min: 100, max: 60_000 });
const phase = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

it('brings a node to its own time within a period, neither at once nor late', () => {
  fc.assert(
    fc.property(time, period, phase, (begun, length, own) => {
      const pause = untilNext(begun, length, own);
      expect(pause).toBeGreaterThan(length * 0.124);
      expect(pause).toBeLessThan(length * 1.126);
      const off = (begun + pause) / length - own;
      expect(Math.abs(off - Math.round(off)) * length).toBeLessThan(0.01);
    }),
  );
});

it('keeps a node there, whatever its timers do', () => {
  fc.assert(
    fc.property(
      period,
      phase,
      fc.array(fc.double({ min: -1, max: 10, noNaN: true }), { maxLength: 50 }),
      (length, own, late) => {
        let now = length * (5 + own);
        for (const by of late) {
          const begun = now + Math.min(by, length / 10);
          now = begun + untilNext(begun, length, own);
        }
        expect(Math.round((now / length - own) * 1e6) / 1e6).toBe(5 + late.length);
      },
    ),
  );
});

it('spreads any number of nodes evenly', () => {
  for (const count of [2, 3, 8, 64, 256]) {
    const phases = Array.from({ length: count }, (_, n) => phaseOf(n)).sort((a, b) => a - b);
    const gaps = phases.map((each, n) => (phases[n + 1] ?? 1 + (phases[0] ?? 0)) - each);
    // Three lengths occur, the longest the sum of the others (Steinhaus).
    expect(Math.max(...gaps) * count).toBeLessThan(2);
    expect(Math.min(...gaps) * count).toBeGreaterThan(0.3);
  }
});
