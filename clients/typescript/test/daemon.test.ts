/** The library against redfishd on its twin: what a user does with a service, from login to a restart. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ComputerSystem, type EventRecord, idOf, type RedfishClient, valueAt } from '../src/index.ts';
import { Daemon } from './support/daemon.ts';

const accounts = '/redfish/v1/AccountService/Accounts';

describe('the client and redfishd', () => {
  let daemon: Daemon;
  let client: RedfishClient;
  beforeAll(async () => {
    daemon = await Daemon.start();
    client = await daemon.connect();
  });
  afterAll(async () => {
    await client?.close();
    await daemon?.stop();
  });

  it('walks everything without an error or a finding', async () => {
    const uris: string[] = [];
    for await (const { uri, error } of client.walk()) {
      expect(error?.message, uri).toBeUndefined();
      uris.push(uri);
    }
    expect(uris.length).toBeGreaterThan(200);
    expect(client.findings).toEqual([]);
  });

  it('reads all sensors with one request per page', async () => {
    const lines: string[] = [];
    const counting = await daemon.connect({ log: (line) => lines.push(line) });
    const chassis = await counting.only(counting.root.Chassis ?? '');
    const before = lines.length;
    let sensors = 0;
    for await (const sensor of counting.members(idOf(chassis.Sensors) ?? '')) {
      expect(counting.lenient(sensor).number('Reading')).toSatisfy(
        (value) => value === undefined || typeof value === 'number',
      );
      sensors += 1;
    }
    expect(sensors).toBeGreaterThan(50);
    expect(lines.length - before).toBeLessThanOrEqual(3);
    await counting.close();
  });

  it('powers a host, and sets a one-time PXE boot', async () => {
    const system = await client.only<ComputerSystem>(client.root.Systems ?? '');
    const { body } = await client.patch<ComputerSystem>(system, {
      Boot: { BootSourceOverrideEnabled: 'Once', BootSourceOverrideTarget: 'Pxe' },
    });
    expect(body?.Boot).toMatchObject({ BootSourceOverrideEnabled: 'Once', BootSourceOverrideTarget: 'Pxe' });
    await client.complete(await client.action(system, 'ComputerSystem.Reset', { ResetType: 'On' }));
    await expect
      .poll(async () => (await client.get<ComputerSystem>(system['@odata.id'])).PowerState, {
        timeout: 15_000,
      })
      .toBe('On');
    await expect(client.action(system, 'Reset', { ResetType: 'Levitate' })).rejects.toMatchObject({
      kind: 'usage',
    });
  });

  it('manages an account, which works with its new password', async () => {
    const made = await client.create(accounts, {
      UserName: 'carol',
      Password: 'Brisk-Heron-62-gravel',
      RoleId: 'ReadOnly',
    });
    await client.patch(made, { Password: 'Mellow-Lynx-19-cobalt' });
    const carol = await daemon.connect({ credentials: { user: 'carol', password: 'Mellow-Lynx-19-cobalt' } });
    const system = await carol.only(carol.root.Systems ?? '');
    await expect(carol.patch(system, { AssetTag: 'x' })).rejects.toMatchObject({ kind: 'forbidden' });
    await carol.close();
    await client.delete(made);
    await expect(client.get(made)).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('notices a change by another client', async () => {
    const system = await client.only(client.root.Systems ?? '');
    const other = await daemon.connect();
    await other.patch(system['@odata.id'], { AssetTag: 'theirs' });
    await expect(client.patch(system, { AssetTag: 'mine' })).rejects.toMatchObject({
      kind: 'conflict',
      properties: ['/AssetTag'],
    });
    await other.close();
  });

  it('waits for a task', async () => {
    const manager = await client.only(client.root.Managers ?? '');
    for await (const log of client.members(idOf(manager.LogServices) ?? '')) {
      if (valueAt(log, 'Actions/#LogService.CollectDiagnosticData') === undefined) continue;
      const outcome = await client.action(log, 'CollectDiagnosticData', {
        DiagnosticDataType: 'Manager',
      } as never);
      expect(outcome.status).toBe(202);
      const { task } = await client.complete(outcome, { timeout: 60 });
      expect(task?.TaskState).toBe('Completed');
      return;
    }
    throw new Error('no log collects diagnostic data');
  });

  it('follows events over restarts of the service, each once', async () => {
    const found: EventRecord[] = [];
    let opened: (() => void) | undefined;
    const open = new Promise<void>((resolve) => {
      opened = resolve;
    });
    const following = await daemon.connect({ retry: { base: 0.05 } });
    const over = new AbortController();
    const follow = (async () => {
      for await (const record of following.events({ signal: over.signal, onId: () => opened?.() }))
        found.push(record);
    })();
    await open;
    const made: string[] = [];
    const create = async (name: string): Promise<void> => {
      const account = await client.create(accounts, {
        UserName: name,
        Password: 'Brisk-Heron-62-gravel',
        RoleId: 'ReadOnly',
      });
      made.push(account['@odata.id']);
    };
    for (const name of ['one', 'two']) await create(name);
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      await daemon.kill(signal);
      await daemon.run();
      for (const name of ['a', 'b']) await create(`${signal.toLowerCase()}-${name}`);
    }
    const origins = () =>
      found
        .filter(({ MessageId }) => /ResourceCreated$/.test(MessageId ?? ''))
        .map(({ OriginOfCondition }) => idOf(OriginOfCondition) ?? '')
        .filter((uri) => uri.startsWith(`${accounts}/`));
    await expect.poll(() => origins().length, { timeout: 15_000 }).toBeGreaterThanOrEqual(6);
    expect(origins()).toEqual(made);
    over.abort();
    await follow;
    await following.close();
    for (const uri of made) await client.delete(uri);
  }, 60_000);
});
