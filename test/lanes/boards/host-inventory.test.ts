/** What the firmware of a host tells is shown by the service: processors, memory, slots, version, and the boot override it took. */
import { describe, expect, it } from 'vitest';
import { at } from '../../support/client.ts';
import { startTestDaemon, type TestDaemon } from '../../support/daemon.ts';
import { shows, until } from '../../support/until.ts';

const system = '/redfish/v1/Systems/system';

const state = ({ twin }: TestDaemon) => twin.status().hosts[0]?.state;

/** Starts the host, or starts it anew, and waits for its operating system. */
async function boot(daemon: TestDaemon): Promise<void> {
  const isOn = state(daemon) !== 'off';
  await daemon.board.reset('system', isOn ? 'ForceRestart' : 'On');
  if (isOn) await until('the self test', () => state(daemon) === 'post');
  await until('the operating system', () => state(daemon) === 'running');
}

/** URIs of the members of a collection. */
async function members({ get }: TestDaemon, uri: string): Promise<string[]> {
  const list = at((await get(uri)).body, '/Members') as readonly { readonly '@odata.id': string }[];
  return list.map((each) => each['@odata.id']);
}
const modules = (daemon: TestDaemon, count: number) =>
  until(`${count} modules`, async () => (await members(daemon, `${system}/Memory`)).length === count);

/** Messages in the log of the host. */
async function logged({ get }: TestDaemon): Promise<string> {
  return JSON.stringify((await get(`${system}/LogServices/SEL/Entries`)).body);
}

describe('the inventory of a host', () => {
  it('is empty until its firmware has told, then shown, and kept while the host is off', async () => {
    const daemon = await startTestDaemon({ twin: { speed: 20 } });
    const before = (await daemon.get(system)).body;
    expect(before).toMatchObject({ BiosVersion: null, MemorySummary: { TotalSystemMemoryGiB: null } });
    expect(await members(daemon, `${system}/Memory`)).toEqual([]);
    // Sockets are wired: their occupants are not known yet.
    expect((await daemon.get(`${system}/Processors/CPU0`)).body).toMatchObject({
      Model: null,
      Status: { State: 'UnavailableOffline' },
    });

    await boot(daemon);
    await shows(daemon, system, '/BiosVersion', 'TWIN 2.41');
    await shows(daemon, system, '/BootProgress/LastState', 'OSRunning');
    const after = (await daemon.get(system)).body;
    expect(after).toMatchObject({
      HostName: 'system',
      MemorySummary: { TotalSystemMemoryGiB: 384 },
      ProcessorSummary: {
        Count: 2,
        Model: 'Twin Xeon 6138 @ 2.00GHz',
        CoreCount: 40,
        LogicalProcessorCount: 80,
      },
    });
    const processor = (await daemon.get(`${system}/Processors/CPU1`)).body;
    expect(processor).toMatchObject({
      ...{
        ProcessorArchitecture: 'x86',
        TotalCores: 20,
        TotalThreads: 40,
        MaxSpeedMHz: 4000,
        OperatingSpeedMHz: 2000,
      },
      ProcessorMemory: [
        { MemoryType: 'L1Cache' },
        { MemoryType: 'L2Cache', CapacityMiB: 20 },
        { MemoryType: 'L3Cache' },
      ],
      Status: { State: 'Enabled', Health: 'OK' },
    });
    await modules(daemon, 12);
    const [, , , fourth = ''] = await members(daemon, `${system}/Memory`);
    expect((await daemon.get(fourth)).body).toMatchObject({
      ...{
        CapacityMiB: 32_768,
        MemoryDeviceType: 'DDR4_SDRAM',
        BaseModuleType: 'RDIMM',
        OperatingSpeedMhz: 2666,
      },
      ...{
        Manufacturer: 'Samsung',
        PartNumber: 'TWIN-DDR4-RDIMM',
        ErrorCorrection: 'MultiBitECC',
        RankCount: 2,
      },
    });
    expect(at((await daemon.get('/redfish/v1/Chassis/chassis/PCIeSlots')).body, '/Slots')).toMatchObject([
      { Lanes: 16, PCIeType: 'Gen3', Status: { State: 'Enabled' } },
      { Lanes: 8, PCIeType: 'Gen3', Status: { State: 'Absent' } },
    ]);
    await daemon.board.reset('system', 'ForceOff');
    await until('power off', () => daemon.board.hosts.get('system')?.powerState === 'Off');
    expect((await daemon.get(`${system}/Processors/CPU0`)).body).toMatchObject({
      TotalCores: 20,
      Status: { State: 'StandbyOffline' },
    });
    // The first start sets the baseline.
    expect(await logged(daemon)).not.toContain('HostInventoryChanged');
  });

  it('shows a module that has gone as absent, and says so', async () => {
    const daemon = await startTestDaemon({ twin: { speed: 20 } });
    await boot(daemon);
    await modules(daemon, 12);
    daemon.twin.inject({ kind: 'noModule', host: 'system', index: 3 });
    await boot(daemon);
    const gone = `${system}/Memory/CPU0_DIMM_D0`;
    await shows(daemon, gone, '/Status/State', 'Absent');
    expect((await daemon.get(gone)).body).toMatchObject({ CapacityMiB: null, SerialNumber: null });
    expect(at((await daemon.get(system)).body, '/MemorySummary/TotalSystemMemoryGiB')).toBe(352);
    await until('the record', async () => (await logged(daemon)).includes('CPU0_DIMM_D0 is empty'));
  });

  it('is marked as old when a later start has told nothing', async () => {
    const daemon = await startTestDaemon({ twin: { speed: 20 } });
    await boot(daemon);
    await modules(daemon, 12);
    daemon.twin.inject({ kind: 'silentFirmware', host: 'system' });
    await boot(daemon);
    await shows(daemon, `${system}/Processors/CPU0`, '/Status/Conditions/0/Severity', 'Warning');
    expect((await daemon.get(`${system}/Processors/CPU0`)).body).toMatchObject({
      TotalCores: 20,
      Status: { Conditions: [{ MessageId: 'Redfishd.1.1.HostPartNotTold', Severity: 'Warning' }] },
    });
  });

  it('stays as it was when the firmware sends damaged requests', async () => {
    const daemon = await startTestDaemon({ twin: { speed: 20 } });
    daemon.twin.inject({ kind: 'garbledFirmware', host: 'system' });
    await boot(daemon);
    expect(await members(daemon, `${system}/Memory`)).toEqual([]);
    expect(at((await daemon.get(system)).body, '/BiosVersion')).toBeNull();
  });
});

describe('a boot override', () => {
  it('is taken by the firmware, which boots what was asked for, once', async () => {
    const daemon = await startTestDaemon({ twin: { speed: 20 } });
    const set = await daemon.send('PATCH', system, {
      Boot: { BootSourceOverrideEnabled: 'Once', BootSourceOverrideTarget: 'Hdd' },
    });
    expect(set.status).toBeLessThan(300);
    await boot(daemon);
    await shows(daemon, system, '/Boot/BootSourceOverrideEnabled', 'Disabled');
    expect(daemon.twin.status().hosts[0]?.bootedFrom).toBe(2);
    expect(at((await daemon.get(system)).body, '/Boot/BootOrder')).toEqual(['Hdd', 'Usb', 'PxeIPv6', 'Cd']);
    const option = (await daemon.get(`${system}/BootOptions/Hdd`)).body;
    expect(option).toMatchObject({ BootOptionReference: 'Hdd', Alias: 'Hdd' });
    expect(await logged(daemon)).toContain('Redfishd.1.1.HostTookBootOverride');
  });
});
