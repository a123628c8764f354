/** What the journal says of its own times: steps of the wall clock, starts of the machine. */
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ClockWatch, tolerance } from '../../../src/journal/clock-watch.ts';
import { Journal } from '../../../src/journal/journal.ts';
import type { JournalMessages } from '../../../src/journal/options.ts';
import type { JournalRecord } from '../../../src/journal/record.ts';
import { journalWords } from '../../../src/redfish/records/board.ts';
import { ManualClock, open, temporary } from '../store/support.ts';

const words: JournalMessages = journalWords('bmc');
const event = (message: string, more: Partial<JournalRecord> = {}): JournalRecord =>
  ({
    log: 'EventLog',
    messageId: 'ResourceEvent.1.4.ResourceChanged',
    message,
    severity: 'OK',
    ...more,
  }) as JournalRecord;
const everything = { skip: 0, top: 10_000 } as const;
const keyOf = ({ messageId }: { readonly messageId: string }) => messageId.split('.').at(-1);

function journalIn(clock: ManualClock, directory = temporary(), bootId?: string) {
  const store = open(directory);
  const journal = new Journal(store, { clock, messages: words, ...(bootId === undefined ? {} : { bootId }) });
  const entries = () => journal.page({ log: 'EventLog' }, everything).entries;
  return { journal, store, directory, entries };
}

/** Time passes: for both clocks, and the wall clock is set by so much. */
function pass(clock: ManualClock, milliseconds: number, step = 0): void {
  clock.uptime += milliseconds;
  clock.wall += milliseconds + step;
}

describe('a clock that is watched', () => {
  it('has stepped when it disagrees with the one that counts, by more than it may be put right', () => {
    const clock = new ManualClock(0);
    const watch = new ClockWatch(clock);
    pass(clock, 1_000_000);
    expect(watch.check()).toBeNull();
    pass(clock, 10, tolerance);
    expect(watch.check()).toBeNull();
    pass(clock, 10, -tolerance);
    expect(watch.check()).toBeNull();
    pass(clock, 10, tolerance + 1);
    expect(watch.check()).toEqual({ before: 1_000_030, after: 1_000_030 + tolerance + 1 });
    expect(watch.check()).toBeNull();
    pass(clock, 0, -tolerance - 1);
    expect(watch.check()).toEqual({ before: 1_000_030 + tolerance + 1, after: 1_000_030 });
  });

  it('has not when the look itself was held up', () => {
    const clock = new ManualClock(0);
    let held = false;
    const watch = new ClockWatch({
      now() {
        // Long enough to look like a step.
        if (held) pass(clock, 60_000);
        return clock.now();
      },
      monotonic: () => clock.monotonic(),
    });
    held = true;
    expect(watch.check()).toBeNull();
    held = false;
    expect(watch.check()).toBeNull();
  });
});

describe('a step of the clock', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is in the log before the first record of the new time, with both times', async () => {
    const clock = new ManualClock(12_000);
    const { journal, entries } = journalIn(clock);
    await journal.append(event('in 1970'));
    clock.uptime += 3000;
    clock.wall = Date.parse('2026-01-01T00:00:00Z');
    const id = await journal.append(event('in 2026'));
    const [first, step, second] = entries();
    expect(entries()).toHaveLength(3);
    expect([first?.message, second?.message]).toEqual(['in 1970', 'in 2026']);
    expect(step?.id).toBe(id - 2);
    // Whoever reads the audit log must know too.
    const { entries: audit } = journal.page({ log: 'AuditLog' }, everything);
    expect(audit.map(({ messageId, args }) => ({ messageId, args }))).toEqual([
      { messageId: step?.messageId, args: step?.args },
    ]);
    const seconds = String(Date.parse('2026-01-01T00:00:00Z') / 1000 - 15);
    expect(step).toMatchObject({
      messageId: 'Redfishd.1.1.ClockStepped',
      args: ['1970-01-01T00:00:15.000Z', '2026-01-01T00:00:00.000Z', seconds],
      origin: '/redfish/v1/Managers/bmc',
      time: new Date('2026-01-01T00:00:00Z'),
      message: `The clock of the controller was set from 1970-01-01T00:00:15.000Z to 2026-01-01T00:00:00.000Z, by ${seconds} seconds.`,
    });
    // Subscribers are told as of anything else.
    expect(journal.events(0, 9).map(keyOf)).toContain('ClockStepped');
    journal.close();
  });

  it('while no daemon ran is told of at the next start', async () => {
    const directory = temporary();
    const clock = new ManualClock(0);
    const before = journalIn(clock, directory, 'boot-1');
    await before.journal.append(event('a login', { log: 'AuditLog' }));
    pass(clock, 5000);
    await before.journal.append(event('before'));
    before.journal.close();
    before.store.close();
    pass(clock, 60_000, 7_000_000);
    const after = journalIn(clock, directory, 'boot-1');
    await after.journal.append(event('after'));
    expect(after.entries().map(keyOf)).toEqual(['ResourceChanged', 'ClockStepped', 'ResourceChanged']);
    expect(after.entries()[1]?.args[2]).toBe('7000');
    after.journal.close();
    after.store.close();
    // Not told twice, and nothing of another start of the machine.
    const third = journalIn(clock, directory, 'boot-1');
    await third.journal.append(event('third'));
    expect(third.entries().map(keyOf).slice(3)).toEqual(['ResourceChanged']);
    third.journal.close();
    third.store.close();
    pass(clock, 60_000, -7_000_000);
    const again = journalIn(clock, directory, 'boot-2');
    await again.journal.append(event('again'));
    expect(again.entries().map(keyOf).slice(4)).toEqual(['RedfishServiceStarted', 'ResourceChanged']);
    again.journal.close();
    again.store.close();
  });

  it('is told of by itself while nothing else happens, and nothing is while nothing happens', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setImmediate', 'clearImmediate'] });
    const clock = new ManualClock(0);
    const { journal, store, entries } = journalIn(clock);
    const transaction = vi.spyOn(store, 'transaction');
    const idle = (minutes: number) => {
      for (let n = 0; n < minutes * 60; n++) {
        pass(clock, 1000);
        vi.advanceTimersByTime(1000);
      }
    };
    idle(60);
    expect(transaction).not.toHaveBeenCalled();
    pass(clock, 0, -3_600_000);
    idle(1);
    expect(entries().map(keyOf)).toEqual(['ClockStepped']);
    expect(entries()[0]?.args[2]).toBe('-3600');
    idle(60);
    expect(transaction).toHaveBeenCalledTimes(1);
    journal.close();
    pass(clock, 0, 3_600_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves ids and order alone, and lets every time before it be put right', () => {
    const act = fc.record({
      passes: fc.integer({ min: 0, max: 100_000 }),
      step: fc.oneof(
        fc.constant(0),
        fc.integer({ min: tolerance + 1, max: 2_000_000_000_000 }),
        fc.integer({ min: -2_000_000_000_000, max: -tolerance - 1 }),
      ),
      appends: fc.integer({ min: 0, max: 3 }),
      flushes: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(act, { minLength: 1, maxLength: 12 }), (acts) => {
        const clock = new ManualClock(0, 0);
        const { journal, store, entries } = journalIn(clock);
        let steps = 0;
        let count = 0;
        /** How far the clock was set since the journal looked at it. */
        let unseen = 0;
        for (const { passes, step, appends, flushes } of acts) {
          pass(clock, passes, step);
          unseen += step;
          for (let n = 0; n < appends; n++) journal.append(event(String(count++)));
          if (appends > 0) {
            if (Math.abs(unseen) > tolerance) steps++;
            unseen = 0;
          }
          if (flushes) journal.flush();
        }
        journal.flush();
        const all = entries();
        const ids = all.map(({ id }) => id);
        expect(ids).toEqual([...ids].sort((one, other) => one - other));
        expect(new Set(ids).size).toBe(ids.length);
        const own = all.filter((entry) => keyOf(entry) === 'ResourceChanged');
        expect(own.map(({ message }) => message)).toEqual(Array.from({ length: count }, (_, n) => String(n)));
        expect(all.length - own.length).toBe(steps);
        // Each time, with the steps that followed, agrees with the clock that only counts: by the time of the last one.
        const offset = clock.wall - unseen - clock.uptime;
        let following = 0;
        for (const entry of [...all].reverse()) {
          const error = entry.time.getTime() + following - entry.uptime - offset;
          expect(Math.abs(error)).toBeLessThanOrEqual(tolerance * acts.length);
          if (keyOf(entry) === 'ClockStepped') following += Number(entry.args[2]) * 1000;
        }
        journal.close();
        store.close();
      }),
      { numRuns: 60 },
    );
  });
});

describe('a start of the machine', () => {
  const told = 'The Redfish service has started.';

  it('is in the log, first of all that came after it, and names the last record before', async () => {
    const directory = temporary();
    const clock = new ManualClock(Date.parse('2026-05-06T07:08:09Z'));
    const before = journalIn(clock, directory, 'boot-1');
    await before.journal.append(event('before'));
    before.journal.close();
    before.store.close();
    // Up again, in 1970.
    const after = journalIn(new ManualClock(5000, 5000), directory, 'boot-2');
    await after.journal.append(event('after'));
    expect(after.entries().map(({ message }) => message)).toEqual([
      'before',
      `${told} The controller has started anew; the last record before is of 2026-05-06T07:08:09.000Z.`,
      'after',
    ]);
    expect(after.entries().map(({ bootId }) => bootId)).toEqual(['boot-1', 'boot-2', 'boot-2']);
    after.journal.close();
    after.store.close();
  });

  it('is not one of the daemon alone, nor the very first', async () => {
    const directory = temporary();
    const clock = new ManualClock();
    for (let run = 0; run < 3; run++) {
      const { journal, store, entries } = journalIn(clock, directory, 'boot-1');
      await journal.append(event(`run ${run}`));
      expect(entries().map(({ message }) => message)).toEqual(
        Array.from({ length: run + 1 }, (_, n) => `run ${n}`),
      );
      journal.close();
      store.close();
    }
  });
});
