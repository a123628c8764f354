/** What is kept of earlier answers: whatever happens to the board, nothing is shown that is not so any more. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at } from '../support/client.ts';
import { platformOf, sampledEvery, startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { until } from '../support/until.ts';

const chassis = '/redfish/v1/Chassis/chassis';
const sensors = `${chassis}/Sensors`;
const system = '/redfish/v1/Systems/system';

let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await startTestDaemon({
    platform: sampledEvery(20, platformOf('platform/tiogapass.yaml')),
    twin: { speed: 50 },
  });
});
afterAll(() => daemon.stop());

type Body = Readonly<Record<string, unknown>>;

/** Asks until no reading has come in meanwhile, so that answer and board are of one moment. */
async function atRest(uri: string, revision: () => number): Promise<Body> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const before = revision();
    const { body, status } = await daemon.get(uri);
    expect(status, uri).toBe(200);
    if (revision() === before) return body as Body;
  }
  throw new Error(`${uri} never was at rest`);
}

function expectCurrent(body: Body, id: string): void {
  const sensor = daemon.board.sensors.get(id);
  const reading = sensor?.reading ?? null;
  expect(body.Reading, id).toBe(reading === null ? null : Number(reading.toPrecision(7)));
  expect(body.ReadingTime, id).toBe(sensor?.readingTime?.toISOString() ?? null);
  expect(at(body, '/Status/State'), id).toBe(sensor?.status.state);
  expect(at(body, '/Thresholds/UpperCaution/Reading') ?? null, id).toBe(
    sensor?.thresholds.upperCaution ?? null,
  );
}

/** Something that happens to the board, or that a client does to it. */
const happening = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), to: fc.integer({ min: 15, max: 60 }) }),
  fc.record({ kind: fc.constant('threshold' as const), to: fc.integer({ min: 30, max: 39 }) }),
  fc.record({ kind: fc.constant('reset' as const), to: fc.constantFrom('On', 'ForceOff') }),
  fc.record({ kind: fc.constant('tag' as const), to: fc.string({ maxLength: 8 }) }),
);
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

async function happen({ kind, to }: Happening): Promise<void> {
  const inlet = `${sensors}/MB_INLET_TEMP`;
  if (kind === 'set') daemon.twin.set('MB_INLET_TEMP', to);
  else if (kind === 'threshold')
    await daemon.send('PATCH', inlet, { Thresholds: { UpperCaution: { Reading: to } } });
  else if (kind === 'reset')
    await daemon.send('POST', `${system}/Actions/ComputerSystem.Reset`, { ResetType: to });
  else await daemon.send('PATCH', system, { AssetTag: to });
}

describe('after whatever has happened', () => {
  it('a Sensor, and what is expanded or selected of it, are those of the board', async () => {
    const ids = [...daemon.board.sensors.keys()].slice(0, 6);
    if (!ids.includes('MB_INLET_TEMP')) ids.push('MB_INLET_TEMP');
    await until('the first readings', () => daemon.board.sensors.get('MB_INLET_TEMP')?.reading !== null);
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 1, maxLength: 4 }), async (events) => {
        for (const each of events) await happen(each);
        for (const id of ids)
          expectCurrent(
            await atRest(`${sensors}/${id}`, () => daemon.board.sensors.get(id)?.revision ?? 0),
            id,
          );
        const state = daemon.board.hosts.get('system')?.powerState;
        const shown = await daemon.get(system);
        if (daemon.board.hosts.get('system')?.powerState === state)
          expect(at(shown.body, '/PowerState')).toBe(state);
        expect(at(shown.body, '/AssetTag')).toBe(daemon.board.hosts.get('system')?.assetTag);
      }),
      { numRuns: 12 },
    );
  });

  it('every member of an expanded collection is what its own GET shows', async () => {
    const readings = () => daemon.board.revisions.readings();
    for (let round = 0; round < 5; round++) {
      daemon.twin.set('MB_INLET_TEMP', 20 + round);
      const members = (await daemon.get(`${sensors}?$expand=.`)).body;
      for (const member of at(members, '/Members') as readonly Body[]) {
        const sensor = daemon.board.sensors.get(String(member.Id));
        const before = sensor?.revision;
        const own = (await daemon.get(String(member['@odata.id']))).body as Body;
        // A reading that has come in since is told by its time.
        if (own.ReadingTime === member.ReadingTime && sensor?.revision === before)
          expect({ ...own, '@odata.etag': '' }).toEqual({ ...member, '@odata.etag': '' });
      }
      expect(readings()).toBeGreaterThan(0);
    }
  });

  it('a metric report is the newest, and keeps its text while it is', async () => {
    const uri = '/redfish/v1/TelemetryService/MetricReports/TemperatureMetrics';
    await until('a report', async () => (await daemon.get(uri)).status === 200);
    const first = await daemon.get(uri);
    const again = await daemon.get(uri);
    if (at(first.body, '/Timestamp') === at(again.body, '/Timestamp')) expect(again.body).toEqual(first.body);
    await daemon.send('PATCH', '/redfish/v1/TelemetryService/MetricReportDefinitions/TemperatureMetrics', {
      Schedule: { RecurrenceInterval: 'PT1S' },
    });
    await until('the next report', async () => {
      const next = await daemon.get(uri);
      return at(next.body, '/Timestamp') !== at(first.body, '/Timestamp');
    });
  });

  it('metrics have the readings of the board', async () => {
    for (const value of [21, 22.5, 23]) {
      daemon.twin.set('MB_INLET_TEMP', value);
      await until('the value', async () => {
        const { text } = await daemon.get('/metrics');
        const line = text.split('\n').find((each) => /celsius\{.*sensor="MB_INLET_TEMP"/.test(each));
        return Math.abs(Number(line?.split(' ').at(-1)) - value) < 0.5;
      });
    }
  });
});
