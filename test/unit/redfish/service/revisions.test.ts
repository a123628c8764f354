/** What each kind of resource depends on. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Revisions } from '../../../../src/redfish/service/read/revisions.ts';

afterEach(() => void vi.useRealTimers());

describe('the revision of a resource', () => {
  const counters = { settings: 1, board: 1, a: 1, b: 1 };
  const revisions = new Revisions((params) =>
    params === undefined ? counters.a + counters.b : params.ChassisId === 'a' ? counters.a : counters.b,
  ).add(
    () => counters.settings,
    () => counters.board,
  );
  const a = { ChassisId: 'a' };
  /** Whether a resource is rendered anew after the change. */
  const moves = (dependence: Parameters<Revisions['of']>[0], change: () => void): boolean => {
    const before = revisions.of(dependence, a);
    change();
    return revisions.of(dependence, a) !== before;
  };
  const reading = (chassis: 'a' | 'b') => () => {
    counters[chassis] += 1;
  };

  it('moves with a change of state of any part', () => {
    for (const shows of ['state', 'readings', 'time'] as const)
      for (const part of ['settings', 'board'] as const)
        expect(moves({ shows }, () => (counters[part] += 1))).toBe(true);
  });

  it('moves with readings only where the resource shows them, and only those of its chassis', () => {
    expect(moves({}, reading('a'))).toBe(false);
    expect(moves({ shows: 'readings' }, reading('a'))).toBe(true);
    expect(moves({ shows: 'readings' }, reading('b'))).toBe(false);
    expect(moves({ shows: 'readings', spans: true }, reading('b'))).toBe(true);
  });

  it('moves once per second where the resource shows a clock', () => {
    vi.useFakeTimers({ now: 10_000 });
    expect(moves({ shows: 'time' }, () => vi.setSystemTime(10_999))).toBe(false);
    expect(moves({ shows: 'time' }, () => vi.setSystemTime(11_000))).toBe(true);
    expect(moves({}, () => vi.setSystemTime(99_000))).toBe(false);
  });
});
