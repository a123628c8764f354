/** Nodes behind a daemon, from outside: what is wrong with one is shown there and nowhere else, and no GET waits for it. */
import { addSdr, deleteSdr, encodeSdr, IpmbBus, type IpmbLink, reserveSdr, run } from 'node-ipmi';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fullSensor } from '../../../drivers/node-ipmi/test/fixture.ts';
import type { Platform } from '../../../src/platform/vocabulary/index.ts';
import type { Fault } from '../../../src/twin/faults.ts';
import type { Twin } from '../../../src/twin/twin.ts';
import { at } from '../../support/client.ts';
import { startTestDaemon, type TestDaemon } from '../../support/daemon.ts';
import { hardwareOf } from '../../support/hardware.ts';
import { logEntries } from '../../support/logs.ts';
import { shows, until } from '../../support/until.ts';
import { pair } from '../../unit/board/nodes/support.ts';

/** As the twin of the board's own tests, one node on a network, read often. */
const board: Platform = {
  ...pair,
  nodes: (pair.nodes ?? []).map((node) => ({
    ...node,
    poll: 300,
    link:
      node.id === 'bmc-b' ? { kind: 'lan', host: 'b.example', user: 'admin', secret: '/nowhere' } : node.link,
  })),
};
const inlet = (id: 'a' | 'b') => `/redfish/v1/Chassis/${id}/Sensors/bmc-${id}_Inlet_Temp`;
const system = (id: 'a' | 'b') => `/redfish/v1/Systems/${id}`;
const isNumber = (value: unknown) => typeof value === 'number';

let daemon: TestDaemon;
let tap: IpmbBus | undefined;

/** The bus of node a has another master, which is the test. */
const tapped = (twin: Twin) => ({
  ...hardwareOf(twin),
  ipmi: {
    ...twin.ipmi,
    ipmb(bus: number): IpmbLink {
      const link = twin.ipmi.ipmb(bus);
      const side: IpmbLink = { onMessage: undefined, send: (m) => link.send(m), close: () => undefined };
      const main: IpmbLink = { onMessage: undefined, send: (m) => link.send(m), close: () => link.close() };
      link.onMessage = (message) => {
        side.onMessage?.(message);
        main.onMessage?.(message);
      };
      tap = new IpmbBus(side, { address: 0x24 });
      return main;
    },
  },
});

beforeEach(async () => {
  daemon = await startTestDaemon({ platform: board, twin: { speed: 20 }, hardware: tapped });
  for (const id of ['a', 'b'] as const) {
    await until('the records', async () => (await daemon.get(inlet(id))).status === 200, 20_000);
    await shows(daemon, inlet(id), '/Reading', isNumber, 20_000);
  }
}, 60_000);
afterEach(() => daemon.stop());

/** Every resource of both systems is there at once, and what the other node tells is new. */
async function goesOn(other: 'a' | 'b'): Promise<void> {
  const time = at((await daemon.get(inlet(other))).body, '/ReadingTime');
  await shows(daemon, inlet(other), '/ReadingTime', (value: unknown) => value !== time);
  const answers = await Promise.all(
    ['/redfish/v1/Chassis/a', '/redfish/v1/Chassis/b', system('a'), system('b'), inlet('a'), inlet('b')].map(
      async (uri) => (await daemon.get(uri)).status,
    ),
  );
  expect(new Set(answers)).toEqual(new Set([200]));
}

const faults: readonly (readonly [string, (node: string) => Fault])[] = [
  ['dead', (node) => ({ kind: 'deadNode', node })],
  ['slow', (node) => ({ kind: 'slowNode', node, ms: 8000 })],
  ['all but deaf', (node) => ({ kind: 'lossyNode', node, percent: 95 })],
];

describe.each(['a', 'b'] as const)('node %s', (id) => {
  const other = id === 'a' ? 'b' : 'a';

  it.each(faults)(
    'that is %s is shown as such, holds up nothing, and comes back',
    async (_, faultOf) => {
      const fault = daemon.twin.inject(faultOf(`bmc-${id}`));
      const lost = await shows(daemon, system(id), '/Status/State', 'UnavailableOffline', 20_000);
      expect(at(lost, '/Status/Conditions/0/MessageId')).toContain('DeviceManagementInterfaceUnresponsive');
      expect(at((await daemon.get(inlet(id))).body, '/Reading')).toBeNull();
      for (let turn = 0; turn < 3; turn++) await goesOn(other);
      // A write to it fails, and says so, while others are served.
      const reset = daemon.send('POST', `${system(id)}/Actions/ComputerSystem.Reset`, { ResetType: 'On' });
      await goesOn(other);
      expect((await reset).status).toBeGreaterThanOrEqual(400);
      daemon.twin.clear(fault);
      await shows(
        daemon,
        system(id),
        '/Status/State',
        (state: unknown) => state !== 'UnavailableOffline',
        40_000,
      );
      await shows(daemon, inlet(id), '/Reading', isNumber, 40_000);
    },
    90_000,
  );

  it('that does not answer does not keep the daemon from ending', async () => {
    daemon.twin.inject({ kind: 'deadNode', node: `bmc-${id}` });
    const write = daemon
      .send('POST', `${system(id)}/Actions/ComputerSystem.Reset`, { ResetType: 'On' })
      .catch(() => undefined);
    await until('it to be asked', () => daemon.board.nodes.get(`bmc-${id}`) !== undefined);
    let ended = false;
    const end = daemon.stop().then(() => {
      ended = true;
    });
    await until('the end', () => ended, 4000);
    await Promise.all([end, write]);
  }, 30_000);
});

describe('a repository that changes', () => {
  it('changes sensors, definitions of metrics and reports with it', async () => {
    const definitions = '/redfish/v1/TelemetryService/MetricDefinitions';
    const reports = '/redfish/v1/TelemetryService/MetricReportDefinitions';
    const mentions = async (uri: string) =>
      JSON.stringify((await daemon.get(`${uri}?$expand=.`)).body).includes('bmc-a_Riser_Temp');
    const riser = '/redfish/v1/Chassis/a/Sensors/bmc-a_Riser_Temp';
    const node = tap?.node(0x40);
    if (node === undefined) throw new Error('nobody has opened the bus');
    const owner = { address: 0x40, channel: 0, lun: 0 };
    const record = await run(node, addSdr, encodeSdr(fullSensor(0xf0, 'Riser Temp', { owner })));
    // A loss has it look at once what the node is now.
    const again = async () => {
      const fault = daemon.twin.inject({ kind: 'deadNode', node: 'bmc-a' });
      await shows(daemon, system('a'), '/Status/State', 'UnavailableOffline', 20_000);
      daemon.twin.clear(fault);
      await shows(daemon, inlet('a'), '/Reading', isNumber, 20_000);
    };
    await again();
    await until('the sensor', async () => (await daemon.get(riser)).status === 200, 20_000);
    await until('its metric', () => mentions(definitions));
    await until('its report', () => mentions(reports));
    const reservation = await run(node, reserveSdr, undefined);
    await run(node, deleteSdr, { reservation, record });
    await again();
    await until('the sensor to be gone', async () => (await daemon.get(riser)).status === 404, 20_000);
    await until('its metric to be gone', async () => !(await mentions(definitions)));
    await until('its report to be gone', async () => !(await mentions(reports)));
    expect((await daemon.get(inlet('a'))).status).toBe(200);
  }, 90_000);
});

describe('the logs', () => {
  it('have each event of a node once, whatever happens to the way there', async () => {
    const sel = () => logEntries(daemon, `${system('a')}/LogServices/SEL`);
    const of = async (text: string) =>
      (await sel()).filter((entry) => JSON.stringify(entry).includes(text)).length;
    for (let turn = 0; turn < 3; turn++) {
      daemon.twin.logEvent('bmc-a', { sensor: `Drive ${turn}`, type: null, offset: 1, asserted: true });
      const fault = daemon.twin.inject({ kind: 'lossyNode', node: 'bmc-a', percent: 5 });
      await until('the event', async () => (await of(`Drive ${turn}`)) > 0, 30_000);
      daemon.twin.clear(fault);
      const dead = daemon.twin.inject({ kind: 'deadNode', node: 'bmc-a' });
      await shows(daemon, system('a'), '/Status/State', 'UnavailableOffline', 20_000);
      daemon.twin.clear(dead);
      await shows(daemon, inlet('a'), '/Reading', isNumber, 20_000);
    }
    expect(await Promise.all([0, 1, 2].map((turn) => of(`Drive ${turn}`)))).toEqual([1, 1, 1]);
  }, 120_000);
});
