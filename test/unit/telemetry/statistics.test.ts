/** What a Sensor says of its past, over restarts of the daemon. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at } from '../../support/client.ts';
import { platformOf, sampledEvery, startTestDaemon, type TestDaemon } from '../../support/daemon.ts';
import { shows, until } from '../../support/until.ts';
import { temporary } from '../store/support.ts';

const chassis = '/redfish/v1/Chassis';
let daemon: TestDaemon;
let uri: string;

beforeAll(async () => {
  daemon = await startTestDaemon({ platform: sampledEvery(50, platformOf()), twin: { speed: 50 } });
  const sensor = daemon.board.sensors.get('MB_INLET_TEMP');
  uri = `${chassis}/${sensor?.chassis}/Sensors/MB_INLET_TEMP`;
});
afterAll(() => daemon.stop());

describe('statistics of a sensor', () => {
  it('hold the lowest, the highest and the average reading, and begin anew when asked to', async () => {
    daemon.twin.set('MB_INLET_TEMP', 44);
    await shows(daemon, uri, '/PeakReading', (value: unknown) => Math.abs(Number(value) - 44) < 1);
    daemon.twin.set('MB_INLET_TEMP', 12);
    await shows(daemon, uri, '/LowestReading', (value: unknown) => Math.abs(Number(value) - 12) < 1);
    const { body } = await daemon.get(uri);
    const [lowest, average, peak] = ['/LowestReading', '/AverageReading', '/PeakReading'].map((each) =>
      Number(at(body, each)),
    ) as [number, number, number];
    expect(lowest).toBeLessThan(average);
    expect(average).toBeLessThan(peak);
    expect(String(at(body, '/LowestReadingTime')) > String(at(body, '/PeakReadingTime'))).toBe(true);
    expect(at(body, '/AveragingInterval')).toBe('PT3600S');
    expect(at(body, '/AveragingIntervalAchieved')).toBe(false);
    const reset = await daemon.send('POST', `${uri}/Actions/Sensor.ResetMetrics`, {});
    expect(reset.status).toBe(204);
    await shows(daemon, uri, '/PeakReading', (value: unknown) => value !== null && Number(value) < 20);
    expect(Date.parse(String(at((await daemon.get(uri)).body, '/SensorResetTime')))).toBeGreaterThan(
      Date.parse(String(at(body, '/PeakReadingTime'))),
    );
  });

  it('do not move the ETag', async () => {
    const before = await daemon.get(uri);
    daemon.twin.set('MB_INLET_TEMP', 31);
    await shows(daemon, uri, '/PeakReading', (value: unknown) => Number(value) > 30);
    expect((await daemon.get(uri)).headers.etag).toBe(before.headers.etag);
  });

  it('of a whole chassis begin anew with its EnvironmentMetrics', async () => {
    const [id] = daemon.board.chassis.keys();
    const before = await until('a peak', () => daemon.daemon.board.sensors.get('MB_INLET_TEMP')?.reading);
    expect(before).toBeGreaterThan(30);
    daemon.twin.set('MB_INLET_TEMP', 15);
    await shows(daemon, uri, '/Reading', (value: unknown) => Number(value) < 16);
    const action = `${chassis}/${id}/EnvironmentMetrics/Actions/EnvironmentMetrics.ResetMetrics`;
    expect((await daemon.send('POST', action, {})).status).toBe(204);
    await shows(daemon, uri, '/PeakReading', (value: unknown) => value !== null && Number(value) < 20);
  });

  it('survive a restart, and a sensor that cannot be read has none', async () => {
    const state = temporary();
    const first = await startTestDaemon({
      state,
      twin: { speed: 50 },
      prepare: (twin) => twin.set('MB_INLET_TEMP', 43),
    });
    await shows(first, uri, '/PeakReading', (value: unknown) => Number(value) > 42);
    const power = await first.get(`${uri.split('/Sensors')[0]}/Power`);
    expect(Number(at(power.body, '/PowerControl/0/PowerMetrics/IntervalInMin'))).toBe(60);
    const [unread] = [...first.board.sensors.values()].filter(({ readingTime }) => readingTime === null);
    if (unread !== undefined) {
      const { body } = await first.get(`${chassis}/${unread.chassis}/Sensors/${unread.id}`);
      for (const name of ['LowestReading', 'PeakReadingTime', 'AverageReading', 'SensorResetTime'])
        expect(at(body, `/${name}`)).toBeNull();
    }
    await first.stop();
    const second = await startTestDaemon({
      state,
      twin: { speed: 50 },
      prepare: (twin) => twin.set('MB_INLET_TEMP', 20),
    });
    try {
      const body = await shows(
        second,
        uri,
        '/Reading',
        (value: unknown) => value !== null && Number(value) < 25,
      );
      expect(Number(at(body, '/PeakReading'))).toBeGreaterThan(42);
      expect(Number(at(body, '/AverageReading'))).toBeGreaterThan(20);
    } finally {
      await second.stop();
    }
  });
});
