/** What a durable record costs, and whether a long log is as quick to read as a short one. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Journal } from '../../../src/journal/journal.ts';
import type { JournalRecord } from '../../../src/journal/record.ts';
import { openStore, type Store } from '../../../src/store/store.ts';

const records = 2_000;
const group = 50;
const short = 1_000;
const long = 1_000_000;
const rounds = 200;

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'redfishd-journal-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const print = (line: string) => process.stdout.write(`${line}\n`);
const event = (index: number): JournalRecord => ({
  log: 'EventLog',
  messageId: index % 1000 === 999 ? 'SensorEvent.1.0.SensorRestored' : 'ResourceEvent.1.4.ResourceChanged',
  args: [],
  message: `Something happened, number ${index}.`,
  severity: index % 1000 === 999 ? 'Critical' : 'OK',
  origin: '/redfish/v1/Chassis/chassis/Sensors/MB_INLET_TEMP',
});

async function seconds(work: () => unknown): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1000;
}

/** A store with a journal of its own. */
function journalIn(
  name: string,
  cap: number,
): { readonly store: Store; readonly journal: Journal; readonly file: string } {
  const folder = join(directory, name);
  const store = openStore(folder);
  return { store, journal: new Journal(store, { caps: { EventLog: cap } }), file: folder };
}

it('measures durable records beside bare inserts', async () => {
  const { store, journal, file } = journalIn('appends', 1_000_000);
  // The same table with the same indexes, and the durability that the store has.
  const twin = journalIn('bare', 1_000_000);
  twin.journal.close();
  twin.store.close();
  const bare = new Database(join(twin.file, 'redfishd.db'));
  const synchronous = store.get<{ readonly synchronous: number }>('PRAGMA synchronous')?.synchronous ?? 2;
  bare.pragma('journal_mode = WAL');
  bare.pragma(`synchronous = ${synchronous}`);
  const insert =
    bare.prepare(`INSERT INTO journal (stream, time, boot, uptime, message_id, args, message, severity, origin, resolved)
    VALUES ('EventLog', ?, ?, ?, ?, '[]', ?, ?, ?, 0)`);
  const one = (index: number) => {
    const { messageId, message, severity, origin } = event(index);
    insert.run(
      Date.now(),
      'b5ac5d0e-7c5c-4c7e-9d0f-3a4f4a1f2c11',
      index,
      messageId,
      message,
      severity,
      origin ?? null,
    );
  };
  const many = bare.transaction((from: number) => {
    for (let index = from; index < from + group; index++) one(index);
  });
  print(
    `\n${'durable records a second'.padEnd(28)} ${'redfishd'.padStart(9)} ${'bare SQLite'.padStart(12)}  ratio`,
  );
  const row = (name: string, ours: number, theirs: number) =>
    print(
      `${name.padEnd(28)} ${ours.toFixed(0).padStart(9)} ${theirs.toFixed(0).padStart(12)}  ${(ours / theirs).toFixed(2)}`,
    );
  // Turn by turn, the best of three: the disk has other things to do.
  const best = { ours: 0, theirs: 0, oursMany: 0, theirsMany: 0 };
  for (let round = 0; round < 3; round++) {
    const alone = await seconds(async () => {
      for (let index = 0; index < records / 4; index++) await journal.append(event(index));
    });
    const bareAlone = await seconds(() => {
      for (let index = 0; index < records / 4; index++) one(index);
    });
    const grouped = await seconds(async () => {
      for (let index = 0; index < records; index += group)
        await Promise.all(Array.from({ length: group }, (_, each) => journal.append(event(index + each))));
    });
    const bareGrouped = await seconds(() => {
      for (let index = 0; index < records; index += group) many(index);
    });
    best.ours = Math.max(best.ours, records / 4 / alone);
    best.theirs = Math.max(best.theirs, records / 4 / bareAlone);
    best.oursMany = Math.max(best.oursMany, records / grouped);
    best.theirsMany = Math.max(best.theirsMany, records / bareGrouped);
  }
  row('one at a time', best.ours, best.theirs);
  row(`${group} at once`, best.oursMany, best.theirsMany);
  expect(best.ours).toBeGreaterThan(0);
  // What an event wears of the flash: what one record makes the disk take, the log of the database and its pages included.
  journal.close();
  store.close();
  bare.close();
  print(
    `files after ${(records * 3 * 1.25).toFixed(0)} records: ${(statSync(join(file, 'redfishd.db')).size / 1024).toFixed(0)} KiB`,
  );
});

it('reads a page of a long log as fast as of a short one', async () => {
  const ref = { log: 'EventLog' } as const;
  const times = new Map<number, readonly number[]>();
  for (const count of [short, long]) {
    const { store, journal, file } = journalIn(`log-${count}`, 2 * long);
    for (let from = 0; from < count; from += 10_000) {
      for (let index = from; index < Math.min(from + 10_000, count); index++)
        void journal.append({ ...event(index), severity: index >= count - 20 ? 'Warning' : 'OK' });
      journal.flush();
    }
    const filter = { kind: 'compare', field: 'severity', operator: 'eq', value: 'Warning' } as const;
    const quick = async (work: () => unknown) => {
      work();
      const all: number[] = [];
      for (let round = 0; round < rounds; round++) all.push(await seconds(work));
      return (all.sort((a, b) => a - b)[rounds >> 1] ?? 0) * 1000;
    };
    const page = await quick(() => journal.page(ref, { skip: count - 50, top: 50 }));
    const newest = await quick(() => journal.page(ref, { skip: 0, top: 50, newestFirst: true }));
    const filtered = await quick(() => journal.page(ref, { skip: 0, top: 50, filter }));
    expect(journal.page(ref, { skip: 0, top: 50, filter }).total).toBe(20);
    times.set(count, [page, newest, filtered]);
    expect(journal.page(ref, { skip: count - 50, top: 50 }).entries.at(-1)?.message).toContain(
      `${count - 1}.`,
    );
    const rss = process.memoryUsage().rss / 1024 / 1024;
    const size = statSync(join(file, 'redfishd.db')).size / 1024 / 1024;
    print(
      `log of ${count}: last page of 50 ${page.toFixed(3)} ms, newest 50 ${newest.toFixed(3)} ms, 20 by severity ${filtered.toFixed(3)} ms; file ${size.toFixed(1)} MiB, process ${rss.toFixed(0)} MiB`,
    );
    const before = journal.newest;
    journal.delete(before);
    journal.clear(ref);
    const id = await journal.append(event(0));
    expect(id).toBeGreaterThan(before);
    journal.close();
    store.close();
  }
  const ratio = (index: number) =>
    ((times.get(long)?.[index] ?? 0) / (times.get(short)?.[index] ?? 1)).toFixed(2);
  print(`ratio long to short: last page ${ratio(0)}, newest ${ratio(1)}, by severity ${ratio(2)}\n`);
});
