/** Yosemite V2 on its twin: four servers behind bridge ICs, each with power, firmware, log and console of its own. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at } from '../../support/client.ts';
import { platformOf, startTestDaemon, type TestDaemon } from '../../support/daemon.ts';
import { keyOf, logEntries, originOf } from '../../support/logs.ts';
import { openScreen, type Screen } from '../../support/screen.ts';
import { shows, until } from '../../support/until.ts';

const slots = [1, 2, 3, 4] as const;
const system = (slot: number) => `/redfish/v1/Systems/host${slot}`;
const chassis = (slot: number) => `/redfish/v1/Chassis/slot${slot}`;
const sensor = (slot: number, name: string) => `${chassis(slot)}/Sensors/slot${slot}_${name}`;
const isNumber = (value: unknown) => typeof value === 'number';

describe('Yosemite V2', () => {
  let daemon: TestDaemon;
  /** A sensor of the card in a slot is read. */
  const reads = (slot: number) => shows(daemon, sensor(slot, 'MB_INLET_TEMP'), '/Reading', isNumber, 20_000);
  const powers = () =>
    Promise.all(slots.map(async (slot) => at((await daemon.get(system(slot))).body, '/PowerState')));
  const reset = (slot: number, type: string) =>
    daemon.send('POST', `${system(slot)}/Actions/ComputerSystem.Reset`, { ResetType: type });
  const resetSlot = (slot: number, type: string) =>
    daemon.send('POST', `${chassis(slot)}/Actions/Chassis.Reset`, { ResetType: type });
  const sel = (slot: number) => logEntries(daemon, `${system(slot)}/LogServices/SEL`);

  beforeAll(async () => {
    const shipped = platformOf('platform/yosemite-v2.yaml');
    const nodes = (shipped.nodes ?? []).map((node) => ({ ...node, poll: 500 }));
    daemon = await startTestDaemon({ platform: { ...shipped, nodes }, twin: { speed: 20 } });
    for (const slot of slots) await shows(daemon, system(slot), '/PowerState', 'Off');
    for (const slot of slots)
      await until('the records', async () => (await daemon.get(sensor(slot, 'SOC_TEMP'))).status === 200);
  }, 60_000);
  afterAll(() => daemon.stop());

  it('is a sled around four slots, each with a system', async () => {
    const { body } = await daemon.get('/redfish/v1/Chassis/chassis');
    expect(at(body, '/Links/Contains')).toEqual(slots.map((slot) => ({ '@odata.id': chassis(slot) })));
    for (const slot of slots) {
      const isSerial = (value: unknown) => typeof value === 'string' && /^\w{12}$/.test(value);
      const own = await shows(daemon, chassis(slot), '/SerialNumber', isSerial);
      expect(own).toMatchObject({
        ChassisType: 'Sled',
        PowerState: 'On',
        Links: {
          ContainedBy: { '@odata.id': '/redfish/v1/Chassis/chassis' },
          ComputerSystems: [{ '@odata.id': system(slot) }],
        },
      });
    }
    expect(at((await daemon.get('/redfish/v1/Managers/bmc')).body, '/Links/ManagerForServers')).toHaveLength(
      4,
    );
  });

  it('shows what the bridge ICs say of their sensors, with the limits of the records', async () => {
    for (const slot of slots) {
      await shows(daemon, sensor(slot, 'MB_INLET_TEMP'), '/Reading', isNumber);
      const { body } = await daemon.get(sensor(slot, 'SOC_TEMP'));
      expect(body).toMatchObject({ ReadingUnits: 'Cel', Thresholds: { UpperCritical: expect.any(Object) } });
      // The rails of a host that is off are not read, and that is no fault.
      expect(at(body, '/Status/State')).toBe('StandbyOffline');
    }
    const { body } = await daemon.get('/redfish/v1/UpdateService/FirmwareInventory?$expand=.');
    const ids = (at(body, '/Members') as readonly object[]).map((member) => at(member, '/Id'));
    expect(ids).toEqual(
      expect.arrayContaining(slots.flatMap((slot) => [`slot${slot}-bic`, `slot${slot}-me`])),
    );
  });

  it('powers, boots, logs and consoles each of its hosts by itself', async () => {
    const { port } = daemon.daemon.address;
    const screens: Screen[] = [];
    for (const slot of slots) screens.push(await openScreen(`wss://127.0.0.1:${port}/console/host${slot}`));
    const expected = ['Off', 'Off', 'Off', 'Off'];
    for (const slot of slots) {
      expect((await reset(slot, 'On')).status).toBe(204);
      await shows(daemon, system(slot), '/PowerState', 'On', 20_000);
      expected[slot - 1] = 'On';
      expect(await powers()).toEqual(expected);
      await shows(
        daemon,
        system(slot),
        '/BootProgress/LastState',
        'SystemHardwareInitializationComplete',
        20_000,
      );
      await until('the login', () => screens[slot - 1]?.text().includes(`host${slot} login:`));
      screens[slot - 1]?.socket.send(Buffer.from('root\r'));
      await until('the answer', () => screens[slot - 1]?.text().includes('Login incorrect'));
    }
    for (const slot of slots) {
      // What was typed on one console is on no other.
      expect(screens[slot - 1]?.text().split('Login incorrect')).toHaveLength(2);
      const codes = await logEntries(daemon, `${system(slot)}/LogServices/PostCodes`);
      expect(codes.length).toBeGreaterThan(10);
      const own = await sel(slot);
      expect(own.map(keyOf)).toEqual(expect.arrayContaining(['ResourcePoweringOn', 'ResourcePoweredOn']));
      // What the host itself has logged, through its bridge IC.
      expect(
        own.some((entry) => (entry as object as { SensorNumber?: number }).SensorNumber !== undefined),
      ).toBe(true);
      expect(own.map(originOf).filter((uri) => uri !== undefined && !uri.includes(`${slot}`))).toEqual([]);
      await shows(daemon, sensor(slot, 'SOC_TEMP'), '/Reading', isNumber, 20_000);
    }
    expect((await reset(3, 'ForceOff')).status).toBe(204);
    await shows(daemon, system(3), '/PowerState', 'Off', 20_000);
    expect(await powers()).toEqual(['On', 'On', 'Off', 'On']);
    for (const screen of screens) screen.socket.close();
  }, 120_000);

  it('tells the firmware of a host once how to boot', async () => {
    const boot = { Boot: { BootSourceOverrideEnabled: 'Once', BootSourceOverrideTarget: 'Pxe' } };
    for (const slot of [2, 3]) expect((await daemon.send('PATCH', system(slot), boot)).status).toBe(200);
    expect((await reset(2, 'ForceRestart')).status).toBe(204);
    // It asks while it boots, and the override is used up when it is done.
    await shows(daemon, system(2), '/Boot/BootSourceOverrideEnabled', 'Disabled', 20_000);
    expect(at((await daemon.get(system(3))).body, '/Boot/BootSourceOverrideEnabled')).toBe('Once');
  }, 30_000);

  it('crosses the limits of a record, in one slot only', async () => {
    daemon.twin.set('slot1_MB_INLET_TEMP', 90);
    await shows(daemon, sensor(1, 'MB_INLET_TEMP'), '/Status/Health', 'Critical');
    await shows(daemon, chassis(1), '/Status/Health', 'Critical');
    expect(at((await daemon.get(chassis(2))).body, '/Status/Health')).toBe('OK');
    expect((await sel(1)).map(keyOf)).toContain('ReadingAboveUpperCriticalThreshold');
    daemon.twin.set('slot1_MB_INLET_TEMP', null);
    await shows(daemon, chassis(1), '/Status/Health', 'OK');
  });

  it('says that a bridge IC is dead, and goes on with the others', async () => {
    const id = daemon.twin.inject({ kind: 'deadNode', node: 'slot2' });
    const dead = await shows(daemon, system(2), '/Status/State', 'UnavailableOffline', 20_000);
    expect(at(dead, '/Status/Conditions/0/Message')).toContain('Its last answer was at');
    expect(at((await daemon.get(sensor(2, 'MB_INLET_TEMP'))).body, '/Reading')).toBeNull();
    for (const slot of [1, 4]) {
      const time = at((await daemon.get(sensor(slot, 'MB_INLET_TEMP'))).body, '/ReadingTime');
      await shows(daemon, sensor(slot, 'MB_INLET_TEMP'), '/ReadingTime', (value: unknown) => value !== time);
    }
    expect((await reset(2, 'ForceOff')).status).toBeGreaterThanOrEqual(400);
    daemon.twin.clear(id);
    await shows(daemon, system(2), '/PowerState', 'On', 20_000);
    await shows(daemon, sensor(2, 'MB_INLET_TEMP'), '/Reading', isNumber);
    const told = (await logEntries(daemon, 'EventLog')).filter(({ MessageId }) =>
      MessageId.endsWith('Unresponsive'),
    );
    expect(told).toHaveLength(1);
  }, 60_000);

  it('takes the 12 V of a slot away and gives it back, and the host with it', async () => {
    expect((await resetSlot(4, 'ForceOff')).status).toBe(204);
    await shows(daemon, chassis(4), '/PowerState', 'Off');
    await shows(daemon, sensor(4, 'MB_INLET_TEMP'), '/Status/State', 'StandbyOffline');
    expect((await powers()).slice(0, 2)).toEqual(['On', 'On']);
    expect(at((await daemon.get('/redfish/v1/Chassis/chassis')).body, '/Status/Health')).toBe('OK');
    expect((await resetSlot(4, 'On')).status).toBe(204);
    await shows(daemon, chassis(4), '/PowerState', 'On');
    // It was on, and its policy is to be so again.
    await shows(daemon, system(4), '/PowerState', 'On', 30_000);
    await reads(4);
  }, 60_000);

  it('lets a card be pulled in service, and boots the one that comes in its place', async () => {
    daemon.twin.latch('slot1', false);
    await shows(daemon, chassis(1), '/PowerState', 'Off');
    daemon.twin.present('slot1', false);
    await until('the slot to be gone', async () => (await daemon.get(chassis(1))).status === 404);
    expect((await daemon.get(system(1))).status).toBe(404);
    expect((await daemon.get(sensor(1, 'MB_INLET_TEMP'))).status).toBe(404);
    expect(at((await daemon.get('/redfish/v1/Chassis/chassis')).body, '/Status/Health')).toBe('OK');
    daemon.twin.present('slot1', true);
    daemon.twin.latch('slot1', true);
    await until('the slot to be back', async () => (await daemon.get(chassis(1))).status === 200);
    await shows(daemon, system(1), '/PowerState', 'On', 40_000);
    await reads(1);
  }, 90_000);
});
