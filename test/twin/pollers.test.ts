/** Pollers meet the cache: a resource is rendered anew only when what it shows has changed. */
import { describe, expect, it } from 'vitest';
import { platformOf, sampledEvery, startTestDaemon } from '../support/daemon.ts';
import { until } from '../support/until.ts';

const chassis = '/redfish/v1/Chassis/chassis';
const system = '/redfish/v1/Systems/system';
const polls = 40;

describe('a poller, while every sensor is read each 50 ms', () => {
  const start = async () => {
    const daemon = await startTestDaemon({
      platform: sampledEvery(50, platformOf('platform/tiogapass.yaml')),
      twin: { speed: 50 },
    });
    await daemon.twin.pressButton('system', 50);
    await until('every sensor to be read', () =>
      [...daemon.board.sensors.values()].every(({ status }) => status.state !== 'Starting'),
    );
    return daemon;
  };
  type Started = Awaited<ReturnType<typeof start>>;

  /** Share of look-ups that found a current resource, over polls between which readings have been taken. */
  const hitRate = async (daemon: Started, uri: string): Promise<number> => {
    const before = daemon.daemon.renderCounts();
    for (let poll = 0; poll < polls; poll++) {
      const taken = daemon.board.revisions.readings();
      await until('a reading', () => daemon.board.revisions.readings() > taken);
      expect((await daemon.get(uri)).status).toBe(200);
    }
    const { hits, misses } = daemon.daemon.renderCounts();
    return (hits - before.hits) / (hits - before.hits + misses - before.misses);
  };

  it.each([system, chassis, '/redfish/v1/Managers/bmc', `${chassis}/PowerSubsystem`])(
    'of %s meets the cache',
    async (uri) => {
      const daemon = await start();
      // The firmware of the host writes codes until it has finished.
      await until('the host to finish', () => daemon.board.hosts.get('system')?.postComplete !== false);
      expect(await hitRate(daemon, uri)).toBeGreaterThan(0.8);
    },
  );

  it('of a Sensor sees each reading', async () => {
    const daemon = await start();
    const uri = `${chassis}/Sensors/MB_INLET_TEMP`;
    for (const value of [31, 32, 33]) {
      daemon.twin.set('MB_INLET_TEMP', value);
      await until('the reading to be shown', async () => {
        const { body } = await daemon.get(uri);
        return Math.abs(Number((body as { Reading?: number }).Reading) - value) < 0.5;
      });
    }
  });

  it('of a System sees its power at once', async () => {
    const daemon = await start();
    const powerState = async () => ((await daemon.get(system)).body as { PowerState?: string }).PowerState;
    expect(await powerState()).toBe('On');
    await daemon.send('POST', `${system}/Actions/ComputerSystem.Reset`, { ResetType: 'ForceOff' });
    await until('the host to be off', () => daemon.board.hosts.get('system')?.powerState === 'Off');
    expect(await powerState()).toBe('Off');
  });
});
