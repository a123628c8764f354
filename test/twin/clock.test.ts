/** The clock of the controller is set while the daemon runs. */
import { afterEach, expect, it, vi } from 'vitest';
import { at, testPassword, testUser } from '../support/client.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { openStream } from '../support/events.ts';
import { keyOf, logEntries, originOf } from '../support/logs.ts';
import { until } from '../support/until.ts';
import { hasRedfishFolder, jsonSchema } from '../unit/redfish/support.ts';

let daemon: TestDaemon;
afterEach(async () => {
  vi.restoreAllMocks();
  await daemon.stop();
});

it('is told of in the EventLog and to subscribers, and a client can put earlier times right', async () => {
  daemon = await startTestDaemon();
  const stream = await openStream(daemon.url);
  await until('the beginning of the stream', () => stream.last !== '');
  const now = Date.now.bind(Date);
  // A time server answers at last.
  vi.spyOn(Date, 'now').mockImplementation(() => now() + 3_600_000);
  const login = { UserName: testUser, Password: testPassword };
  await daemon.send('POST', '/redfish/v1/SessionService/Sessions', login, { as: null });
  const entry = await until('the entry', async () =>
    (await logEntries(daemon, 'EventLog')).find((each) => keyOf(each) === 'ClockStepped'),
  );
  expect(originOf(entry)).toBe('/redfish/v1/Managers/bmc');
  const [before = '', after = '', seconds] = at(entry, '/MessageArgs') as string[];
  expect(Math.abs(Number(seconds) - 3600)).toBeLessThan(1);
  expect((Date.parse(after) - Date.parse(before)) / 1000).toBeCloseTo(Number(seconds), 3);
  await until('the event', () =>
    stream.payloads.some(({ Events = [] }) =>
      Events.some(({ MessageId }) => MessageId === 'Redfishd.1.1.ClockStepped'),
    ),
  );
  stream.close();
  if (!hasRedfishFolder) return;
  const { body } = await daemon.get(entry['@odata.id']);
  const validate = await jsonSchema('LogEntry.v1_21_0.json');
  expect(validate(body), JSON.stringify(validate.errors)).toBe(true);
});
