import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { at, members } from '../support/client.ts';
import { startTestDaemon } from '../support/daemon.ts';
import { spawnDaemon } from '../support/process.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

it('serves in this process', async () => {
  const daemon = await startTestDaemon();
  ends.push(() => daemon.stop());
  const systems = await daemon.get('/redfish/v1/Systems');
  expect(systems.status).toBe(200);
  expect(members(systems)).toEqual(['/redfish/v1/Systems/system']);
});

it('serves as a process of its own', async () => {
  const state = mkdtempSync(join(tmpdir(), 'redfishd-test-'));
  ends.push(() => rmSync(state, { recursive: true, force: true }));
  const daemon = await spawnDaemon({ state });
  ends.push(() => daemon.kill('SIGKILL'));
  const root = await daemon.get('/redfish/v1/', { as: null });
  expect(at(root.body, '/Systems/@odata.id')).toBe('/redfish/v1/Systems');
  expect(await daemon.kill()).toEqual({ code: 0, signal: null });
});
