/** Staleness: one missed period is tolerated, and time in which the process stood still does not count. */
import { describe, expect, it, vi } from 'vitest';
import { checkPeriod, longestSilence, StalenessChecks } from '../../../../src/board/sensing/staleness.ts';
import { pass, useOwnTime } from '../support.ts';

describe('the longest silence', () => {
  it.each([
    [1000, 2250],
    [4000, 8250],
  ])('of a period of %d ms is two periods and one check', (period, expected) => {
    expect(longestSilence(period)).toBe(expected);
  });
});

describe('staleness checks', () => {
  useOwnTime();

  it('run periodically with the monotonic time, until they are stopped', async () => {
    const times: number[] = [];
    const checks = new StalenessChecks((now) => times.push(now));
    const start = performance.now();
    checks.start();
    await pass(4 * checkPeriod);
    expect(times.map((time) => time - start)).toEqual([1, 2, 3, 4].map((n) => n * checkPeriod));
    checks.stop();
    await pass(10 * checkPeriod);
    expect(times).toHaveLength(4);
    expect(checks.isStarted).toBe(false);
  });

  it('skip the check after the process stood still', async () => {
    const times: number[] = [];
    const checks = new StalenessChecks((now) => times.push(now));
    checks.start();
    await pass(checkPeriod);
    // Time passes without timers, as for a process that waits for its disk.
    const late = performance.now() + 60_000;
    const clock = vi.spyOn(performance, 'now').mockReturnValue(late);
    await pass(checkPeriod);
    expect(times).toHaveLength(1);
    clock.mockReturnValue(late + checkPeriod);
    await pass(checkPeriod);
    expect(times).toHaveLength(2);
    clock.mockRestore();
    checks.stop();
  });

  it('are alive between start and stop only', async () => {
    const checks = new StalenessChecks(() => undefined);
    expect(checks.isAlive).toBe(false);
    checks.start();
    await pass(60_000);
    expect(checks.isAlive).toBe(true);
    checks.stop();
    expect(checks.isAlive).toBe(false);
  });
});
