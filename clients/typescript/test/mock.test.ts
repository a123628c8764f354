/** The mock as users' tests use it, and what a client records served back by it. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type EventRecord, fileRecorder, type RedfishClient } from '../src/index.ts';
import { type MockService, replay, startMock, treeOf } from '../src/mock/index.ts';

const systems = '/redfish/v1/Systems';
const accounts = '/redfish/v1/AccountService/Accounts';
const tree = treeOf({
  '/redfish/v1': {
    '@odata.id': '/redfish/v1/',
    Id: 'RootService',
    Name: 'Mock',
    RedfishVersion: '1.20.0',
    Systems: { '@odata.id': systems },
  },
  [systems]: {
    '@odata.id': systems,
    Name: 'Systems',
    Members: Array.from({ length: 130 }, (_, index) => ({ '@odata.id': `${systems}/${index}` })),
  },
  ...Object.fromEntries(
    Array.from({ length: 130 }, (_, index) => {
      const uri = `${systems}/${index}`;
      const Actions = { '#ComputerSystem.Reset': { target: `${uri}/Actions/ComputerSystem.Reset` } };
      return [
        uri,
        {
          '@odata.id': uri,
          Id: String(index),
          Name: `System ${index}`,
          PowerState: 'Off',
          Boot: { Target: 'None', Mode: 'UEFI' },
          Actions,
        },
      ];
    }),
  ),
  [accounts]: {
    '@odata.id': accounts,
    '@odata.type': '#ManagerAccountCollection.ManagerAccountCollection',
    Name: 'Accounts',
    Members: [],
  },
});
const folder = mkdtempSync(join(tmpdir(), 'redfishd-client-'));
const credentials = { user: 'admin', password: 'Plain-Otter-33-basalt' };

describe('the mock service', () => {
  let mock: MockService;
  let client: RedfishClient;
  const recording = join(folder, 'recording.jsonl');
  beforeAll(async () => {
    mock = await startMock({ tree, ...credentials });
    client = await connect(mock.url, { credentials, record: fileRecorder(recording) });
  });
  afterAll(async () => {
    await client.close();
    await mock.close();
    rmSync(folder, { recursive: true });
  });

  it('refuses those who are not logged in', async () => {
    const nobody = await connect(mock.url);
    await expect(nobody.get(systems)).rejects.toMatchObject({ kind: 'auth' });
    await nobody.close();
    await expect(connect(mock.url, { credentials: { ...credentials, password: 'x' } })).rejects.toMatchObject(
      { kind: 'auth' },
    );
  });

  it('gives members over pages, expanded, selected and filtered', async () => {
    const before = mock.requests.length;
    const names: unknown[] = [];
    for await (const { Name } of client.members(systems, { select: ['Name'], filter: "Id ne '5'" }))
      names.push(Name);
    expect(names.length).toBe(129);
    expect(names).not.toContain('System 5');
    expect(mock.requests.length - before).toBe(2);
  });

  it('takes writes with the right ETag only', async () => {
    const system = await client.get(`${systems}/3`);
    const { body } = await client.patch(system, { Boot: { Target: 'Pxe' } });
    expect(body).toMatchObject({ Boot: { Target: 'Pxe', Mode: 'UEFI' } });
    const other = await connect(mock.url, { credentials });
    await other.patch(`${systems}/3`, { Boot: { Target: 'Cd' } });
    await other.close();
    await expect(client.patch(system, { Boot: { Target: 'Hdd' } })).rejects.toMatchObject({
      ...{ kind: 'conflict', properties: ['/Boot/Target'] },
    });
    expect(await client.patch(system, { AssetTag: 'x' })).toMatchObject({ status: 200 });
  });

  it('resets, creates and deletes', async () => {
    await client.action(`${systems}/0`, 'Reset', { ResetType: 'On' });
    expect(await client.get(`${systems}/0`)).toMatchObject({ PowerState: 'On' });
    const account = await client.create(accounts, {
      UserName: 'carol',
      Password: 'Hidden-Newt-41-mica',
      RoleId: 'Operator',
    });
    expect(account).toMatchObject({ UserName: 'carol' });
    expect(account).not.toHaveProperty('Password');
    await client.delete(account);
    await expect(client.get(account)).rejects.toMatchObject({ kind: 'not-found' });
    expect((await client.get(accounts)).Members).toEqual([]);
  });

  it('takes uploads as tasks', async () => {
    const file = {
      name: 'image.bin',
      size: 200_000,
      open: async function* () {
        yield new Uint8Array(200_000);
      },
    };
    const seen: (number | undefined)[] = [];
    const outcome = await client.update(file, { targets: [`${systems}/0`] });
    const { task } = await client.complete(outcome, {
      interval: 0.01,
      onProgress: ({ percent }) => seen.push(percent),
    });
    expect(task).toMatchObject({ TaskState: 'Completed' });
    expect(seen).toEqual([50, 100]);
  });

  it('streams events over a restart, each once', async () => {
    const found: EventRecord[] = [];
    const follow = (async () => {
      for await (const record of client.events({ reconnect: 0.02 })) {
        found.push(record);
        if (found.length === 20) return;
      }
    })();
    while (!mock.requests.some(({ uri }) => uri.endsWith('/EventService')))
      await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (let index = 0; index < 20; index += 1) {
      mock.emit({ MessageId: 'ResourceEvent.1.4.ResourceChanged' });
      if (index % 6 === 5) mock.restart();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await follow;
    expect(found.map(({ EventId }) => EventId)).toEqual(
      Array.from({ length: 20 }, (_, index) => String(index + 1)),
    );
  });

  it('is recorded without secrets, and the recording is served back', async () => {
    const text = readFileSync(recording, 'utf8');
    expect(statSync(recording).mode & 0o777).toBe(0o600);
    for (const secret of [credentials.password, 'Hidden-Newt', 'mock-token'])
      expect(text).not.toContain(secret);
    expect(text).toContain('carol');
    const again = await startMock(replay(recording));
    const second = await connect(again.url);
    expect(await second.get(`${systems}/3`)).toMatchObject({ Boot: { Target: 'None' } });
    expect(await second.get(`${systems}/3`)).toMatchObject({ Boot: { Target: 'Cd' } });
    await second.close();
    await again.close();
  });
});

describe('the webhook receiver', () => {
  it('subscribes, takes deliveries, and unsubscribes at the end', async () => {
    const subscriptions = '/redfish/v1/EventService/Subscriptions';
    const mock = await startMock({
      tree: treeOf({
        '/redfish/v1/EventService': {
          '@odata.id': '/redfish/v1/EventService',
          Id: 'e',
          Name: 'e',
          Subscriptions: { '@odata.id': subscriptions },
        },
        [subscriptions]: { '@odata.id': subscriptions, Name: 's', Members: [] },
      }),
    });
    const client = await connect(mock.url);
    const events = client.events({
      sources: ['webhook'],
      webhook: { host: '127.0.0.1', listen: '127.0.0.1' },
    });
    const first = events.next();
    let made: { Destination?: string } | undefined;
    while (!made) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      made = mock.requests.find(({ method, uri }) => method === 'POST' && uri === subscriptions)
        ?.body as typeof made;
    }
    const send = (path: string, body: string) =>
      fetch(new URL(path, made.Destination), { method: 'POST', body });
    expect((await send('/guess', '{}')).status).toBe(404);
    expect((await send('', 'no json')).status).toBe(204);
    expect(
      (await send('', JSON.stringify({ Events: [{ EventId: '1', MessageId: 'A.1.0.B' }] }))).status,
    ).toBe(204);
    expect((await first).value).toMatchObject({ EventId: '1' });
    await events.return(undefined);
    expect(mock.requests.some(({ method, uri }) => method === 'DELETE' && uri === `${subscriptions}/1`)).toBe(
      true,
    );
    await client.close();
    await mock.close();
  });
});

describe('the log as the last resort', () => {
  it('yields entries that are new, in the order in which they happened', async () => {
    const entries = '/redfish/v1/Systems/1/LogServices/SEL/Entries';
    const entry = (id: number) => ({
      '@odata.id': `${entries}/${id}`,
      Id: String(id),
      Name: 'Entry',
      Created: `2026-01-01T00:00:0${id}Z`,
      MessageId: 'A.1.0.B',
    });
    const mock = await startMock({
      tree: treeOf({
        [entries]: { '@odata.id': entries, Name: 'Entries', Members: [{ '@odata.id': `${entries}/1` }] },
        [`${entries}/1`]: entry(1),
      }),
    });
    const client = await connect(mock.url);
    const events = client.events({ sources: ['log'], log: { entries, interval: 0.02 } });
    const first = events.next();
    while (!mock.requests.some(({ uri }) => uri.startsWith(entries)))
      await new Promise((resolve) => setTimeout(resolve, 5));
    for (const id of [2, 3]) mock.store.set(`${entries}/${id}`, entry(id));
    mock.store.patch(entries, { Members: [3, 2, 1].map((id) => ({ '@odata.id': `${entries}/${id}` })) });
    expect([(await first).value, (await events.next()).value].map((record) => record.Id)).toEqual(['2', '3']);
    await client.close();
    await mock.close();
  });
});
