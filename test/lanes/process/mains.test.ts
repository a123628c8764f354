/** The whole process on a twin whose mains goes and comes: the controller goes with it, and the host comes back. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createClient } from '../../support/client.ts';
import { type SpawnedDaemon, spawnDaemon, twinCommand } from '../../support/process.ts';
import { shows, until } from '../../support/until.ts';

let state: string;
let daemon: SpawnedDaemon | undefined;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'redfishd-test-'));
});
afterEach(async () => {
  await daemon?.kill();
  rmSync(state, { recursive: true, force: true });
});

const system = '/redfish/v1/Systems/system';
const urls = (text: string) =>
  [...text.matchAll(/at (https:\/\/\S+:\d+)\/redfish\/v1\//g)].map(([, url]) => url ?? '');

it('answers nobody without mains, and afterwards follows the restore policy', async () => {
  daemon = await spawnDaemon({ state });
  const { stdout } = daemon;
  const reset = { ResetType: 'On' };
  expect((await daemon.send('POST', `${system}/Actions/ComputerSystem.Reset`, reset)).status).toBe(204);
  await shows(daemon, system, '/PowerState', 'On');
  await twinCommand(state, 'mains', 'lose');
  const before = daemon;
  await until('the daemon to be silent', () =>
    before.get('/redfish/v1').then(
      () => false,
      () => true,
    ),
  );
  expect(urls(stdout())).toHaveLength(1);
  await twinCommand(state, 'mains', 'return');
  const url = await until('the daemon to be back', () => urls(stdout())[1]);
  const after = createClient(url);
  await shows(after, system, '/PowerState', 'On');
  after.close();
});
