/** Who is told, and of what, when the store takes nothing every now and then. */
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { Outage, type OutageReport } from '../../../src/journal/outage.ts';
import { StoreError } from '../../../src/store/errors.ts';

const calm = 1000;
const full = new StoreError('full', 'no room');

describe('an outage of the store', () => {
  it('is told of when it begins and when it has been over for a while, in turn, with all that was lost', () => {
    const act = fc.oneof(
      fc.record({ fails: fc.nat(5) }),
      fc.constant('stored' as const),
      fc.record({ passes: fc.nat(2 * calm) }),
      fc.constant('settled' as const),
    );
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      fc.assert(
        fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
          const told: ('began' | OutageReport)[] = [];
          const outage = new Outage(calm, {
            began: () => told.push('began'),
            ended: (report) => told.push(report),
          });
          let [lost, here, now, wellSince] = [0, 0, 0, Number.POSITIVE_INFINITY];
          let open = false;
          for (const each of acts) {
            if (each === 'stored') {
              outage.stored();
              wellSince = Math.min(wellSince, now);
              here = 0;
            } else if (each === 'settled') {
              outage.settle();
              if (wellSince !== Number.POSITIVE_INFINITY) open = false;
            } else if ('passes' in each) {
              vi.advanceTimersByTime(each.passes);
              now += each.passes;
              if (now - wellSince >= calm) open = false;
            } else {
              lost += each.fails;
              here += each.fails;
              wellSince = Number.POSITIVE_INFINITY;
              open = true;
              outage.failed(full, now, lost);
              expect(outage.since).not.toBeNull();
            }
            expect(outage.lost).toBe(here);
            expect(told.at(-1) === 'began').toBe(open);
          }
          outage.stored();
          outage.settle();
          expect(told.map((each) => each === 'began')).toEqual(told.map((_, index) => index % 2 === 0));
          const reports = told.flatMap((each) => (each === 'began' ? [] : [each]));
          expect(reports.reduce((sum, report) => sum + report.lost, 0)).toBe(lost);
          expect(vi.getTimerCount()).toBe(0);
        }),
      );
    } finally {
      vi.useRealTimers();
    }
  });
});
