/** POST codes over Redfish, from the device of the twin to the log. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostPostCodes } from '../../src/board/power/post-codes.ts';
import { at, members } from '../support/client.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { openStream } from '../support/events.ts';
import { hardwareOf } from '../support/hardware.ts';
import { logEntries } from '../support/logs.ts';
import { shows, until } from '../support/until.ts';
import { hasRedfishFolder, jsonSchema } from '../unit/redfish/support.ts';

const system = '/redfish/v1/Systems/system';
const log = `${system}/LogServices/PostCodes`;
const registry = '/redfish/v1/Registries/Redfishd';

describe('the POST codes of a system', () => {
  let daemon: TestDaemon;
  beforeAll(async () => {
    daemon = await startTestDaemon({ twin: { speed: 10 } });
  });
  afterAll(() => daemon.stop());

  /** Once what is under way is over. */
  const reset = (ResetType: string) =>
    until('the reset', async () => {
      const action = `${system}/Actions/ComputerSystem.Reset`;
      return (await daemon.send('POST', action, { ResetType })).status === 204;
    });
  const entries = () => logEntries(daemon, log);
  const args = async (): Promise<string[][]> =>
    (await entries()).map((entry) => [...(entry as unknown as { MessageArgs: string[] }).MessageArgs]);
  const complete = () => shows(daemon, system, '/BootProgress/LastState', 'OSRunning');

  it('are a log that a boot fills, and no events', async () => {
    expect(members(await daemon.get(`${system}/LogServices`))).toContain(log);
    expect((await daemon.get(log)).body).toMatchObject({
      Id: 'PostCodes',
      LogEntryType: 'Event',
      LogPurposes: ['Diagnostic'],
      OverWritePolicy: 'WrapsWhenFull',
      MaxNumberOfRecords: 4096,
    });
    expect(await entries()).toEqual([]);
    const stream = await openStream(daemon.url);
    await reset('On');
    const done = await complete();
    expect(at(done, '/BootProgress/OemLastState')).toBeUndefined();
    // At its end a boot is in the log, without any waiting.
    const all = await args();
    expect(all.length).toBeGreaterThan(100);
    expect(all.every(([boot]) => boot === '1')).toBe(true);
    expect(all.every(([, seconds]) => /^\d+\.\d{3}$/.test(seconds ?? ''))).toBe(true);
    expect(all.at(-1)?.[2]).toBe('0xAA');
    const [first] = await entries();
    expect(first).toMatchObject({
      MessageId: 'Redfishd.1.1.BIOSPOSTCode',
      Severity: 'OK',
      EntryType: 'Event',
      Message: `Boot 1, seconds since its start: ${all[0]?.[1]}. POST code: 0x01`,
    });
    await until('what subscribers are told', () =>
      stream.payloads.some(({ Events = [] }) =>
        Events.some(({ MessageId }) => MessageId.endsWith('.ResourcePoweredOn')),
      ),
    );
    const told = stream.payloads.flatMap(({ Events = [] }) => Events.map(({ MessageId }) => MessageId));
    stream.close();
    expect(told.filter((id) => id.startsWith('Redfishd'))).toEqual([]);
  });

  it('come in pages, and are found by filters', async () => {
    const every = await entries();
    const page = await daemon.get(`${log}/Entries?$top=10&$skip=5`);
    expect(members(page)).toEqual(every.slice(5, 15).map((entry) => entry['@odata.id']));
    expect(at(page.body, '/Members@odata.count')).toBe(every.length);
    expect(String(at(page.body, '/Members@odata.nextLink'))).toContain('$skiptoken');
    const found = await daemon.get(
      `${log}/Entries?$filter=Message eq '${every[3]?.Message}'`.replaceAll(' ', '%20'),
    );
    expect(members(found)).toEqual([every[3]?.['@odata.id']]);
    const none = `${log}/Entries?$filter=Severity eq 'Critical'`.replaceAll(' ', '%20');
    expect(members(await daemon.get(none))).toEqual([]);
    // Other logs have nothing of it.
    const id = every[0]?.['@odata.id'].split('/').at(-1);
    for (const other of [`${system}/LogServices/SEL`, '/redfish/v1/Managers/bmc/LogServices/EventLog'])
      expect((await daemon.get(`${other}/Entries/${id}`)).status).toBe(404);
  });

  it('can be cleared, and go on with the number of the boot', async () => {
    expect((await daemon.send('POST', `${log}/Actions/LogService.ClearLog`, {})).status).toBe(204);
    expect(await entries()).toEqual([]);
    await reset('ForceRestart');
    const all = await until('the end of the second boot', async () => {
      const found = await args();
      return found.at(-1)?.[2] === '0xAA' && found;
    });
    expect(all.length).toBeGreaterThan(100);
    expect(new Set(all.map(([boot]) => boot))).toEqual(new Set(['2']));
  });

  it('of firmware that hangs show where', async () => {
    daemon.twin.inject({ kind: 'noPost', host: 'system' });
    await reset('ForceRestart');
    await until('codes of the third boot', async () => (await args()).some(([boot]) => boot === '3'));
    const [last] = (await until('the last code', async () => {
      const before = (await args()).length;
      await new Promise((resolve) => setTimeout(resolve, 1200));
      const after = await args();
      return after.length === before && after.slice(-1);
    })) as string[][];
    const before = await daemon.get(system);
    expect(at(before.body, '/BootProgress')).toEqual({
      LastState: 'OEM',
      OemLastState: last?.[2],
      LastStateTime: expect.any(String),
    });
    // Codes move many times a second: they are in no writer's way.
    const sink = daemon.board.hosts.get('system')?.postCodes as HostPostCodes;
    sink.receive([0xee]);
    const after = await daemon.get(system);
    expect(at(after.body, '/BootProgress/OemLastState')).toBe('0xEE');
    expect(after.headers.etag).toBe(before.headers.etag);
    daemon.twin.clear('all');
  });

  it('that cannot come say so in the Status of their log', async () => {
    const { DeviceError } = await import('../../drivers/errors.ts');
    const broken = await startTestDaemon({
      hardware: (twin) => ({
        ...hardwareOf(twin),
        postCodes: {
          async open(device) {
            throw new DeviceError('no-bus', device, 'there is no such device');
          },
        },
      }),
    });
    try {
      const body = await shows(broken, log, '/Status/Health', 'Warning');
      expect(at(body, '/Status')).toMatchObject({
        State: 'Enabled',
        Conditions: [
          {
            MessageId: 'Platform.1.3.DeviceManagementInterfaceError',
            MessageArgs: ['/dev/aspeed-lpc-snoop0', '/dev/aspeed-lpc-snoop0: there is no such device'],
            Severity: 'Warning',
          },
        ],
      });
      expect(at((await broken.get(`${system}/LogServices/SEL`)).body, '/Status/Health')).toBe('OK');
      if (!hasRedfishFolder) return;
      const validate = await jsonSchema('LogService.v1_9_0.json');
      expect(validate(body), JSON.stringify(validate.errors)).toBe(true);
    } finally {
      await broken.stop();
    }
  });

  it('have a message of a registry that this service has itself', async () => {
    const file = (await daemon.get(registry)).body;
    expect(at(file, '/Registry')).toBe('Redfishd.1.1');
    const uri = String(at(file, '/Location/0/Uri'));
    expect((await daemon.get(uri, { as: null })).status).toBe(401);
    const answer = await daemon.get(uri);
    expect(answer.status).toBe(200);
    expect(at(answer.body, '/Messages/BIOSPOSTCode/NumberOfArgs')).toBe(3);
    if (!hasRedfishFolder) return;
    const validate = await jsonSchema('MessageRegistry.v1_7_0.json');
    expect(validate(answer.body), JSON.stringify(validate.errors)).toBe(true);
  });
});
