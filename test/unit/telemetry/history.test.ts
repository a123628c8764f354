/** History against a naive evaluator that keeps every reading, over restarts, stepping clocks and full disks. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../../src/store/store.ts';
import { kept } from '../../../src/telemetry/codec.ts';
import { History, type Reading } from '../../../src/telemetry/history.ts';
import { HistoryTable, hour, minute, quarter } from '../../../src/telemetry/history-table.ts';
import { Statistics } from '../../../src/telemetry/statistics.ts';
import { temporary } from '../../support/temporary.ts';
import { crashImage, mountTmpfs } from '../store/support.ts';

const begin = Date.UTC(2026, 0, 1);

/** What a window holds, found by looking at every reading. */
function naive(all: readonly Reading[], from: number, to: number) {
  const values = all.filter(({ time }) => time > from && time <= to).map(({ value }) => value);
  if (values.length === 0) return undefined;
  return {
    ...{ count: values.length, min: Math.min(...values), max: Math.max(...values) },
    sum: values.reduce((sum, value) => sum + value, 0),
  };
}

function expectSame(found: ReturnType<typeof naive>, wanted: ReturnType<typeof naive>) {
  if (wanted === undefined || found === undefined) return expect(found).toEqual(wanted);
  expect([found.count, found.min, found.max]).toEqual([wanted.count, wanted.min, wanted.max]);
  expect(found.sum).toBeCloseTo(wanted.sum, 3);
}

const tmpfs = mountTmpfs('64k') !== null;
if (!tmpfs) process.stderr.write('SKIPPED: no right to mount, so no disk is filled\n');

/** Bytes that this process has handed to the kernel in writes. */
const bytesWritten = () => Number(/^wchar: (\d+)/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);

describe('history', () => {
  it('knows of the last hour what a naive evaluator knows, also after a restart', () => {
    const gap = fc.integer({ min: 200, max: 40_000 });
    const value = fc.integer({ min: -5000, max: 5000 }).map((each) => each / 16);
    const windows = fc.array(fc.tuple(fc.nat(70 * minute), fc.nat(70 * minute)), {
      minLength: 5,
      maxLength: 20,
    });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(gap, value), { maxLength: 300 }),
        windows,
        fc.nat(1),
        (steps, asked, restart) => {
          const store = openStore(temporary());
          let history = new History(store, begin);
          const all: Reading[] = [];
          let now = begin;
          for (const [pause, each] of steps) {
            now += pause;
            all.push({ time: now, value: kept(each) });
            history.record('A', { time: now, value: each });
          }
          if (restart === 1) {
            history.close();
            history = new History(store, now);
          }
          for (const [back, length] of asked) {
            const from = Math.max(now - back, now - hour);
            const to = Math.min(from + length, now);
            expectSame(history.aggregate('A', from, to), naive(all, from, to));
            expect(history.readings('A', from, to)).toEqual(
              all.filter(({ time }) => time > from && time <= to),
            );
          }
          store.close();
        },
      ),
      { numRuns: 40 },
    );
  });

  it('keeps minutes of a day and hours of a month, and no more than its rows', () => {
    const store = openStore(temporary());
    let history = new History(store, begin);
    const all: Reading[] = [];
    const take = (time: number, value: number) => {
      all.push({ time, value });
      history.record('A', { time, value });
    };
    // A day and a half with a reading every 20 s; a restart in the middle of a quarter.
    for (let time = begin + 1; time < begin + 36 * hour; time += 20_000) {
      take(time, Math.floor(time / 20_000) % 1000);
      if (time === begin + 1 + 1234 * 20_000) {
        history.close();
        history = new History(store, time);
      }
    }
    const now = all.at(-1)?.time ?? 0;
    const minutesAgo = (count: number) => Math.floor(now / minute) * minute - count * minute;
    for (const [from, to] of [
      [minutesAgo(600), minutesAgo(0)],
      [minutesAgo(1300), minutesAgo(100)],
      [minutesAgo(20 * 60), minutesAgo(20 * 60 - 15)],
    ] as const)
      expectSame(history.aggregate('A', from, to), naive(all, from, to));
    // What is older than a day is there by the hour.
    const early = history.aggregate('A', begin, begin + 3 * hour);
    expectSame(early, naive(all, begin, begin + 3 * hour));
    // Minute by minute, many at once.
    for (let to = minutesAgo(400); to < minutesAgo(300); to += minute)
      expectSame(history.window(['B', 'A'], to - minute, to).get('A'), naive(all, to - minute, to));
    const table = new HistoryTable(store);
    expect(table.count('raw')).toBeLessThanOrEqual(62);
    expect(table.count('minutes')).toBeLessThanOrEqual(24 * 4 + 2);
    expect(table.count('hours')).toBe(35);
    store.close();
  });

  it('says nothing of what was not measured', () => {
    const store = openStore(temporary());
    const history = new History(store, begin);
    history.record('A', { time: begin + 5, value: Number.NaN });
    expect(history.aggregate('A', 0, begin + hour)).toBeUndefined();
    expect(history.readings('B', 0, begin + hour)).toEqual([]);
    store.close();
  });

  it('survives a clock that starts in 1970, learns the time, and is set back', () => {
    const store = openStore(temporary());
    let history = new History(store, begin);
    for (let at = 0; at < 600; at++) history.record('A', { time: begin + at * 1000, value: 7 });
    history.close();
    // The battery of the clock is empty.
    history = new History(store, 0);
    expect(history.aggregate('A', -hour, 60_000)).toBeUndefined();
    for (let at = 0; at < 180; at++) history.record('A', { time: at * 1000, value: 1 });
    expect(history.aggregate('A', -1, 200_000)).toMatchObject({ count: 180, max: 1 });
    // Now it learns the time: the hour before is that of the calendar.
    history.record('A', { time: begin + 900_000, value: 9 });
    expect(history.aggregate('A', begin, begin + hour)).toMatchObject({ min: 7, max: 9, count: 600 });
    // Half an hour back: what is told of the future is not told.
    history.record('A', { time: begin + 300_000, value: 3 });
    expect(history.aggregate('A', begin + 299_999, begin + 300_000)).toMatchObject({ min: 3, max: 3 });
    history.close();
    const table = new HistoryTable(store);
    expect(table.count('raw')).toBeLessThan(130);
    store.close();
  });

  it('loses the last minute at most when the power goes', () => {
    const directory = temporary();
    const store = openStore(directory);
    const history = new History(store, begin);
    for (let at = 0; at < 600; at++) {
      history.record('A', { time: begin + at * 1000, value: at });
      history.tick(begin + at * 1000);
    }
    const image = openStore(crashImage(directory));
    const found = new History(image, begin + 600_000).aggregate('A', begin - 1, begin + 600_000);
    expect(found).toMatchObject({ count: 540, min: 0, max: 539 });
    image.close();
    store.close();
  });

  it('reads past rows that make no sense', () => {
    const store = openStore(temporary());
    let history = new History(store, begin);
    for (let at = 0; at < 200; at++) history.record('A', { time: begin + at * 1000, value: at });
    history.close();
    store.run('UPDATE history_raw SET data = ? WHERE start = ?', new Uint8Array([1, 200, 3]), begin);
    history = new History(store, begin + 200_000);
    expect(history.aggregate('A', begin - 1, begin + 200_000)).toMatchObject({ min: 60, max: 199 });
    store.close();
  });

  it.skipIf(!tmpfs)('stops on a full disk, goes on in memory, and is stored once there is room', () => {
    const directory = mountTmpfs('1m') ?? '';
    const store = openStore(directory);
    const history = new History(store, begin);
    try {
      writeFileSync(`${directory}/filler`, Buffer.alloc(4 << 20));
    } catch {
      // Full is what it is meant to be.
    }
    let now = begin;
    const series = Array.from({ length: 50 }, (_, at) => `S${at}`);
    const run = (seconds: number) => {
      for (const end = now + seconds * 1000; now < end; now += 1000)
        for (const each of series) history.record(each, { time: now, value: (now / 1000) % 97 });
    };
    run(600);
    expect(history.state.fault?.reason).toBe('full');
    expect(history.aggregate('S1', begin - 1, now)).toMatchObject({ count: 600 });
    rmSync(`${directory}/filler`);
    run(61);
    expect(history.state.fault).toBeNull();
    history.close();
    expect(new History(store, now).aggregate('S7', begin - 1, now)).toMatchObject({ count: 661 });
    store.close();
  });

  it('prints what a hundred sensors cost', () => {
    const store = openStore(temporary());
    const history = new History(store, begin);
    const series = Array.from({ length: 100 }, (_, at) => `SENSOR_${at}`);
    let state = 1;
    const noise = () => {
      state = (state * 16807) % 2147483647;
      return state / 2147483647;
    };
    const before = process.cpuUsage();
    const wroteBefore = bytesWritten();
    for (let second = 0; second < 7200; second++) {
      const time = begin + second * 1000;
      for (const [at, each] of series.entries()) {
        // Sixteenths of a degree with noise of one step, a volt in steps of 1.25 mV, revolutions.
        const value =
          at % 3 === 0
            ? 40 + Math.round(Math.sin(second / 300) * 40 + noise() * 2) / 16
            : at % 3 === 1
              ? 12 + Math.round(noise() * 4) * 0.00125
              : 8000 + Math.round(noise() * 60);
        history.record(each, { time: time + Math.round(noise() * 6), value });
      }
    }
    const { user, system } = process.cpuUsage(before);
    const wrote = (bytesWritten() - wroteBefore) / 2;
    const bytes = store.get<{ bytes: number }>(
      `SELECT (SELECT sum(length(data)) FROM history_raw) + (SELECT sum(length(data)) FROM history_minutes)
        + (SELECT sum(length(data)) FROM history_hours) AS bytes`,
    )?.bytes;
    process.stdout.write(
      `history of 100 sensors once a second: ${Math.round(history.state.written / 2 / 1024)} KiB of rows an hour (${Math.round(wrote / 1024)} KiB with what SQLite adds), ` +
        `${Math.round((bytes ?? 0) / 1024)} KiB stored after two hours, ${((user + system) / 1000 / 7200).toFixed(3)} ms of CPU a second\n`,
    );
    expect(history.state.written / 2).toBeLessThan(2 << 20);
    store.close();
  });

  it('writes whole quarters', () => {
    const store = openStore(temporary());
    const history = new History(store, begin);
    for (let time = begin; time <= begin + 2 * quarter; time += 10_000)
      history.record('A', { time, value: 1 });
    expect(new HistoryTable(store).read('minutes', 0, Infinity).map(({ start }) => start)).toEqual([
      begin,
      begin + quarter,
    ]);
    store.close();
  });
});

describe('statistics', () => {
  it('know the lowest and the highest since they were reset, over restarts', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('A', 'B'), fc.integer(), fc.constantFrom('', 'reset', 'restart'))),
        (steps) => {
          const store = openStore(temporary());
          let statistics = new Statistics(store);
          const since = new Map<string, number[]>([
            ['A', []],
            ['B', []],
          ]);
          for (const [time, [sensor, value, then]] of steps.entries()) {
            statistics.record(sensor, { time, value });
            since.get(sensor)?.push(value);
            if (then === 'reset') {
              statistics.reset(['A'], time);
              since.set('A', []);
            } else if (then === 'restart') {
              statistics.save();
              statistics = new Statistics(store);
            }
          }
          for (const [sensor, values] of since) {
            const found = statistics.get(sensor);
            expect(found?.lowest?.value).toBe(values.length === 0 ? undefined : Math.min(...values));
            expect(found?.peak?.value).toBe(values.length === 0 ? undefined : Math.max(...values));
          }
          store.close();
        },
      ),
      { numRuns: 30 },
    );
  });
});
