/** redfishctl as a process against mock services: fleets, safety, secrets, exit statuses, and three vendors' trees. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type MockService, startMock, treeOf } from '@redfishd/client/mock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Home, program } from './support/run.ts';

const secret = 'Plain-Gecko-91-basin';
const login = { user: 'admin', password: secret };
const at = (path: string): string => `/redfish/v1/${path}`;
const link = (path: string) => ({ '@odata.id': at(path) });
const collection = (path: string, ...ids: string[]) => ({
  ...link(path),
  Name: path,
  Members: ids.map((id) => link(`${path}/${id}`)),
});

const system = (id: string) => ({
  ...link(`Systems/${id}`),
  ...{ Id: id, Name: `Node ${id}`, PowerState: 'Off', LocationIndicatorActive: false },
  Boot: { BootSourceOverrideEnabled: 'Disabled', BootSourceOverrideTarget: 'None' },
  Actions: {
    '#ComputerSystem.Reset': {
      target: at(`Systems/${id}/Actions/ComputerSystem.Reset`),
      'ResetType@Redfish.AllowableValues': ['On', 'ForceOff'],
    },
  },
});

const tree = (...ids: string[]) =>
  treeOf({
    '/redfish/v1': {
      ...{ '@odata.id': '/redfish/v1/', Id: 'r', Name: 'r', RedfishVersion: '1.20.0' },
      ...{ Systems: link('Systems'), Chassis: link('Chassis'), AccountService: link('AccountService') },
    },
    [at('Systems')]: collection('Systems', ...ids),
    ...Object.fromEntries(ids.map((id) => [at(`Systems/${id}`), system(id)])),
    [at('Chassis')]: collection('Chassis', '1'),
    [at('Chassis/1')]: { ...link('Chassis/1'), Id: '1', Name: 'c', Thermal: link('Chassis/1/Thermal') },
    [at('Chassis/1/Thermal')]: {
      ...link('Chassis/1/Thermal'),
      Temperatures: [
        { Name: 'Inlet', ReadingCelsius: '21.5', UpperThresholdCritical: 42, Status: { Health: 'OK' } },
      ],
      Fans: [{ FanName: 'Fan 1', Reading: 60, ReadingUnits: 'Percent' }],
    },
    [at('AccountService')]: { ...link('AccountService'), Accounts: link('AccountService/Accounts') },
    [at('AccountService/Accounts')]: collection('AccountService/Accounts'),
  });

describe('one service', () => {
  let mock: MockService;
  let home: Home;
  beforeAll(async () => {
    mock = await startMock({ tree: tree('1'), ...login });
    home = new Home({ REDFISHCTL_HOST: mock.url, REDFISHCTL_USER: 'admin' });
    home.env.REDFISHCTL_PASSWORD_FILE = home.file('password', `${secret}\nnot this line\n`);
  });
  afterAll(async () => {
    home.remove();
    await mock.close();
  });
  const writes = () =>
    mock.requests.filter(({ method, uri }) => method !== 'GET' && !uri.includes('Sessions'));

  it('has one JSON shape per noun', async () => {
    expect(await home.json(['power'])).toEqual([{ system: '1', state: 'Off', reset: null }]);
    expect(await home.json(['boot'])).toEqual([
      { system: '1', enabled: 'Disabled', target: 'None', mode: null, allowable: null },
    ]);
    const limits = { upperCaution: null, lowerCaution: null, lowerCritical: null };
    expect(await home.json(['sensors'])).toEqual([
      {
        ...{ name: 'Inlet', reading: 21.5, units: 'Cel', health: 'OK', state: null, type: 'Temperature' },
        ...{ chassis: '1', id: null, upperCritical: 42, ...limits },
      },
      {
        ...{ name: 'Fan 1', reading: 60, units: '%', health: null, state: null, type: 'Percent' },
        ...{ chassis: '1', id: null, upperCritical: null, ...limits },
      },
    ]);
  });

  it('logs in once for many commands, and keeps the session for its owner alone', async () => {
    await home.json(['power']);
    const logins = mock.requests.filter(({ method, uri }) => method === 'POST' && uri.includes('Sessions'));
    expect(logins).toHaveLength(1);
    const folder = join(home.folder, 'run', 'redfishctl', 'sessions');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  });

  it('works without a session cache and reports it', async () => {
    const other = new Home({ ...home.env, XDG_RUNTIME_DIR: home.file('no-folder', '') });
    const { status, out, err } = await other.run(['power', '-o', 'value']);
    expect([status, out, err]).toEqual([0, 'Off\n', expect.stringContaining('session is not kept')]);
    other.remove();
  });

  it('sends nothing but reads in a dry run', async () => {
    const before = writes().length;
    const planned = await home.json(['power', 'off', '--dry-run']);
    expect(planned).toMatchObject([{ method: 'POST', body: { ResetType: 'ForceOff' } }]);
    expect(await home.json(['boot', 'next', 'pxe', '--dry-run'])).toMatchObject([{ method: 'PATCH' }]);
    expect(writes()).toHaveLength(before);
  });

  it('wants --yes where it cannot ask', async () => {
    const before = writes().length;
    expect(await home.run(['power', 'off'])).toMatchObject({
      status: 2,
      err: expect.stringContaining('--yes'),
    });
    expect(writes()).toHaveLength(before);
  });

  it('makes a cycle of off and on where there is no PowerCycle', async () => {
    await home.json(['power', 'on']);
    const before = writes().length;
    expect(await home.json(['power', 'cycle', '--yes'])).toMatchObject([
      { state: 'On', reset: 'ForceOff, On' },
    ]);
    expect(
      writes()
        .slice(before)
        .map(({ body }) => body),
    ).toEqual([{ ResetType: 'ForceOff' }, { ResetType: 'On' }]);
    const refused = await home.run(['power', 'nmi', '--yes']);
    expect(refused).toMatchObject({ status: 2, err: expect.stringContaining('it takes: on, off') });
  });

  it('manages accounts without a password in arguments or recordings', async () => {
    const reference = `file:${home.file('new', 'Vivid-Stoat-17-fjord\n')}`;
    const recording = join(home.folder, 'recording.jsonl');
    await home.json([
      'user',
      'add',
      'bob',
      '--role',
      'Operator',
      '--new-password',
      reference,
      '--record',
      recording,
    ]);
    expect(writes().at(-1)?.body).toEqual({
      UserName: 'bob',
      Password: 'Vivid-Stoat-17-fjord',
      RoleId: 'Operator',
    });
    expect(readFileSync(recording, 'utf8')).not.toContain('Vivid-Stoat');
    expect(statSync(recording).mode & 0o777).toBe(0o600);
    const { status, err } = await home.run(['power', '-p', secret]);
    expect([status, err.includes(secret)]).toEqual([2, false]);
  });

  it.each([
    [2, ['frob']],
    [2, ['power', 'sideways']],
    [2, ['power', '--query', '[?']],
    [2, ['api', 'PATCH', 'Systems/1', '--input', '/nowhere']],
    [2, ['power', '--record', '/nowhere/recording']],
    [3, ['power', '-H', 'http://127.0.0.1:1']],
    [4, ['power', '-U', 'mallory']],
    [5, ['sensors', 'nowhere']],
    [5, ['get', 'Nothing']],
    [5, ['power', '--system', 'x']],
    [124, ['wait', 'power', 'off', '--timeout', '0.3']],
  ])('ends with %i for %j', async (status, args) => {
    const result = await home.run(args);
    expect(result, result.err).toMatchObject({ status, out: '' });
    expect(result.err).toMatch(/^redfishctl: /);
    expect(result.err).not.toContain(secret);
  });

  it('ends quietly when its output is closed', async () => {
    const child = spawn(process.execPath, [program, 'api', 'Systems/1', '-o', 'yaml'], {
      ...{ env: home.env, stdio: ['ignore', 'pipe', 'pipe'] },
    });
    child.stdout.destroy();
    let err = '';
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    expect([(await once(child, 'close'))[0], err]).toEqual([0, '']);
  });

  it('follows events, one line each', async () => {
    const child = spawn(process.execPath, [program, 'events', '--count', '2', '-o', 'jsonl'], {
      env: home.env,
    });
    const closed = once(child, 'close');
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    const timer = setInterval(() => mock.emit({ MessageId: 'A.1.0.B', Message: 'm' }), 50);
    expect((await closed)[0]).toBe(0);
    clearInterval(timer);
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).message),
    ).toEqual(['m', 'm']);
  });

  it('runs the lines of a file until one fails', async () => {
    const file = home.file('lines', "# begin\nget 'Systems/1' --fields Id -o value\n\nget Nothing\npower\n");
    const { status, out, err } = await home.run(['exec', file]);
    expect([status, out]).toEqual([5, '1\n']);
    expect(err).toContain('line 4 failed, the rest is not run: get Nothing');
  });

  it('asks again and again', async () => {
    const { status, out } = await home.run(['power', '--watch', '0.1', '--timeout', '2', '-o', 'value']);
    expect(status).toBe(124);
    expect(out.trim().split('\n').length).toBeGreaterThan(1);
    expect((await home.run(['events', '--watch', '1'])).status).toBe(2);
  });

  it('ends with 130 when it is interrupted', async () => {
    const child = spawn(process.execPath, [program, 'power', '--watch', '0.1'], { env: home.env });
    child.stdout.once('data', () => child.kill('SIGINT'));
    expect((await once(child, 'close'))[0]).toBe(130);
  });

  it('uploads and waits for the task', async () => {
    const file = home.file('image.bin', 'x'.repeat(100_000));
    expect(await home.json(['update', file, '--yes'])).toMatchObject([{ file, state: 'Completed' }]);
    expect(mock.requests.find(({ uri }) => uri.endsWith('/upload'))?.size).toBeGreaterThan(100_000);
  });
});

describe('a fleet', () => {
  const mocks: MockService[] = [];
  let home: Home;
  beforeAll(async () => {
    for (let index = 0; index < 20; index += 1) mocks.push(await startMock({ tree: tree('1'), ...login }));
    home = new Home({ REDFISHCTL_USER: 'admin', REDFISHCTL_PASSWORD: secret });
  });
  afterAll(async () => {
    home.remove();
    for (const mock of mocks) await mock.close();
  });

  it('is one ordered list, and 7 when a node failed', async () => {
    const list = home.file('nodes', `# all\n${mocks.map(({ url }) => url).join('\n')}\nhttp://127.0.0.1:1\n`);
    const { status, out, err } = await home.run(['power', 'on', '--nodes-from', list, '-o', 'json']);
    expect([status, err.includes('20 of 21 nodes done; failed: http://127.0.0.1:1')]).toEqual([7, true]);
    const rows = JSON.parse(out) as { node: string; state?: string; error?: { exit: string } }[];
    expect(rows.map(({ node }) => node)).toEqual([...mocks.map(({ url }) => url), 'http://127.0.0.1:1']);
    expect(rows.slice(0, 20).every(({ state }) => state === 'On')).toBe(true);
    expect(rows.at(-1)?.error).toMatchObject({ exit: 'unreachable', kind: 'network' });
  });

  it('takes its nodes from standard input, and streams lines', async () => {
    const { status, out } = await home.run(
      ['power', '--nodes-from', '-', '-o', 'jsonl'],
      mocks.map(({ url }) => url).join('\n'),
    );
    const nodes = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).node);
    expect([status, nodes.sort()]).toEqual([0, mocks.map(({ url }) => url).sort()]);
  });

  it('begins no further node after --max-failures', async () => {
    const nodes = `http://127.0.0.1:1,${mocks[0]?.url}`;
    const { status, err } = await home.run([
      'power',
      'off',
      '-y',
      '-n',
      nodes,
      '--parallel',
      '1',
      '--max-failures',
      '1',
    ]);
    expect([status, err]).toEqual([7, expect.stringContaining(`not begun: ${mocks[0]?.url}`)]);
  });

  it('knows contexts and groups', async () => {
    const config = home.file(
      'config.yaml',
      `contexts:\n  a: {host: '${mocks[0]?.url}'}\n  b: {host: '${mocks[1]?.url}'}\ngroups: {all: [a, b]}\n`,
    );
    home.env.REDFISHCTL_CONFIG = config;
    expect(await home.json(['power', '-g', 'all', '--fields', 'node'])).toEqual([
      { node: 'a' },
      { node: 'b' },
    ]);
    expect((await home.run(['power', '-g', 'none'])).err).toContain('there are: all');
  });
});

describe('a board of several hosts', () => {
  it('wants to know which one is meant', async () => {
    await using mock = await startMock({ tree: tree('1', '2', '3', '4') });
    const home = new Home({ REDFISHCTL_HOST: mock.url });
    expect(await home.run(['power', 'on'])).toMatchObject({
      status: 2,
      err: expect.stringContaining('1 | 2 | 3 | 4 | all'),
    });
    expect(await home.json(['power', 'on', '--system', '3'])).toMatchObject([{ system: '3', state: 'On' }]);
    expect((await home.run(['power', '-o', 'value'])).out).toBe('Off\nOff\nOn\nOff\n');
    expect(await home.json(['power', 'on', '--system', 'all'])).toHaveLength(4);
    home.remove();
  });
});

describe('thresholds', () => {
  it('are set on a Sensor that one name means', async () => {
    const sensor = (id: string) => ({
      ...link(`Chassis/1/Sensors/${id}`),
      ...{ Id: id, Name: `CPU ${id}`, Reading: 40, ReadingType: 'Temperature' },
    });
    await using mock = await startMock({
      tree: treeOf({
        '/redfish/v1': {
          ...{ '@odata.id': '/redfish/v1/', Id: 'r', Name: 'r', RedfishVersion: '1.20.0' },
          Chassis: link('Chassis'),
        },
        [at('Chassis')]: collection('Chassis', '1'),
        [at('Chassis/1')]: { ...link('Chassis/1'), Id: '1', Name: 'c', Sensors: link('Chassis/1/Sensors') },
        [at('Chassis/1/Sensors')]: collection('Chassis/1/Sensors', 'A', 'B'),
        ...Object.fromEntries(['A', 'B'].map((id) => [at(`Chassis/1/Sensors/${id}`), sensor(id)])),
      }),
    });
    const home = new Home({ REDFISHCTL_HOST: mock.url });
    const args = ['thresh', 'cpu b', 'upperCritical=90', 'upperCaution=85.5'];
    expect(await home.json(args)).toMatchObject([{ id: 'B', upperCritical: 90, upperCaution: 85.5 }]);
    expect(mock.requests.at(-1)?.body).toEqual({
      Thresholds: { UpperCritical: { Reading: 90 }, UpperCaution: { Reading: 85.5 } },
    });
    const several = await home.run(['thresh', 'cpu', 'upperCritical=90']);
    expect(several).toMatchObject({ status: 2, err: expect.stringContaining('CPU A, CPU B') });
    expect(await home.run(['thresh', 'gpu', 'upperCritical=90'])).toMatchObject({ status: 5 });
    home.remove();
  });
});

const trees = join(
  process.env.REDFISHD_SHARED ?? resolve(import.meta.dirname, '../../../../shared'),
  'trees',
);

describe.skipIf(!existsSync(trees))(`the recorded services of three vendors (${trees})`, () => {
  it.each(['dell', 'hpe', 'supermicro'])('answers every question about %s', async (vendor) => {
    await using mock = await startMock({ tree: join(trees, `${vendor}.jsonl.gz`) });
    const home = new Home({ REDFISHCTL_HOST: mock.url });
    const counts: Record<string, number> = {};
    for (const noun of [
      'power',
      'sensors',
      'sel',
      'boot',
      'identify',
      'status',
      'inventory',
      'net',
      'user',
      'manager',
    ])
      counts[noun] = ((await home.json([noun])) as unknown[]).length;
    expect(Object.entries(counts).filter(([, count]) => count === 0)).toEqual([]);
    expect(counts.sensors).toBeGreaterThan(10);
    home.remove();
  });
});
