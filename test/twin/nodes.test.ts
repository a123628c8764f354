/** Nodes on the network: those of the shipped chassis on its twin, and those that are added while the daemon runs. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IpmiNode, LanServer, simpleChassis } from 'node-ipmi';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { encodeSdr } from '../../drivers/node-ipmi/src/sdr-encode.ts';
import { boardFru, fullSensor } from '../../drivers/node-ipmi/test/fixture.ts';
import { at, members, messageKeys } from '../support/client.ts';
import { platformOf, startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { keyOf, logEntries, originOf } from '../support/logs.ts';
import { openScreen } from '../support/screen.ts';
import { shows, until } from '../support/until.ts';

const isNumber = (value: unknown) => typeof value === 'number';
/** The shipped chassis, asked more often. */
const quick = () => {
  const shipped = platformOf('platform/lan-chassis.yaml');
  return { ...shipped, nodes: (shipped.nodes ?? []).map((node) => ({ ...node, poll: 500 })) };
};

describe('the LAN chassis on its twin', () => {
  let daemon: TestDaemon;
  const system = (node: number) => `/redfish/v1/Systems/node${node}`;
  const chassis = (node: number) => `/redfish/v1/Chassis/node${node}`;

  beforeAll(async () => {
    daemon = await startTestDaemon({ platform: quick(), twin: { speed: 20 } });
    for (const node of [1, 2, 3])
      await shows(daemon, `${chassis(node)}/Sensors/node${node}_Inlet_Temp`, '/Reading', isNumber, 20_000);
  }, 60_000);
  afterAll(() => daemon.stop());

  it('is healthy without a word, off and on', async () => {
    for (const node of [1, 2, 3]) {
      const type = { ResetType: 'On' };
      expect((await daemon.send('POST', `${system(node)}/Actions/ComputerSystem.Reset`, type)).status).toBe(
        204,
      );
      await shows(daemon, system(node), '/PowerState', 'On', 20_000);
      await shows(daemon, `${chassis(node)}/Sensors/node${node}_CPU1_Temp`, '/Reading', isNumber, 20_000);
    }
    expect(at((await daemon.get('/redfish/v1/Chassis/chassis')).body, '/Status/Health')).toBe('OK');
    const told = await logEntries(daemon, 'EventLog');
    expect(told.filter(({ Severity }) => Severity !== 'OK').map(({ Message }) => Message)).toEqual([]);
  }, 60_000);

  it('limits the power of a node, in whichever way it is asked for', async () => {
    const power = `${chassis(1)}/Power`;
    const control = `${chassis(1)}/Controls/node1_PowerLimit`;
    const metrics = `${chassis(1)}/EnvironmentMetrics`;
    await shows(daemon, power, '/PowerControl/0/PowerConsumedWatts', isNumber);
    expect((await daemon.get(control)).body).toMatchObject({
      ControlType: 'Power',
      ControlMode: 'Disabled',
      SetPoint: null,
    });

    const set = await daemon.send('PATCH', control, { SetPoint: 300 });
    expect(set.status).toBe(200);
    expect((await daemon.get(control)).body).toMatchObject({ ControlMode: 'Automatic', SetPoint: 300 });
    expect(at((await daemon.get(metrics)).body, '/PowerLimitWatts')).toMatchObject({ SetPoint: 300 });
    expect(at((await daemon.get(power)).body, '/PowerControl/0/PowerLimit')).toMatchObject({
      LimitInWatts: 300,
    });

    expect((await daemon.send('PATCH', metrics, { PowerLimitWatts: { SetPoint: 280 } })).status).toBe(200);
    expect(at((await daemon.get(control)).body, '/SetPoint')).toBe(280);

    const legacy = { PowerControl: [{ PowerLimit: { LimitInWatts: 260, LimitException: 'LogEventOnly' } }] };
    expect((await daemon.send('PATCH', power, legacy)).status).toBe(200);
    expect(at((await daemon.get(power)).body, '/PowerControl/0/PowerLimit')).toMatchObject({
      ...{ LimitInWatts: 260, LimitException: 'LogEventOnly' },
    });
    for (const [uri, body] of [
      [control, { SetPoint: 70_000 }],
      [control, { SetPoint: 300, ControlMode: 'Disabled' }],
      [metrics, { PowerLimitWatts: { SetPoint: 0.5 } }],
      [power, { PowerControl: [{ PowerLimit: { LimitInWatts: 100_000 } }] }],
    ] as const)
      expect((await daemon.send('PATCH', uri, body)).status, JSON.stringify(body)).toBe(400);
    expect(at((await daemon.get(control)).body, '/SetPoint')).toBe(260);
    expect((await daemon.send('PATCH', control, { ControlMode: 'Disabled' })).status).toBe(200);
    expect(at((await daemon.get(power)).body, '/PowerControl/0/PowerLimit/LimitInWatts')).toBeNull();
  });

  it('has the console of a node over its network', async () => {
    const { port } = daemon.daemon.address;
    expect(at((await daemon.get(system(2))).body, '/SerialConsole/WebSocket/ConsoleURI')).toBe(
      '/console/node2',
    );
    const screen = await openScreen(`wss://127.0.0.1:${port}/console/node2`);
    screen.socket.send(Buffer.from('root\r'));
    await until('the answer', () => screen.text().includes('Login incorrect'));
    const other = await openScreen(`wss://127.0.0.1:${port}/console/node3`);
    other.socket.send(Buffer.from('guest\r'));
    await until('the answer', () => other.text().includes('Login incorrect'));
    expect(screen.text()).not.toContain('guest');
    screen.socket.close();
    other.socket.close();
  });

  it('boots a node once from the network, and knows when that is used up', async () => {
    const boot = { Boot: { BootSourceOverrideEnabled: 'Once', BootSourceOverrideTarget: 'Pxe' } };
    expect((await daemon.send('PATCH', system(3), boot)).status).toBe(200);
    expect(at((await daemon.get(system(3))).body, '/Boot/BootSourceOverrideEnabled')).toBe('Once');
    const wrong = {
      Boot: {
        BootSourceOverrideEnabled: 'Once',
        BootSourceOverrideTarget: 'UefiTarget',
        UefiTargetBootSourceOverride: 'x',
      },
    };
    expect((await daemon.send('PATCH', system(3), wrong)).status).toBeGreaterThanOrEqual(400);
    expect(at((await daemon.get(system(3))).body, '/Boot/BootSourceOverrideTarget')).toBe('Pxe');
  });

  it('has the records of a node in the log of its system alone', async () => {
    daemon.twin.logEvent('node1', { sensor: 'Drive 2', type: null, offset: 1, asserted: true });
    const entry = await until('the record', async () =>
      (await logEntries(daemon, `${system(1)}/LogServices/SEL`)).find(({ Message }) =>
        Message.includes('Drive 2'),
      ),
    );
    expect(entry).toMatchObject({ EntryType: 'SEL', EntryCode: 'Assert', SensorNumber: 0x8a });
    expect(
      (await logEntries(daemon, 'EventLog')).filter(({ Message }) => Message.includes('Drive 2')),
    ).toEqual([]);
    expect(
      (await logEntries(daemon, `${system(2)}/LogServices/SEL`)).filter(({ Message }) =>
        Message.includes('Drive 2'),
      ),
    ).toEqual([]);
  });
});

describe('nodes that are added while the daemon runs', () => {
  const collection = '/redfish/v1/AggregationService/AggregationSources';
  const password = 'added-secret-1';
  let state: string;
  let daemon: TestDaemon;
  let servers: LanServer[];

  const serve = async (name = 'admin', secret = password) => {
    const node = new IpmiNode({
      firmware: [3, 0x14],
      sdrs: [encodeSdr(fullSensor(1, 'Inlet Temp'))],
      frus: new Map([[0, boardFru('S77')]]),
      chassis: simpleChassis(),
    });
    node.sensors.setReading(1, 25);
    const server = new LanServer({ node, users: [{ name, password: secret }] });
    await server.listen(0, '127.0.0.1');
    servers.push(server);
    return { node, port: server.port };
  };
  const start = () => startTestDaemon({ platform: quick(), twin: { speed: 20 }, state });

  beforeEach(async () => {
    state = mkdtempSync(join(tmpdir(), 'redfishd-nodes-'));
    servers = [];
    daemon = await start();
  });
  afterEach(async () => {
    await daemon.stop();
    await Promise.all(servers.map((server) => server.close()));
    rmSync(state, { recursive: true, force: true });
  });

  it('have a secret each, whatever their names', async () => {
    for (const host of ['127.0.0.50.new', '127.0.0.50~new', '127.0.0.50']) {
      const body = { HostName: host, UserName: 'admin', Password: `of ${host}` };
      expect((await daemon.send('POST', collection, body)).status, host).toBe(host.includes('~') ? 400 : 201);
    }
    const folder = join(state, 'nodes');
    expect(readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8').trim())).toEqual([
      'of 127.0.0.50',
      'of 127.0.0.50.new',
    ]);
  });

  it('are systems like any other, over a restart too, until they are removed', async () => {
    const { port } = await serve();
    const before = members(await daemon.get(collection)).length;
    expect(before).toBe(3);
    const body = { HostName: '127.0.0.1', Port: port, UserName: 'admin', Password: password };
    const added = await daemon.send('POST', collection, body);
    expect(added.status).toBe(201);
    const id = `127.0.0.1-${port}`;
    expect(added.headers.location).toBe(`${collection}/${id}`);
    expect(added.body).toMatchObject({
      HostName: '127.0.0.1',
      Port: port,
      UserName: 'admin',
      Password: null,
    });
    const sensor = `/redfish/v1/Chassis/${id}/Sensors/${id}_Inlet_Temp`;
    await shows(daemon, sensor, '/Reading', 25, 20_000);
    await shows(daemon, `/redfish/v1/Chassis/${id}`, '/SerialNumber', 'CS-1');
    expect(at((await daemon.get('/redfish/v1/Chassis/chassis')).body, '/Links/Contains')).toContainEqual({
      '@odata.id': `/redfish/v1/Chassis/${id}`,
    });
    const reset = { ResetType: 'On' };
    await shows(daemon, `/redfish/v1/Systems/${id}`, '/PowerState', 'Off');
    expect(
      (await daemon.send('POST', `/redfish/v1/Systems/${id}/Actions/ComputerSystem.Reset`, reset)).status,
    ).toBe(204);
    await shows(daemon, `/redfish/v1/Systems/${id}`, '/PowerState', 'On');
    expect((await daemon.get(`/redfish/v1/TelemetryService/MetricDefinitions/${id}_Inlet_Temp`)).status).toBe(
      200,
    );
    const told = (await logEntries(daemon, 'EventLog')).filter((entry) => originOf(entry)?.includes(id));
    expect(told.map(keyOf)).toEqual(expect.arrayContaining(['ResourceCreated']));

    // The secret is in one file, for nobody else to read, and nowhere else.
    expect(statSync(join(state, 'nodes', id)).mode & 0o777).toBe(0o600);
    const files = readdirSync(state, { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    const holders = files.filter((file) => readFileSync(join(file.parentPath, file.name)).includes(password));
    expect(holders.map(({ name }) => name)).toEqual([id]);
    expect(daemon.log.join('')).not.toContain(password);

    await daemon.stop();
    daemon = await start();
    await shows(daemon, sensor, '/Reading', 25, 20_000);
    expect((await daemon.send('DELETE', `${collection}/${id}`)).status).toBe(204);
    for (const uri of [
      `${collection}/${id}`,
      `/redfish/v1/Systems/${id}`,
      `/redfish/v1/Chassis/${id}`,
      sensor,
    ])
      expect((await daemon.get(uri)).status, uri).toBe(404);
    expect(readdirSync(join(state, 'nodes'))).toEqual([]);
    expect(members(await daemon.get(collection))).toHaveLength(before);
    await daemon.stop();
    daemon = await start();
    expect((await daemon.get(`${collection}/${id}`)).status).toBe(404);
  }, 60_000);

  it('can be led to with another password', async () => {
    const { port } = await serve();
    const body = { HostName: '127.0.0.1', Port: port, UserName: 'admin', Password: 'wrong' };
    const added = await daemon.send('POST', collection, body);
    const uri = String(added.headers.location);
    await shows(daemon, uri, '/Status/State', 'UnavailableOffline', 20_000);
    expect((await daemon.send('PATCH', uri, { Password: password })).status).toBe(200);
    await shows(daemon, uri, '/Status/State', 'Enabled', 20_000);
  }, 60_000);

  it('are refused when they make no sense, and nothing has changed then', async () => {
    const good = { HostName: '192.0.2.99', UserName: 'admin', Password: password };
    for (const [change, status, key] of [
      [{ HostName: 'not a host' }, 400, 'PropertyValueFormatError'],
      [{ HostName: undefined }, 400, 'PropertyMissing'],
      [{ Port: 0 }, 400, 'PropertyValueOutOfRange'],
      [{ UserName: 'a-name-that-is-too-long' }, 400, 'StringValueTooLong'],
      [{ Password: 'a-password-that-is-too-long' }, 400, 'StringValueTooLong'],
      [{ Password: '' }, 400, 'PropertyValueError'],
      [{ Links: { ConnectionMethod: { '@odata.id': '/redfish/v1/Nonsense' } } }, 400, undefined],
    ] as const) {
      const answer = await daemon.send('POST', collection, { ...good, ...change });
      expect(answer.status, JSON.stringify(change)).toBe(status);
      if (key !== undefined) expect(messageKeys(answer)).toContain(key);
      expect(answer.text).not.toContain('a-password-that-is-too-long');
    }
    expect(members(await daemon.get(collection))).toHaveLength(3);
    // Those of the descriptor stay.
    expect((await daemon.send('DELETE', `${collection}/node1`)).status).toBe(405);
    expect(
      (await daemon.send('PATCH', `${collection}/node1`, { UserName: 'x' })).status,
    ).toBeGreaterThanOrEqual(400);
    const first = await daemon.send('POST', collection, good);
    expect(first.status).toBe(201);
    const again = await daemon.send('POST', collection, good);
    expect([again.status, messageKeys(again)]).toEqual([409, ['ResourceAlreadyExists']]);
    expect((await daemon.send('DELETE', String(first.headers.location))).status).toBe(204);
  }, 60_000);
});
