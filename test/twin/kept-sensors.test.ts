/** What is kept equals what would be made anew, whatever happens on the board; and only what has changed is made anew. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedfishError } from '../../src/messages/messages.ts';
import type { App } from '../../src/redfish/app.ts';
import { sensor, sensors } from '../../src/redfish/resources/chassis/sensors.ts';
import type { Principal } from '../../src/redfish/service/principal.ts';
import { Revisions } from '../../src/redfish/service/read/revisions.ts';
import { Service, type ServiceReply } from '../../src/redfish/service/service.ts';
import { boardFamilies } from '../../src/telemetry/board-families.ts';
import { exposition } from '../../src/telemetry/exposition.ts';
import { platformOf, sampledEvery, startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { until } from '../support/until.ts';

const collection = '/redfish/v1/Chassis/chassis/Sensors';
const queries = [
  '$expand=.',
  '$expand=.&$select=Name,Reading,Status/Health',
  `$expand=.&$filter=${encodeURIComponent("Reading gt 20 and Status/State eq 'Enabled'")}`,
];

const reader: Principal = {
  ...{ account: '1', accountUri: '', userName: 'reader', role: 'ReadOnly', session: null },
  privileges: new Set(['Login']),
  privilegesOverOthers: new Set(['Login']),
  ...{ certified: false, passwordChangeRequired: false },
};

let daemon: TestDaemon;
let kept: Service<App>;
let metrics: ReturnType<typeof boardFamilies>;
beforeAll(async () => {
  daemon = await startTestDaemon({
    platform: sampledEvery(50, platformOf('platform/tiogapass.yaml')),
    twin: { speed: 50 },
    shared: true,
  });
  kept = serviceOf();
  metrics = boardFamilies(daemon.board);
  await until('every sensor to be read', () =>
    [...daemon.board.sensors.values()].every(({ status }) => status.state !== 'Starting'),
  );
});
afterAll(() => daemon.stop());

/** A service that shows the sensors, and has rendered nothing yet. */
function serviceOf(): Service<App> {
  const { board } = daemon;
  return new Service({
    app: { board, telemetry: daemon.daemon.telemetry } as App,
    declarations: [
      { kind: 'resource', resource: sensor },
      { kind: 'collection', collection: sensors },
    ],
    revisions: new Revisions(() => board.revisions.readings()).add(() => board.revisions.state()),
    refusalOf: (error) => (error instanceof RedfishError ? error : new RedfishError([], 500)),
    audit: async () => undefined,
  });
}

function get(service: Service<App>, path: string, query = ''): { reply: ServiceReply; text: string } {
  const reply = service.handle({
    ...{ method: 'GET', path, query, ifMatch: undefined, ifNoneMatch: undefined, address: '192.0.2.1' },
    principal: reader,
    body: () => Promise.resolve(Buffer.alloc(0)),
  });
  if (reply instanceof Promise) throw new Error('a read was answered later');
  return { reply, text: String(reply.body) };
}

interface Members {
  readonly Members: readonly { readonly '@odata.id': string }[];
}

/** All of one turn of the event loop, so that no reading comes between. */
function compare(): void {
  const fresh = serviceOf();
  for (const query of queries) {
    const [ours, theirs] = [get(kept, collection, query), get(fresh, collection, query)];
    expect(ours.text).toBe(theirs.text);
    expect(ours.reply.headers).toEqual(theirs.reply.headers);
  }
  const { Members } = JSON.parse(get(kept, collection, queries[0]).text) as Members;
  expect(Members).toHaveLength(daemon.board.sensors.size);
  for (const member of Members) expect(get(kept, member['@odata.id']).text).toBe(JSON.stringify(member));
  for (const format of ['text', 'openmetrics'] as const)
    expect(exposition(metrics(), format)).toBe(exposition(boardFamilies(daemon.board)(), format));
}

const someSensor = fc.constantFrom('MB_INLET_TEMP', 'MB_OUTLET_TEMP', 'MB_P12V');
const events: fc.Arbitrary<() => unknown> = fc.oneof(
  fc.tuple(someSensor, fc.integer({ min: 5, max: 90 })).map(
    ([id, value]) =>
      () =>
        daemon.twin.set(id, value),
  ),
  fc.tuple(someSensor, fc.option(fc.integer({ min: 101, max: 120 }))).map(
    ([id, upperFatal]) =>
      () =>
        daemon.board.setThresholds(id, { upperFatal }),
  ),
  someSensor.map((id) => () => daemon.board.resetThresholds(id)),
  someSensor.map((id) => () => daemon.daemon.telemetry.resetStatistics([id])),
  fc.constantFrom(50, 5000).map((held) => () => daemon.twin.pressButton('system', held)),
  fc.constant(async () => {
    const before = daemon.board.revisions.readings();
    await until('a reading', () => daemon.board.revisions.readings() > before);
  }),
);

describe('what is kept of sensors', () => {
  it('equals what is made anew, and an expanded member its own GET, after any events', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(events, { minLength: 1, maxLength: 6 }), async (all) => {
        for (const event of all) {
          await event();
          compare();
        }
      }),
      { numRuns: 6 },
    );
  });

  it('is made anew for the sensors that have changed, and no other', async () => {
    const revisions = () => new Map([...daemon.board.sensors].map(([id, { revision }]) => [id, revision]));
    get(kept, collection, queries[0]);
    const [before, counts] = [revisions(), kept.renderCounts];
    await until('a reading', () => [...revisions()].some(([id, revision]) => revision !== before.get(id)));
    const changed = [...revisions()].filter(([id, revision]) => revision !== before.get(id)).length;
    get(kept, collection, queries[0]);
    const { hits, misses } = kept.renderCounts;
    expect(changed).toBeGreaterThan(0);
    expect(misses - counts.misses).toBe(changed);
    expect(hits - counts.hits).toBe(before.size - changed);
  });
});
