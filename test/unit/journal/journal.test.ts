import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { logDefects } from '../../../src/base/defects.ts';
import { Journal } from '../../../src/journal/journal.ts';
import type { JournalOptions } from '../../../src/journal/options.ts';
import { PageIndex } from '../../../src/journal/page-index.ts';
import type { JournalEntry, JournalRecord } from '../../../src/journal/record.ts';
import { journalWords } from '../../../src/redfish/records/board.ts';
import { StoreError } from '../../../src/store/errors.ts';
import { failure, ManualClock, mountTmpfs, open, temporary } from '../store/support.ts';

const event = (message: string, more: Partial<JournalRecord> = {}): JournalRecord =>
  ({
    log: 'EventLog',
    messageId: 'ResourceEvent.1.4.ResourceChanged',
    message,
    severity: 'OK',
    ...more,
  }) as JournalRecord;

function journalIn(directory = temporary(), options: JournalOptions = {}) {
  const store = open(directory);
  return { store, directory, journal: new Journal(store, { clock: new ManualClock(), ...options }) };
}

const messages = (entries: readonly JournalEntry[]) => entries.map(({ message }) => message);

describe('a record', () => {
  it('is there again after a restart, whole', async () => {
    const { journal, store, directory } = journalIn();
    const time = new Date('2026-02-03T04:05:06.789Z');
    const id = await journal.append({
      log: 'SEL',
      system: 'system',
      messageId: 'SensorEvent.1.0.ReadingAboveUpperCriticalThreshold',
      args: ['MB_INLET_TEMP', '41', 'Cel'],
      message: 'it is hot',
      severity: 'Critical',
      origin: '/redfish/v1/Chassis/chassis/Sensors/MB_INLET_TEMP',
      condition: 'sensor:MB_INLET_TEMP:upperCritical',
      user: 'admin',
      address: '192.0.2.1',
      detail: { because: ['fan', 1] },
      time,
    });
    const entry = journal.get(id);
    expect(entry).toMatchObject({
      log: 'SEL',
      system: 'system',
      time,
      resolved: false,
      severity: 'Critical',
    });
    expect(entry).toMatchObject({ args: ['MB_INLET_TEMP', '41', 'Cel'], detail: { because: ['fan', 1] } });
    expect(entry?.bootId).toMatch(/^[0-9a-f-]{36}$/);
    store.close();
    const again = journalIn(directory).journal;
    expect(again.get(id)).toEqual(entry);
    expect(again.page({ log: 'SEL', system: 'system' }, { skip: 0, top: 9 })).toEqual({
      total: 1,
      entries: [entry],
    });
    expect(again.page({ log: 'SEL', system: 'other' }, { skip: 0, top: 9 }).total).toBe(0);
    expect(await again.append(event('next'))).toBeGreaterThan(id);
  });

  it('that cannot be stored as it is harms no other', async () => {
    const { journal } = journalIn();
    const circular: { self?: unknown } = {};
    circular.self = circular;
    const [bad, good] = await Promise.allSettled([
      journal.append(event('bad', { detail: circular })),
      journal.append(event('good', { time: new Date(Number.NaN), args: ['x'.repeat(100_000)] })),
    ]);
    expect([bad.status, good.status]).toEqual(['rejected', 'fulfilled']);
    const [entry] = journal.page({ log: 'EventLog' }, { skip: 0, top: 9 }).entries;
    expect(entry?.message).toBe('good');
    expect(entry?.args[0]).toHaveLength(4096);
    expect(entry?.time).toEqual(new Date(new ManualClock().now()));
  });

  it('keeps its place in the order when the clock steps', async () => {
    const clock = new ManualClock(0);
    const { journal } = journalIn(temporary(), { clock });
    await journal.append(event('in 1970'));
    clock.wall = Date.parse('2026-01-01T00:00:00Z');
    clock.uptime += 5;
    await journal.append(event('in 2026'));
    clock.wall -= 3_600_000;
    clock.uptime += 5;
    await journal.append(event('an hour earlier'));
    const { entries } = journal.page({ log: 'EventLog' }, { skip: 0, top: 9 });
    expect(messages(entries)).toEqual(['in 1970', 'in 2026', 'an hour earlier']);
    expect(entries.map(({ uptime }) => uptime - (entries[0]?.uptime ?? 0))).toEqual([0, 5, 10]);
  });
});

describe('appends', () => {
  it('that come together share one transaction, in order', async () => {
    const { journal, store } = journalIn();
    const heard: number[] = [];
    journal.onAppend(({ id }) => heard.push(id));
    let transactions = 0;
    const transaction = store.transaction.bind(store);
    store.transaction = (work) => {
      transactions++;
      return transaction(work);
    };
    const ids = await Promise.all(Array.from({ length: 50 }, (_, n) => journal.append(event(`${n}`))));
    expect(transactions).toBe(1);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(heard).toEqual(ids);
    expect(messages(journal.page({ log: 'EventLog' }, { skip: 0, top: 99 }).entries)).toEqual(
      Array.from({ length: 50 }, (_, n) => `${n}`),
    );
  });

  it('that may wait gather, and go along with the first that may not', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { journal, store } = journalIn();
      let transactions = 0;
      const transaction = store.transaction.bind(store);
      store.transaction = (work) => {
        transactions++;
        return transaction(work);
      };
      const code = (name: string) => event(name, { log: 'PostCodes', system: 's' });
      const stored = () => journal.page({ log: 'PostCodes', system: 's' }, { skip: 0, top: 999 });
      // A boot: two hundred within four seconds.
      for (let n = 0; n < 200; n++) {
        journal.append(code(`${n}`), 1000);
        vi.advanceTimersByTime(20);
      }
      expect(transactions).toBeLessThanOrEqual(4);
      vi.advanceTimersByTime(1000);
      expect(transactions).toBeLessThanOrEqual(5);
      expect(messages(stored().entries)).toEqual(Array.from({ length: 200 }, (_, n) => `${n}`));
      const before = transactions;
      vi.advanceTimersByTime(60_000);
      expect(transactions).toBe(before);
      // What happens to the host meanwhile keeps its place.
      const waits = journal.append(code('waits'), 1000);
      const goes = journal.append(event('goes'));
      expect(await waits).toBe((await goes) - 1);
      expect(transactions).toBe(before + 1);
      journal.append(code('asked for'), 1000);
      journal.flush();
      expect(stored().total).toBe(202);
      expect(transactions).toBe(before + 2);
      vi.advanceTimersByTime(60_000);
      expect(transactions).toBe(before + 2);
      journal.append(code('cleared'), 1000);
      journal.clear({ log: 'PostCodes', system: 's' });
      journal.append(code('last words'), 1000);
      journal.close();
      expect(messages(stored().entries)).toEqual(['last words']);
      expect(journal.events(0, 999).map(({ message }) => message)).toEqual(['goes']);
    } finally {
      vi.useRealTimers();
    }
  });

  it('reach every listener, also when one of them throws', async () => {
    const { journal } = journalIn();
    const defects: unknown[] = [];
    onTestFinished(logDefects((error) => defects.push(error)));
    const heard: string[] = [];
    journal.onAppend(() => {
      throw new Error('listener is broken');
    });
    const end = journal.onAppend(({ message }) => heard.push(message));
    await journal.append(event('one'));
    end();
    await journal.append(event('two'));
    expect(heard).toEqual(['one']);
    expect(defects).toEqual([new Error('listener is broken'), new Error('listener is broken')]);
  });

  it('left unwaited are stored when the journal closes', () => {
    const { journal, store, directory } = journalIn();
    journal.append(event('last words'));
    journal.close();
    store.close();
    expect(journalIn(directory).journal.page({ log: 'EventLog' }, { skip: 0, top: 1 }).total).toBe(1);
  });
});

describe('conditions', () => {
  it('are resolved by the record that ends them, in every log', async () => {
    const { journal } = journalIn();
    const opened = await journal.append(event('hot', { condition: 'c', log: 'SEL', system: 's' }));
    const other = await journal.append(event('cold', { condition: 'd' }));
    const plain = await journal.append(event('plain'));
    const closed = await journal.append(event('fine', { condition: 'c', resolves: true }));
    const again = await journal.append(event('hot again', { condition: 'c' }));
    const resolved = (id: number) => journal.get(id)?.resolved;
    expect([opened, other, plain, closed, again].map(resolved)).toEqual([true, false, false, true, false]);
    expect(journal.setResolved(plain, true)).toBe(true);
    expect(resolved(plain)).toBe(true);
    expect(journal.setResolved(999_999, true)).toBe(false);
  });
});

describe('a log', () => {
  it('wraps when it is full, the oldest first, and leaves the others alone', async () => {
    const { journal, store, directory } = journalIn(temporary(), { caps: { EventLog: 128, AuditLog: 5 } });
    await journal.append(event('audit', { log: 'AuditLog' }));
    for (let n = 0; n < 500; n++) {
      journal.append(event(`${n}`));
      if (n % 7 === 0) journal.flush();
    }
    journal.flush();
    const { total, entries } = journal.page({ log: 'EventLog' }, { skip: 0, top: 1000 });
    expect(total).toBe(entries.length);
    expect(total).toBeLessThanOrEqual(128);
    expect(total).toBeGreaterThan(110);
    expect(messages(entries)).toEqual(Array.from({ length: total }, (_, n) => `${500 - total + n}`));
    for (let n = 0; n < 9; n++) journal.append(event(`${n}`, { log: 'AuditLog' }));
    journal.flush();
    expect(journal.page({ log: 'AuditLog' }, { skip: 0, top: 9 }).total).toBe(5);
    store.close();
    const again = journalIn(directory).journal;
    expect(again.page({ log: 'EventLog' }, { skip: 0, top: 1000 })).toEqual({ total, entries });
  });

  it('goes on with its ids after it was cleared, and over a restart', async () => {
    const { journal, store, directory } = journalIn();
    const ids = await Promise.all([1, 2, 3].map((n) => journal.append(event(`${n}`))));
    await journal.append(event('audit', { log: 'AuditLog' }));
    expect(journal.delete(ids[1] ?? 0)).toBe(true);
    expect(journal.delete(ids[1] ?? 0)).toBe(false);
    expect(messages(journal.page({ log: 'EventLog' }, { skip: 0, top: 9 }).entries)).toEqual(['1', '3']);
    const before = journal.revision;
    journal.clear({ log: 'EventLog' });
    expect(journal.revision).toBeGreaterThan(before);
    expect(journal.page({ log: 'EventLog' }, { skip: 0, top: 9 })).toEqual({ total: 0, entries: [] });
    expect(journal.page({ log: 'AuditLog' }, { skip: 0, top: 9 }).total).toBe(1);
    journal.clear({ log: 'AuditLog' });
    store.close();
    expect(await journalIn(directory).journal.append(event('next'))).toBe((ids[2] ?? 0) + 2);
  });

  it('shows any page as if it were read from the beginning, whatever was removed', async () => {
    const { journal } = journalIn(temporary(), { caps: { EventLog: 100_000 } });
    const ids: number[] = [];
    for (let n = 0; n < 5000; n++) {
      journal.append(event(`${n}`)).then((id) => ids.push(id));
      journal.append(event('noise', { log: 'AuditLog' }));
    }
    journal.flush();
    await journal.append(event('last')).then((id) => ids.push(id));
    for (let n = ids.length - 1; n >= 0; n -= 1 + (n % 9)) {
      journal.delete(ids[n] ?? 0);
      ids.splice(n, 1);
    }
    fc.assert(
      fc.property(fc.nat(ids.length + 10), fc.nat(60), fc.boolean(), (skip, top, newestFirst) => {
        const all = newestFirst ? [...ids].reverse() : ids;
        const page = journal.page({ log: 'EventLog' }, { skip, top, newestFirst });
        expect(page.total).toBe(ids.length);
        expect(page.entries.map(({ id }) => id)).toEqual(all.slice(skip, skip + top));
      }),
      { numRuns: 300 },
    );
  });
});

describe('the rank of entries', () => {
  it('always agrees with a plain list', () => {
    const step = fc.oneof(
      fc.record({ add: fc.integer({ min: 1, max: 3000 }) }),
      fc.record({ remove: fc.nat(10_000) }),
      fc.record({ oldest: fc.nat(20) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat(60), fc.boolean(), (steps, skip, newestFirst) => {
        const rank = new PageIndex();
        let list: number[] = [];
        let last = 0;
        for (const one of steps) {
          if ('add' in one) {
            last += one.add;
            list.push(last);
            rank.add(PageIndex.blockOf(last));
          } else if ('oldest' in one) {
            list = list.slice(one.oldest);
            rank.removeOldest(one.oldest);
          } else if (list.length > 0) {
            const [gone] = list.splice(one.remove % list.length, 1);
            rank.remove(PageIndex.blockOf(gone ?? 0));
          }
        }
        expect(rank.total).toBe(list.length);
        const all = newestFirst ? [...list].reverse() : list;
        const { id, offset } = rank.seek(skip, newestFirst);
        const rest = all.filter((one) => (newestFirst ? one <= id : one >= id));
        expect(rest.slice(offset)).toEqual(all.slice(skip));
      }),
    );
  });
});

const mount = mountTmpfs('64k');
if (mount === null) process.stderr.write('SKIPPED: the journal on a full disk, mount is not permitted\n');
describe.skipIf(mount === null)('on a full disk', () => {
  /** A journal on a file system of its own that something else fills up. */
  function crowded(options: JournalOptions = {}) {
    const directory = mountTmpfs('1m') ?? '';
    const house = journalIn(directory, options);
    const ballast = join(directory, 'ballast');
    const fill = () => {
      try {
        writeFileSync(ballast, Buffer.alloc(2 << 20));
      } catch {
        // As full as it gets.
      }
    };
    return { ...house, fill, free: () => truncateSync(ballast, 0) };
  }

  it('records are refused, wait in memory, and are stored by themselves once there is room', async () => {
    const { journal, fill, free } = crowded();
    const heard: string[] = [];
    journal.onAppend(({ message }) => heard.push(message));
    await journal.append(event('before'));
    fill();
    const error = await failure(StoreError, () => journal.append(event('waits')));
    expect(error.reason).toBe('full');
    expect(journal.state).toMatchObject({ fault: { reason: 'full' }, waiting: 1, lost: 0 });
    expect(messages(journal.page({ log: 'EventLog' }, { skip: 0, top: 9 }).entries)).toEqual(['before']);
    expect((await failure(StoreError, () => journal.append(event('waits too')))).reason).toBe('full');
    expect(journal.state.waiting).toBe(2);
    free();
    await expect.poll(() => journal.state.waiting, { timeout: 5000 }).toBe(0);
    expect(journal.state).toEqual({ fault: null, since: null, missing: 0, waiting: 0, lost: 0 });
    await journal.append(event('after'));
    const all = ['before', 'waits', 'waits too', 'after'];
    expect(messages(journal.page({ log: 'EventLog' }, { skip: 0, top: 9 }).entries)).toEqual(all);
    expect(heard).toEqual(all);
  });

  it('the log says so, once for a disk that is full every other second, and how many records it cost', async () => {
    const { journal, fill, free } = crowded({ messages: journalWords('bmc'), calm: 2500, pendingLimit: 3 });
    const logged = () => journal.page({ log: 'EventLog' }, { skip: 0, top: 99 }).entries;
    const own = () => logged().filter(({ condition }) => condition === 'journal');
    await journal.append(event('before'));
    for (let round = 0; round < 3; round++) {
      fill();
      await failure(StoreError, () => journal.append(event('waits', { severity: 'Critical' })));
      expect(journal.state).toMatchObject({ fault: { reason: 'full' }, since: expect.any(Date), missing: 0 });
      free();
      journal.flush();
      expect(journal.state).toMatchObject({ fault: null, since: null, missing: 0, waiting: 0 });
      expect(own().map(({ severity, resolved }) => [severity, resolved])).toEqual([['Warning', false]]);
    }
    fill();
    for (let n = 0; n < 5; n++)
      await failure(StoreError, () => journal.append(event('too many', { severity: 'Critical' })));
    expect(journal.state).toMatchObject({ waiting: 3, missing: 2, lost: 2 });
    free();
    await expect.poll(() => own().length, { timeout: 8000 }).toBe(2);
    const [fault, end] = own();
    expect(fault).toMatchObject({
      messageId: 'ResourceEvent.1.4.ResourceErrorsDetected',
      args: ['store', 'full'],
      resolved: true,
      message: expect.stringMatching(/full file system.*free space there/),
    });
    expect(end).toMatchObject({
      messageId: 'ResourceEvent.1.4.ResourceErrorsCorrected',
      severity: 'Warning',
      resolved: true,
      message: expect.stringMatching(/; 2 records of that time are lost\.$/),
    });
    journal.close();
  });

  it('that has room again when the daemon ends, the log says that too', async () => {
    const { journal, fill, free } = crowded({ messages: journalWords('bmc') });
    fill();
    await failure(StoreError, () => journal.append(event('waits')));
    free();
    journal.flush();
    journal.close();
    const { entries } = journal.page({ log: 'EventLog' }, { skip: 0, top: 9 });
    expect(entries.map(({ messageId }) => messageId.split('.').at(-1))).toEqual([
      'ResourceChanged',
      'ResourceErrorsDetected',
      'ResourceErrorsCorrected',
    ]);
    expect(entries.at(-1)?.severity).toBe('OK');
  });

  it('codes of firmware make way for everything else', async () => {
    const { journal, fill, free } = crowded({ pendingLimit: 3 });
    fill();
    await failure(StoreError, () => journal.append(event('OK')));
    for (const name of ['1', '2', '3', '4'])
      await failure(StoreError, () => journal.append(event(name, { log: 'PostCodes', system: 's' })));
    await failure(StoreError, () => journal.append(event('OK too')));
    expect(journal.state).toMatchObject({ waiting: 3, lost: 3 });
    free();
    journal.flush();
    expect(messages(journal.page({ log: 'EventLog' }, { skip: 0, top: 9 }).entries)).toEqual([
      'OK',
      'OK too',
    ]);
    const codes = journal.page({ log: 'PostCodes', system: 's' }, { skip: 0, top: 9 }).entries;
    expect(messages(codes)).toEqual(['4']);
  });

  it('the most severe are kept longest', async () => {
    const { journal, fill, free } = crowded({ pendingLimit: 3 });
    fill();
    for (const severity of ['Critical', 'OK', 'Warning', 'OK', 'Critical', 'OK'] as const) {
      await failure(StoreError, () => journal.append(event(severity, { severity })));
    }
    expect(journal.state).toMatchObject({ waiting: 3, lost: 3 });
    free();
    journal.flush();
    const { entries } = journal.page({ log: 'EventLog' }, { skip: 0, top: 9 });
    expect(messages(entries)).toEqual(['Critical', 'Warning', 'Critical']);
  });
});

describe('what subscribers are told', () => {
  const told = (journal: Journal, after = 0, limit = 100) => messages(journal.events(after, limit));

  it('is what the EventLog shows, and what no log shows, in the order in which it happened', async () => {
    const { journal } = journalIn();
    const first = await journal.append(event('a'));
    await journal.append(event('audit', { log: 'AuditLog' }));
    await journal.append({ ...event('a again'), log: 'SEL', system: 'system' } as JournalRecord);
    const last = await journal.append(event('b', { log: 'Event' }));
    await journal.append(event('c'));
    expect(told(journal)).toEqual(['a', 'b', 'c']);
    expect(told(journal, first)).toEqual(['b', 'c']);
    expect(told(journal, first, 1)).toEqual(['b']);
    expect(journal.get(last)).toBeUndefined();
    expect(journal.delete(last)).toBe(false);
    expect(journal.newest).toBe(5);
  });

  it('is not lost with a log that a client empties, as long as somebody is still to be told', async () => {
    const { journal } = journalIn();
    const ids: number[] = [];
    for (const name of ['a', 'b', 'c', 'd']) ids.push(await journal.append(event(name)));
    journal.keepFor(() => ids[1] ?? 0);
    expect(journal.delete(ids[2] ?? 0)).toBe(true);
    journal.clear({ log: 'EventLog' });
    await journal.append(event('e'));
    expect(journal.page({ log: 'EventLog' }, { skip: 0, top: 9 }).total).toBe(1);
    expect(told(journal, ids[1])).toEqual(['c', 'd', 'e']);
    expect(told(journal)).toEqual(['c', 'd', 'e']);
    expect(journal.hasLost(0)).toBe(false);
  });

  it('is known to be missing once it has been overwritten', async () => {
    const { journal, store, directory } = journalIn(undefined, { caps: { EventLog: 64 } });
    const first = await journal.append(event('first'));
    for (let count = 0; count < 70; count++) await journal.append(event(String(count)));
    expect(journal.hasLost(first - 1)).toBe(true);
    const oldest = journal.events(0, 1)[0]?.id ?? 0;
    expect(journal.hasLost(oldest - 1)).toBe(false);
    store.close();
    expect(journalIn(directory).journal.hasLost(first - 1)).toBe(true);
  });

  it('keeps to its own cap', async () => {
    const { journal } = journalIn(undefined, { caps: { Event: 64 } });
    for (let count = 0; count < 200; count++) await journal.append(event(String(count), { log: 'Event' }));
    expect(journal.events(0, 1000).length).toBeLessThanOrEqual(64);
    expect(journal.newest).toBe(200);
  });
});
