/** The enclosure with six sleds, from outside: sleds come and go, each is switched alone, the watchdog is held. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, members } from '../support/client.ts';
import { crawl, linksIn } from '../support/crawl.ts';
import { platformOf, sampledEvery, startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { logEntries, originOf } from '../support/logs.ts';
import { until } from '../support/until.ts';

const sled = '/redfish/v1/Chassis/sled3';
const host = '/redfish/v1/Systems/host3';

describe('Bletchley', () => {
  let daemon: TestDaemon;
  const uris = async (collection: string) =>
    members(await daemon.get(collection)).map((member) => at(member, '/@odata.id'));
  const entries = async () =>
    (await logEntries(daemon, 'EventLog')).map((entry) => [entry.MessageId, originOf(entry)]);

  beforeAll(async () => {
    daemon = await startTestDaemon({
      platform: sampledEvery(50, platformOf('platform/bletchley.yaml')),
      twin: { speed: 50 },
    });
    await until('every sensor to be read', () =>
      [...daemon.board.sensors.values()].every(({ status }) => status.state !== 'Starting'),
    );
  });
  afterAll(() => daemon.stop());

  it('shows six sleds with a system each', async () => {
    expect(await uris('/redfish/v1/Chassis')).toHaveLength(7);
    expect(await uris('/redfish/v1/Systems')).toHaveLength(6);
    const { body } = await daemon.get(sled);
    expect(body).toMatchObject({
      ChassisType: 'Sled',
      PowerState: 'Off',
      Links: { ContainedBy: { '@odata.id': '/redfish/v1/Chassis/chassis' } },
    });
    expect(at(body, '/SerialNumber')).toMatch(/^\w{12}$/);
  });

  it('takes a sled that is pulled out of every collection and link, and gives it back', async () => {
    const before = await crawl(daemon);
    daemon.twin.present('sled3', false);
    await until('the sled to be gone', async () => (await daemon.get(sled)).status === 404);
    expect((await daemon.get(host)).status).toBe(404);
    expect((await daemon.get(`${sled}/Sensors/SLED3_THERM_LOCAL`)).status).toBe(404);
    expect(await uris('/redfish/v1/Chassis')).not.toContain(sled);
    expect(await uris('/redfish/v1/Systems')).not.toContain(host);
    const during = await crawl(daemon);
    expect([...during].filter(([, { status }]) => status !== 200).map(([uri]) => uri)).toEqual([]);
    const left = [...during.keys()].filter((uri) => uri.startsWith(sled) || uri.startsWith(host));
    expect(left).toEqual([]);
    for (const uri of ['/redfish/v1/Chassis/chassis', '/redfish/v1/Managers/bmc'])
      expect(linksIn((await daemon.get(uri)).body)).not.toContain(sled);
    expect(await entries()).toEqual(
      expect.arrayContaining([[expect.stringMatching(/^ResourceEvent\..*\.ResourceRemoved$/), undefined]]),
    );
    const refused = await daemon.send('POST', `${host}/Actions/ComputerSystem.Reset`, { ResetType: 'On' });
    expect(refused.status).toBe(404);

    daemon.twin.present('sled3', true);
    await until('the sled to be back', async () => (await daemon.get(sled)).status === 200);
    await until('its sensors to be read', async () => {
      const { body } = await daemon.get(`${sled}/Sensors/SLED3_THERM_LOCAL`);
      return typeof at(body, '/Reading') === 'number';
    });
    const after = await crawl(daemon);
    const gone = [...before.keys()].filter((uri) => !after.has(uri) && !uri.includes('LogServices'));
    expect(gone).toEqual([]);
    expect(await entries()).toEqual(
      expect.arrayContaining([[expect.stringMatching(/^ResourceEvent\..*\.ResourceCreated$/), sled]]),
    );
  });

  it('switches the power line of one sled alone', async () => {
    const reset = (ResetType: string) =>
      daemon.send('POST', '/redfish/v1/Systems/host2/Actions/ComputerSystem.Reset', { ResetType });
    const state = (state: string) =>
      until(`host2 to be ${state}`, async () => {
        const { body } = await daemon.get('/redfish/v1/Systems/host2');
        return at(body, '/PowerState') === state;
      });
    expect((await reset('On')).status).toBe(204);
    await state('On');
    expect(daemon.twin.edges('power-host2').at(-1)?.asserted).toBe(true);
    expect(daemon.twin.edges('power-host1')).toEqual([]);
    expect((await reset('GracefulShutdown')).status).toBe(400);
    expect((await reset('ForceOff')).status).toBe(204);
    await state('Off');
    expect(daemon.twin.edges('power-host2').at(-1)?.asserted).toBe(false);
  });

  it('answers and samples while an input changes 100,000 times a second', async () => {
    const storm = daemon.twin.inject({ kind: 'storm', line: 'presence-sled6' });
    await until('the storm to be told of', async () =>
      (await logEntries(daemon, 'EventLog')).some(({ Message }) =>
        Message.includes('its last value is used until it is calm'),
      ),
    );
    const since = Date.now();
    for (let request = 0; request < 20; request++)
      expect((await daemon.get('/redfish/v1/Chassis/chassis')).status).toBe(200);
    await until('a reading that was taken meanwhile', () => {
      const sensor = daemon.board.sensors.get('MB_U402_THERM_LOCAL');
      return (sensor?.readingTime?.getTime() ?? 0) > since;
    });
    daemon.twin.clear(storm);
  });

  it('has a sled blink to be found', async () => {
    const answer = await daemon.send('PATCH', '/redfish/v1/Chassis/sled1', { LocationIndicatorActive: true });
    expect(answer.status).toBe(200);
    expect(daemon.twin.leds.shown('sled1_amber')).toEqual({ on: 200, off: 200 });
    expect(daemon.twin.leds.shown('sled2_amber')).toBe('dark');
  });

  it('keeps its sleds powered over a restart of the daemon, and disarms the watchdog for the time between', async () => {
    const watchdog = () => daemon.twin.watchdogs.states[0];
    expect(watchdog()).toMatchObject({ device: '/dev/watchdog0', timeout: 60_000, armed: true, expired: 0 });
    expect(daemon.daemon.liveness.dead).toEqual([]);
    await daemon.board.reset('host5', 'On').then(({ done }) => done);
    const edges = daemon.twin.edges('power-host5').length;
    await daemon.daemon.stop();
    expect(watchdog()).toMatchObject({ armed: false });
    expect(daemon.daemon.liveness.dead).toEqual(['fan control', 'sampler', 'HTTPS listener']);
    expect(daemon.twin.edges('power-host5')).toHaveLength(edges);
  });
});
