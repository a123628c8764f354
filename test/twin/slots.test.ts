/** Slots over Redfish: their power is switched by Chassis.Reset, and all that is in them says so. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Platform } from '../../src/platform/vocabulary/index.ts';
import { at, messageKeys, testPassword } from '../support/client.ts';
import { crawl } from '../support/crawl.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { keyOf, logEntries, originOf } from '../support/logs.ts';
import { shows, until } from '../support/until.ts';
import { hasRedfishFolder, jsonSchema } from '../unit/redfish/support.ts';

const input = { direction: 'in' } as const;
const output = { direction: 'out' } as const;

/** Two slots with a latch each, and a host in each. */
const platform: Platform = {
  id: 'twoslots',
  name: 'Two Slots',
  manager: { id: 'bmc' },
  chassis: [
    { id: 'frame', type: 'Enclosure', cycle: { device: 'hsc' } },
    { id: 'plain', type: 'Module', containedBy: 'frame' },
    ...[1, 2].map((n) => ({
      ...{ id: `slot${n}`, name: `Slot ${n}`, type: 'Sled' as const, containedBy: 'frame', settle: 50 },
      switch: { line: `SLOT${n}_ON`, latch: `LATCH${n}`, offTime: 400 },
    })),
  ],
  buses: [{ bus: 1 }],
  devices: [
    { id: 'hsc', chip: 'adm1278', bus: 1, address: 0x40, shunt: 0.0003, sensors: { pin: { id: 'Power' } } },
    ...[1, 2].map((n) => ({
      ...{ id: `air${n}`, chip: 'tmp75', bus: 1, address: 0x47 + n, chassis: `slot${n}`, poll: 50 },
      sensors: { temperature: { id: `Air${n}` } },
    })),
  ],
  lines: Object.fromEntries(
    [1, 2].flatMap((n) => [
      [`SLOT${n}_ON`, { ...output, keep: true }],
      [`LATCH${n}`, input],
      [`BUTTON${n}`, output],
      [`GOOD${n}`, input],
    ]),
  ),
  hosts: [1, 2].map((n) => ({
    ...{ id: `host${n}`, name: `Host ${n}`, chassis: `slot${n}` },
    power: {
      ...{ kind: 'gpio' as const, button: `BUTTON${n}`, good: `GOOD${n}` },
      ...{ onPulse: 100, forceOffPulse: 700, cycleDelay: 200 },
    },
  })),
};

const slot = '/redfish/v1/Chassis/slot1';
const host = '/redfish/v1/Systems/host1';
const action = `${slot}/Actions/Chassis.Reset`;

describe('Chassis.Reset', () => {
  let daemon: TestDaemon;
  const reset = (ResetType: string) => daemon.send('POST', action, { ResetType });
  const told = async (about: string) =>
    (await logEntries(daemon, 'EventLog')).filter((entry) => originOf(entry) === about).map(keyOf);

  beforeAll(async () => {
    daemon = await startTestDaemon({ platform, twin: { speed: 50 } });
    await until('every sensor to be read', () =>
      [...daemon.board.sensors.values()].every(({ reading }) => reading !== null),
    );
  });
  afterAll(() => daemon.stop());

  it('is offered where a switch is wired, with what it takes', async () => {
    const types = ['On', 'ForceOff', 'ForceOn', 'PowerCycle'];
    const { body } = await daemon.get(slot);
    expect(at(body, '/Actions/#Chassis.Reset')).toEqual({
      target: action,
      '@Redfish.ActionInfo': `${slot}/ResetActionInfo`,
      'ResetType@Redfish.AllowableValues': types,
    });
    const info = await daemon.get(`${slot}/ResetActionInfo`);
    expect(at(info.body, '/Parameters/0')).toMatchObject({ Name: 'ResetType', AllowableValues: types });
    expect(
      at((await daemon.get('/redfish/v1/Chassis/plain')).body, '/Actions/#Chassis.Reset'),
    ).toBeUndefined();
    const plain = await daemon.send('POST', '/redfish/v1/Chassis/plain/Actions/Chassis.Reset', {
      ResetType: 'On',
    });
    expect(plain.status).toBe(404);
    expect((await reset('GracefulShutdown')).status).toBe(400);
  });

  it('shows no identity for a chassis whose inventory states none', async () => {
    expect((await daemon.get(slot)).body).toMatchObject({ Manufacturer: null, Model: null });
    // The descriptor names the board.
    expect((await daemon.get('/redfish/v1/Chassis/frame')).body).toMatchObject({ Model: 'Two Slots' });
  });

  it('takes the power of a slot with all that is in it, and of no other', async () => {
    await daemon.board.reset('host1', 'On').then(({ done }) => done);
    await daemon.board.reset('host2', 'On').then(({ done }) => done);
    expect((await reset('ForceOff')).status).toBe(204);
    await shows(daemon, slot, '/PowerState', 'Off');
    await shows(daemon, host, '/PowerState', 'Off');
    expect((await daemon.get(slot)).body).toMatchObject({
      Status: { State: 'StandbyOffline', Health: 'OK' },
    });
    expect((await daemon.get(host)).body).toMatchObject({
      Status: { State: 'Disabled', Health: 'OK' },
    });
    await shows(daemon, `${slot}/Sensors/Air1`, '/Status/State', 'StandbyOffline');
    expect(at((await daemon.get('/redfish/v1/Systems/host2')).body, '/PowerState')).toBe('On');
    expect(at((await daemon.get('/redfish/v1/Chassis/frame')).body, '/Status')).toMatchObject({
      Health: 'OK',
    });
    expect(await told(slot)).toEqual(['ResourcePoweringOff', 'ResourcePoweredOff']);
    expect((await told(host)).at(-1)).toBe('ResourcePoweredOff');
    const [audit] = (await logEntries(daemon, 'AuditLog')).slice(-1);
    expect(audit).toMatchObject({
      Username: 'admin',
      Message: expect.stringContaining(`Chassis.Reset of ${slot}`),
    });
  });

  it('is refused with the reason, and answers NoOperation where the state is there already', async () => {
    const again = await reset('ForceOff');
    expect([again.status, JSON.stringify(again.body)]).toEqual([200, expect.stringContaining('NoOperation')]);
    const inside = await daemon.send('POST', `${host}/Actions/ComputerSystem.Reset`, { ResetType: 'On' });
    expect([inside.status, messageKeys(inside)]).toEqual([409, ['ChassisPowerStateOnRequired']]);
    daemon.twin.latch('slot1', false);
    await until('the latch to be seen', () => daemon.board.chassis.get('slot1')?.isHeldBack);
    const open = await reset('On');
    expect([open.status, messageKeys(open)]).toEqual([409, ['ConditionInRelatedResource']]);
    daemon.twin.latch('slot1', true);
    await until('the latch to be seen', () => daemon.board.chassis.get('slot1')?.isHeldBack === false);
    expect((await reset('On')).status).toBe(204);
    await shows(daemon, slot, '/PowerState', 'On');
    // It ran before, so it runs again.
    await shows(daemon, host, '/PowerState', 'On');
    const on = await reset('ForceOn');
    expect(on.status).toBe(200);
  });

  it('can be a task, which ends when the slot has power again', async () => {
    const answer = await daemon.send(
      'POST',
      action,
      { ResetType: 'PowerCycle' },
      { headers: { Prefer: 'respond-async' } },
    );
    expect(answer.status).toBe(202);
    // A request behind the cycle is answered when that has ended.
    expect((await reset('On')).status).toBe(200);
    const monitor = String(answer.headers.location);
    await until('the task to end', async () => (await daemon.get(monitor)).status === 204);
    await shows(daemon, slot, '/PowerState', 'On');
    expect(
      daemon.twin
        .edges('SLOT1_ON')
        .slice(-2)
        .map(({ asserted }) => asserted),
    ).toEqual([false, true]);
    expect(daemon.twin.edges('SLOT2_ON')).toHaveLength(1);
  });

  it('is for those who may configure components', async () => {
    const statuses: number[] = [];
    for (const RoleId of ['ReadOnly', 'Operator']) {
      const account = { UserName: RoleId.toLowerCase(), Password: testPassword, RoleId };
      await daemon.send('POST', '/redfish/v1/AccountService/Accounts', account);
      const login = { UserName: account.UserName, Password: testPassword };
      const { headers } = await daemon.send('POST', '/redfish/v1/SessionService/Sessions', login, {
        as: null,
      });
      const as = { token: String(headers['x-auth-token']) };
      statuses.push((await daemon.send('POST', action, { ResetType: 'ForceOff' }, { as })).status);
    }
    expect(statuses).toEqual([403, 204]);
  });

  it('is told of in the log of the host too, with the latch', async () => {
    await reset('On');
    await shows(daemon, slot, '/PowerState', 'On');
    daemon.twin.latch('slot1', false);
    await shows(daemon, slot, '/PowerState', 'Off');
    const sel = await logEntries(daemon, `${host}/LogServices/SEL`);
    expect(sel.map(({ Message }) => Message)).toContain("The state of 'Latch of Slot 1' has become 'open'.");
    daemon.twin.latch('slot1', true);
    await shows(daemon, slot, '/PowerState', 'On');
  });

  it.runIf(hasRedfishFolder)('is shown as the DMTF schemas want it, on and off', async () => {
    for (const state of ['On', 'Off'] as const) {
      if (state === 'Off') await reset('ForceOff');
      await shows(daemon, slot, '/PowerState', state);
      const faults: string[] = [];
      for (const [uri, { status, body }] of await crawl(daemon)) {
        if (status !== 200) faults.push(`${uri} ${status}`);
        const type = String(at(body, '/@odata.type'));
        if (!/^#(Chassis|ComputerSystem|Sensor|ActionInfo)\./.test(type)) continue;
        const validate = await jsonSchema(`${type.slice(1, type.lastIndexOf('.'))}.json`);
        if (!validate(body)) faults.push(`${uri} ${JSON.stringify(validate.errors)}`);
      }
      expect(faults).toEqual([]);
    }
  });

  it('takes the power of the whole frame away by its hot-swap controller, after the answer', async () => {
    const frame = '/redfish/v1/Chassis/frame';
    expect(
      at((await daemon.get(frame)).body, '/Actions/#Chassis.Reset/ResetType@Redfish.AllowableValues'),
    ).toEqual(['PowerCycle']);
    const seen: boolean[] = [];
    daemon.twin.onMains((on) => seen.push(on));
    const answer = await daemon.send('POST', `${frame}/Actions/Chassis.Reset`, { ResetType: 'PowerCycle' });
    expect([answer.status, seen]).toEqual([204, []]);
    expect(await told(frame)).toEqual(['ResourcePoweringOff']);
    await until('mains to go and to come', () => seen.length === 2);
    expect(seen).toEqual([false, true]);
  });
});
