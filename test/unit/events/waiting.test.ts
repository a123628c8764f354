/** Reports that nobody has taken yet, over the end of the daemon, orderly or not. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WaitingReports } from '../../../src/events/waiting.ts';
import type { Store } from '../../../src/store/store.ts';
import { at } from '../../support/client.ts';
import { type Receiver, startReceiver } from '../../support/events.ts';
import { type SpawnedDaemon, spawnDaemon } from '../../support/process.ts';
import { until } from '../../support/until.ts';
import { open } from '../store/support.ts';

describe('what is stored', () => {
  afterEach(() => vi.useRealTimers());
  const minute = 60_000;
  const complaints: string[] = [];
  const reports = (store: Store) => new WaitingReports(store, (text) => complaints.push(text));
  const rows = (store: Store) =>
    store
      .all<{ body: string }>('SELECT body FROM waiting_reports ORDER BY id')
      .map(({ body }) => body.slice(0, 8));

  it('is written at once, then seldom, and removed when it has been told', () => {
    vi.useFakeTimers();
    const store = open();
    const waiting = reports(store);
    let now = new Map([['a', ['one']]]);
    waiting.changed(() => now);
    expect(rows(store)).toEqual(['one']);
    now = new Map([['a', ['one', 'two']]]);
    for (let count = 0; count < 9; count++) {
      vi.advanceTimersByTime(minute);
      now.get('a')?.push(String(count));
      waiting.changed(() => now);
      expect(rows(store)).toEqual(['one']);
    }
    vi.advanceTimersByTime(minute);
    expect(rows(store)).toEqual(['one', 'two', ...'012345678']);
    now = new Map();
    waiting.changed(() => now);
    expect(rows(store)).toEqual([]);
    now = new Map([['a', ['three']]]);
    waiting.changed(() => now);
    expect(rows(store)).toEqual([]);
    waiting.save(now);
    expect(reports(store).of('a')).toEqual(['three']);
    expect(reports(store).of('b')).toEqual([]);
  });

  it('is the newest of each, and little enough; what is there already is not written again', () => {
    const store = open();
    const waiting = reports(store);
    const large = (name: string) => name.padEnd(100 * 1024, 'x');
    const a = ['a1', 'a2', 'a3', 'a4'].map(large);
    waiting.save(new Map([['a', a]]));
    expect(rows(store).map((text) => text.slice(0, 2))).toEqual(['a3', 'a4']);
    const ids = () => store.all<{ id: number }>('SELECT id FROM waiting_reports ORDER BY id');
    const before = ids();
    waiting.save(new Map([['a', [...a, 'a5']]]));
    expect(ids().slice(0, 2)).toEqual(before);
    expect(
      reports(store)
        .of('a')
        .map((text) => text.slice(0, 2)),
    ).toEqual(['a3', 'a4', 'a5']);
    const many = Array.from(
      { length: 64 },
      (_, count) => [`s${count}`, a.map((each) => each + count)] as const,
    );
    waiting.save(new Map([...many, ['small', ['s']]]));
    const size = rows(store).length * 100 * 1024;
    expect(size).toBeLessThan(2 * 1024 * 1024);
    expect(reports(store).of('small')).toEqual(['s']);
  });

  it('is left to memory where the store takes nothing', () => {
    const store = open();
    const waiting = reports(store);
    const pages = store.get<{ max_page_count: number }>('PRAGMA max_page_count')?.max_page_count;
    // No more than it has.
    store.get('PRAGMA max_page_count = 1');
    const large = new Map([['a', ['one'.padEnd(250_000)]]]);
    waiting.save(large);
    expect(complaints).toEqual(['undelivered metric reports cannot be stored']);
    expect(rows(store)).toEqual([]);
    store.get(`PRAGMA max_page_count = ${pages}`);
    waiting.save(large);
    expect(rows(store)).toEqual(['one     ']);
  });
});

describe('a report that its subscriber cannot take', () => {
  const service = '/redfish/v1/EventService';
  const submit = '/redfish/v1/TelemetryService/Actions/TelemetryService.SubmitTestMetricReport';
  const running: SpawnedDaemon[] = [];
  const receivers: Receiver[] = [];
  const folders: string[] = [];
  afterEach(async () => {
    for (const daemon of running.splice(0)) await daemon.kill('SIGKILL');
    for (const receiver of receivers.splice(0)) await receiver.close();
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  const begin = async (state: string) => {
    const daemon = await spawnDaemon({ state });
    running.push(daemon);
    return daemon;
  };
  const report = async (daemon: SpawnedDaemon, MetricReportName: string) => {
    const GeneratedMetricReportValues = [{ MetricId: 'Test', MetricValue: MetricReportName }];
    const answer = await daemon.send('POST', submit, { MetricReportName, GeneratedMetricReportValues });
    expect(answer.status, answer.text).toBeLessThan(300);
  };
  const namesOf = ({ payloads }: Receiver) => payloads.map(({ Id }) => Id);
  /** A daemon whose one subscriber has refused a report. */
  const refused = async () => {
    const state = mkdtempSync(join(tmpdir(), 'redfishd-waiting-'));
    folders.push(state);
    const receiver = await startReceiver();
    receivers.push(receiver);
    receiver.answer = 503;
    const daemon = await begin(state);
    await daemon.send('PATCH', service, { DeliveryRetryIntervalSeconds: 1 });
    const { headers } = await daemon.send('POST', `${service}/Subscriptions`, {
      ...{ Destination: receiver.url, Protocol: 'Redfish', EventFormatType: 'MetricReport' },
    });
    const uri = String(headers.location);
    await report(daemon, 'First');
    await until('the refusal', async () => at((await daemon.get(uri)).body, '/Status/Health') === 'Warning');
    return { state, receiver, daemon, uri };
  };

  it('comes after a restart, with all that came since, once', async () => {
    const { state, receiver, daemon } = await refused();
    for (const name of ['Second', 'Third']) await report(daemon, name);
    await daemon.kill();
    receiver.answer = 204;
    const second = await begin(state);
    await until('all of them', () => receiver.payloads.length >= 3);
    await second.kill();
    const third = await begin(state);
    await report(third, 'Last');
    await until('the last', () => namesOf(receiver).includes('Last'));
    expect(namesOf(receiver)).toEqual(['First', 'Second', 'Third', 'Last']);
  });

  it('comes after the daemon was killed, and not again after it was killed once more', async () => {
    const { state, receiver, daemon } = await refused();
    await daemon.kill('SIGKILL');
    receiver.answer = 204;
    const second = await begin(state);
    await until('the report', () => receiver.payloads.length >= 1);
    // What the next one is told of has come after the first was forgotten.
    await report(second, 'Second');
    await until('the second', () => namesOf(receiver).includes('Second'));
    await second.kill('SIGKILL');
    const third = await begin(state);
    await report(third, 'Last');
    await until('the last', () => namesOf(receiver).includes('Last'));
    expect(namesOf(receiver)).toEqual(['First', 'Second', 'Last']);
  });

  it('is forgotten with its subscription', async () => {
    const { state, daemon, uri } = await refused();
    expect((await daemon.send('DELETE', uri)).status).toBe(204);
    await daemon.kill('SIGKILL');
    expect(open(state).all('SELECT * FROM waiting_reports')).toEqual([]);
  });
});
