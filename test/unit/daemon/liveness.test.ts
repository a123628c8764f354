import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DeviceError } from '../../../drivers/errors.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { Liveness } from '../../../src/daemon/liveness.ts';
import { HeldWatchdog } from '../../../src/daemon/watchdog.ts';
import { createWatchdogs } from '../../../src/twin/watchdog.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const part = (name: string) => {
  const own = { name, alive: true, isAlive: () => own.alive };
  return own;
};

describe('liveness', () => {
  it('names the parts that have stopped', () => {
    const parts = [part('sampler'), part('HTTP server')];
    const liveness = new Liveness(parts);
    expect([liveness.alive, liveness.dead]).toEqual([true, []]);
    for (const each of parts) each.alive = false;
    expect([liveness.alive, liveness.dead]).toEqual([false, ['sampler', 'HTTP server']]);
  });

  it('feeds while all parts are alive, and tells once of each change', () => {
    const [sampler, http] = [part('sampler'), part('HTTP server')];
    const told: unknown[] = [];
    let fed = 0;
    const end = new Liveness([sampler, http]).feeds(
      1000,
      () => (fed += 1),
      (dead) => told.push(dead),
    );
    expect(fed).toBe(1);
    vi.advanceTimersByTime(3000);
    expect(fed).toBe(4);
    http.alive = false;
    vi.advanceTimersByTime(5000);
    expect([fed, told]).toEqual([4, [['HTTP server']]]);
    http.alive = true;
    vi.advanceTimersByTime(1000);
    expect([fed, told]).toEqual([5, [['HTTP server'], null]]);
    end();
    vi.advanceTimersByTime(5000);
    expect(fed).toBe(5);
  });
});

describe('the watchdog of the machine', () => {
  const hold = (watchdogs = createWatchdogs()) => {
    const sampler = part('sampler');
    const reported: (string | null)[] = [];
    const watchdog = new HeldWatchdog({
      watchdogs,
      facts: { device: '/dev/watchdog1', timeout: 30_000 },
      liveness: new Liveness([sampler]),
      log: silentLogger,
      report: (fault) => reported.push(fault),
    });
    watchdog.hold();
    return { watchdogs, sampler, reported, release: () => watchdog.release() };
  };

  it('is fed well within its time while the daemon is alive, and disarmed at the end', () => {
    const { watchdogs, release } = hold();
    vi.advanceTimersByTime(300_000);
    expect(watchdogs.states).toEqual([
      { device: '/dev/watchdog1', timeout: 30_000, armed: true, fed: 31, expired: 0 },
    ]);
    release();
    vi.advanceTimersByTime(300_000);
    expect(watchdogs.states[0]).toMatchObject({ armed: false, expired: 0 });
  });

  it('runs out when a part has stopped', () => {
    const { watchdogs, sampler } = hold();
    sampler.alive = false;
    vi.advanceTimersByTime(31_000);
    expect(watchdogs.states[0]).toMatchObject({ armed: true, expired: 1 });
  });

  it('that somebody else feeds is asked for until it can be had', () => {
    const watchdogs = createWatchdogs();
    const other = watchdogs.open('/dev/watchdog1', 1e6);
    const { reported } = hold(watchdogs);
    expect(reported).toEqual(['/dev/watchdog1: another process feeds this watchdog']);
    vi.advanceTimersByTime(60_000);
    expect(reported).toHaveLength(1);
    other.close(true);
    vi.advanceTimersByTime(30_000);
    expect(reported.slice(1)).toEqual([null]);
    expect(watchdogs.states[0]).toMatchObject({ armed: true, timeout: 30_000 });
  });

  it('that fails when it is fed is opened anew, and nothing feeds what was lost', () => {
    let broken = true;
    let opened = 0;
    let fed = 0;
    const { reported } = hold({
      ...createWatchdogs(),
      open: () => {
        opened += 1;
        return {
          timeout: 30_000,
          hasReset: false,
          feed: () => {
            fed += 1;
            if (broken) throw new DeviceError('no-bus', '/dev/watchdog1', 'the kernel has no such watchdog');
          },
          close: () => undefined,
        };
      },
    });
    vi.advanceTimersByTime(40_000);
    expect(reported.filter((each) => each !== null)).not.toEqual([]);
    broken = false;
    vi.advanceTimersByTime(60_000);
    expect(reported.at(-1)).toBeNull();
    expect(opened).toBeGreaterThan(1);
    fed = 0;
    vi.advanceTimersByTime(60_000);
    // Every 10 s, by the one that is held now.
    expect(fed).toBe(6);
  });
});
