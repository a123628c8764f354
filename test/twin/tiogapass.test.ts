/** Tioga Pass itself, with the presses of its descriptor: on, and off by force. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { at } from '../support/client.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { keyOf, logEntries } from '../support/logs.ts';
import { shows } from '../support/until.ts';

const system = '/redfish/v1/Systems/system';
let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await startTestDaemon({ twin: { speed: 20 } });
});
afterAll(() => daemon.stop());

/** Milliseconds for which a line was asserted the last time. */
function lastPulse(line: string): number {
  const [from, to] = daemon.twin.edges(line).slice(-2);
  expect([from?.asserted, to?.asserted]).toEqual([true, false]);
  // The line is active low on this board.
  expect([from?.level, to?.level]).toEqual([0, 1]);
  return (to?.at ?? 0) - (from?.at ?? 0);
}

it('goes on by a press of one second, and off by one of six', async () => {
  const reset = (ResetType: string) =>
    daemon.send('POST', `${system}/Actions/ComputerSystem.Reset`, { ResetType });
  expect((await reset('On')).status).toBe(204);
  expect(at((await daemon.get(system)).body, '/PowerState')).toBe('PoweringOn');
  await shows(daemon, system, '/PowerState', 'On');
  const shortPress = lastPulse('POWER_OUT');
  expect(shortPress).toBeGreaterThanOrEqual(998);
  await shows(daemon, system, '/BootProgress/LastState', 'OSRunning');
  expect((await reset('ForceOff')).status).toBe(204);
  expect(at((await daemon.get(system)).body, '/PowerState')).toBe('PoweringOff');
  await shows(daemon, system, '/PowerState', 'Off', 12_000);
  const longPress = lastPulse('POWER_OUT');
  expect(longPress).toBeGreaterThanOrEqual(5998);
  // How exact a press is, board/power tests in virtual time; here a stall of the machine lengthens both.
  expect(shortPress).toBeLessThan(longPress);
  expect(daemon.twin.edges('RESET_OUT')).toEqual([]);
  const keys = (await logEntries(daemon, `${system}/LogServices/SEL`)).map(keyOf);
  expect(keys).toEqual([
    'ResourcePoweringOn',
    'ResourcePoweredOn',
    'ResourcePoweringOff',
    'ResourcePoweredOff',
  ]);
});
