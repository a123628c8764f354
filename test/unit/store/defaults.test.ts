/** The return to factory settings: what each type keeps, over a restart of the daemon and a power cut in the middle. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { applyDefaults, requestDefaults, requestedDefaults } from '../../../src/store/defaults.ts';
import { at, testPassword, testUser } from '../../support/client.ts';
import { startTestDaemon } from '../../support/daemon.ts';
import { household, open, temporary } from './support.ts';

const manager = '/redfish/v1/Managers/bmc';
const other = { user: 'anna', password: 'Quaint-Marmot-57' };

it.each([
  ['ResetAll', { status: 401, host: undefined, name: '' }],
  ['PreserveNetwork', { status: 401, host: 'kept', name: '' }],
  ['PreserveNetworkAndUsers', { status: 200, host: 'kept', name: '' }],
])('%s keeps what it says, and nothing else', async (ResetType, expected) => {
  const state = mkdtempSync(join(tmpdir(), 'redfishd-defaults-'));
  try {
    const daemon = await startTestDaemon({ state });
    await daemon.accounts.create({ userName: other.user, password: other.password, roleId: 'ReadOnly' });
    const named = await daemon.send('PATCH', `${manager}/EthernetInterfaces/eth0`, { HostName: 'kept' });
    expect(named.status, JSON.stringify(named.body)).toBe(200);
    await daemon.send('PATCH', manager, { ServiceIdentification: 'rack 7' });
    const uuid = at((await daemon.get(manager)).body, '/UUID');
    const answer = await daemon.send('POST', `${manager}/Actions/Manager.ResetToDefaults`, { ResetType });
    expect(answer.status).toBe(204);
    // Until the restart everything is as it was.
    expect(at((await daemon.get(manager)).body, '/ServiceIdentification')).toBe('rack 7');
    await daemon.stop();
    const again = await startTestDaemon({ state });
    expect((await again.get(manager, { as: other })).status).toBe(expected.status);
    const { body } = await again.get(manager);
    expect(at(body, '/ServiceIdentification') ?? '').toBe(expected.name);
    expect(at(body, '/UUID') === uuid).toBe(ResetType !== 'ResetAll');
    const host = at((await again.get(`${manager}/NetworkProtocol`)).body, '/HostName');
    if (expected.host === undefined) expect(host).not.toBe('kept');
    else expect(host).toBe('kept');
    const audit = JSON.stringify((await again.get(`${manager}/LogServices/AuditLog/Entries`)).body);
    expect(audit.includes('ResetToDefaults')).toBe(ResetType !== 'ResetAll');
    expect(requestedDefaults(state)).toBeNull();
    await again.stop();
  } finally {
    rmSync(state, { recursive: true });
  }
});

it('is done again where the power went away in the middle', async () => {
  const state = temporary();
  const { accounts, store } = household(open(state));
  await accounts.create({ userName: testUser, password: testPassword, roleId: 'Administrator' });
  store.close();
  mkdirSync(join(state, 'nodes'));
  writeFileSync(join(state, 'nodes', 'secret'), 'x');
  requestDefaults(state, 'ResetAll');
  // Half of it was done when the power went away.
  rmSync(join(state, 'redfishd.db'));
  expect(requestedDefaults(state)).toBe('ResetAll');
  applyDefaults(state, 'ResetAll');
  expect(readdirSync(state)).toEqual([]);
});

it('is not asked for by a file of other content, nor while it is only being written', () => {
  const state = temporary();
  writeFileSync(join(state, 'reset-to-defaults'), 'Everything');
  writeFileSync(join(state, 'reset-to-defaults.new'), 'ResetAll');
  expect(requestedDefaults(state)).toBeNull();
  requestDefaults(state, 'PreserveNetwork');
  expect(requestedDefaults(state)).toBe('PreserveNetwork');
  expect(existsSync(join(state, 'reset-to-defaults.new'))).toBe(false);
});
