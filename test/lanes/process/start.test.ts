/** The real process: its first and second start, on the twin and on a machine without a board, and how it ends. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { at, createClient, messageKeys, testPassword, testUser } from '../../support/client.ts';
import { keyOf, logEntries } from '../../support/logs.ts';
import {
  EarlyExit,
  type SpawnedDaemon,
  type SpawnOptions,
  spawnDaemon,
  twinCommand,
} from '../../support/process.ts';
import { temporary } from '../../support/temporary.ts';
import { shows, until } from '../../support/until.ts';

async function start(options: SpawnOptions): Promise<SpawnedDaemon> {
  const daemon = await spawnDaemon(options);
  onTestFinished(async () => void (await daemon.kill('SIGKILL')));
  return daemon;
}

/** A TLS connection on which nothing is said. */
function connection(url: string): Promise<TLSSocket> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false }, () =>
      resolve(socket),
    );
    socket.on('error', reject);
    onTestFinished(() => void socket.destroy());
  });
}

const fingerprint = async (url: string) => (await connection(url)).getPeerCertificate().fingerprint256;
const system = '/redfish/v1/Systems/system';

/** What the welcome says: the password, and the commands to try. */
function welcomeOf(stdout: string): {
  readonly password: string | undefined;
  readonly commands: readonly string[];
} {
  return {
    password: /^user admin, password (\S+)$/m.exec(stdout)?.[1],
    commands: stdout.split('\n').filter((line) => line.trimStart().startsWith('curl ')),
  };
}

/** Runs a line in a shell, as a person would who copies it. */
function shell(line: string): Promise<{ readonly code: number | null; readonly stdout: string }> {
  return new Promise((resolve) => {
    const child = spawn('/bin/sh', ['-c', line], { stdio: ['ignore', 'pipe', 'inherit'] });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.on('close', (code) => resolve({ code, stdout }));
  });
}

describe('on the twin', () => {
  it('the first start makes an administrator and says how to go on; the second finds everything again', async () => {
    const state = join(temporary(), 'made', 'by', 'the', 'daemon');
    const first = await start({ state, password: null });
    const { password = '', commands } = welcomeOf(first.stdout());
    expect(password.length).toBeGreaterThanOrEqual(12);
    expect(commands).toHaveLength(3);
    // The three commands work as they are printed: sensors, host on, log.
    const [sensors, on, log] = await Promise.all(commands.map(shell));
    expect(at(JSON.parse(sensors?.stdout ?? ''), '/Members@odata.count')).toBeGreaterThan(80);
    expect(on).toEqual({ code: 0, stdout: '' });
    expect(at(JSON.parse(log?.stdout ?? ''), '/@odata.type')).toContain('LogEntryCollection');
    const mine = { user: 'admin', password };
    await until('the host to power on', async () => {
      const { body } = await first.get(system, { as: mine });
      return String(at(body, '/PowerState')).includes('On');
    });
    await first.send('PATCH', system, { AssetTag: 'kept' }, { as: mine });
    const seen = {
      root: at((await first.get('/redfish/v1/')).body, '/UUID'),
      entries: at(
        (await first.get('/redfish/v1/Managers/bmc/LogServices/EventLog/Entries', { as: mine })).body,
        '/Members/0',
      ),
      certificate: await fingerprint(first.url),
    };
    expect(await first.kill()).toEqual({ code: 0, signal: null });

    const second = await start({ state, password: null });
    expect(welcomeOf(second.stdout()).password).toBe(password);
    expect(await fingerprint(second.url)).toBe(seen.certificate);
    expect(at((await second.get('/redfish/v1/')).body, '/UUID')).toBe(seen.root);
    expect(at((await second.get(system, { as: mine })).body, '/AssetTag')).toBe('kept');
    const { body } = await second.get('/redfish/v1/Managers/bmc/LogServices/EventLog/Entries', { as: mine });
    expect(at(body, '/Members/0')).toEqual(seen.entries);
    // Secrets are for their owner alone.
    for (const file of readdirSync(state).filter((name) => /key|db|password/.test(name)))
      expect([file, statSync(join(state, file)).mode & 0o077]).toEqual([file, 0]);
    expect(statSync(state).mode & 0o077).toBe(0);
    // Once it is changed, the first password is forgotten.
    const changed = await second.send(
      'PATCH',
      '/redfish/v1/AccountService/Accounts/admin',
      { Password: testPassword },
      { as: mine },
    );
    expect(changed.status).toBe(200);
    expect(existsSync(join(state, 'initial-admin-password'))).toBe(false);
  });

  it('a name and a password that are given are used, and never shown', async () => {
    const state = temporary();
    const daemon = await start({ state, env: { REDFISHD_ADMIN_USER: 'root' } });
    const as = { user: 'root', password: testPassword };
    expect((await daemon.get(system, { as })).status).toBe(200);
    expect((await daemon.get(system, { as: { user: testUser, password: testPassword } })).status).toBe(401);
    await daemon.kill();
    expect(daemon.stdout() + daemon.stderr()).not.toContain(testPassword);
    expect(readdirSync(state)).not.toContain('initial-admin-password');
  });

  it.each([
    ['is missing', null, 'cannot be read'],
    ['is empty', '\n', 'empty first line'],
    ['holds a password that is too short', 'short\n', 'at least 8 characters'],
  ])('a password file that %s is an error that names it', async (_what, content, said) => {
    const state = temporary();
    const file = join(temporary(), 'secret');
    if (content !== null) writeFileSync(file, content);
    const failed = await spawnDaemon({ state, env: { REDFISHD_ADMIN_PASSWORD_FILE: file } }).catch(
      (error: unknown) => error,
    );
    expect(failed).toBeInstanceOf(EarlyExit);
    const { exit, stderr } = failed as EarlyExit;
    expect(exit.code).toBe(1);
    expect(stderr).toContain(said);
    expect(stderr).toContain(file);
  });

  it('a name that is none is an error that names it', async () => {
    const options = { state: temporary(), env: { REDFISHD_ADMIN_USER: 'a:b' } };
    const failed = await spawnDaemon(options).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(EarlyExit);
    expect((failed as EarlyExit).stderr).toContain('"a:b"');
  });

  it('a restart of the manager keeps the host as it is, and the sessions', async () => {
    const daemon = await start({ state: temporary() });
    const login = { UserName: testUser, Password: testPassword };
    const session = await daemon.send('POST', '/redfish/v1/SessionService/Sessions', login, { as: null });
    const as = { token: String(session.headers['x-auth-token']) };
    const reset = await daemon.send(
      'POST',
      '/redfish/v1/Managers/bmc/Actions/Manager.Reset',
      { ResetType: 'GracefulRestart' },
      { as },
    );
    expect(reset.status).toBe(204);
    // It listens on a port of its own again.
    const url = await until(
      'the second welcome',
      () => daemon.stdout().match(/https:\/\/\S+:\d+(?=\/redfish\/v1\/$)/gm)?.[1],
    );
    const again = createClient(url);
    onTestFinished(() => again.close());
    expect((await again.get(system, { as })).status).toBe(200);
    const keys = (await logEntries(again, 'EventLog')).map(keyOf);
    expect(keys).toContain('ManagerReset');
  });
});

describe('on a machine without the board', () => {
  it('names what is missing, shows it so, and goes on; the first login must change the password', {
    timeout: 40_000,
  }, async () => {
    const state = temporary();
    const daemon = await start({ state, twin: false, password: null });
    expect(daemon.stdout()).toContain('redfishd serves Tioga Pass');
    expect(daemon.stdout()).not.toMatch(/password \S{12,}$/m);
    const file = join(state, 'initial-admin-password');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const first = { user: 'admin', password: readFileSync(file, 'utf8').trim() };

    // Nothing but a new password is possible.
    const denied = await daemon.get(system, { as: first });
    expect([denied.status, messageKeys(denied)]).toEqual([403, ['PasswordChangeRequired']]);
    const account = '/redfish/v1/AccountService/Accounts/admin';
    expect(at(denied.body, '/error/@Message.ExtendedInfo/0/MessageArgs/0')).toBe(account);
    const login = { UserName: 'admin', Password: first.password };
    const session = await daemon.send('POST', '/redfish/v1/SessionService/Sessions', login, { as: null });
    expect(session.status).toBe(201);
    expect(String(at(session.body, '/@Message.ExtendedInfo/0/MessageId'))).toMatch(/PasswordChangeRequired$/);
    const token = { token: String(session.headers['x-auth-token']) };
    expect((await daemon.get(system, { as: token })).status).toBe(403);
    expect(
      (
        await daemon.send(
          'POST',
          `${system}/Actions/ComputerSystem.Reset`,
          { ResetType: 'On' },
          { as: token },
        )
      ).status,
    ).toBe(403);
    expect((await daemon.get(account, { as: token })).body).toMatchObject({ PasswordChangeRequired: true });
    const same = await daemon.send('PATCH', account, { Password: first.password }, { as: token });
    expect(same.status).toBe(400);
    expect((await daemon.send('PATCH', account, { Password: testPassword }, { as: token })).status).toBe(200);
    expect((await daemon.get(system, { as: token })).status).toBe(200);
    expect(existsSync(file)).toBe(false);
    const mine = { user: 'admin', password: testPassword };
    const get = async (uri: string) => (await daemon.get(uri, { as: mine })).body;

    // No reading is invented, and no device is passed over.
    await until('every sensor to be looked for', async () => {
      const body = await get('/redfish/v1/Chassis/chassis/Sensors?$expand=.');
      return (at(body, '/Members') as readonly unknown[]).every(
        (sensor) => at(sensor, '/Status/State') !== 'Starting',
      );
    });
    const body = await get('/redfish/v1/Chassis/chassis/Sensors?$expand=.');
    for (const sensor of at(body, '/Members') as readonly unknown[]) {
      expect(sensor).toMatchObject({ Reading: null, ReadingTime: null });
      expect(['UnavailableOffline', 'Absent']).toContain(at(sensor, '/Status/State'));
    }
    expect(await get(system)).toMatchObject({ PowerState: null, Status: { State: 'UnavailableOffline' } });
    for (const missing of ['i2c-5', 'i2c-6', 'i2c-7', 'PS_PWROK', 'ADC 2', 'tachometer 0'])
      await until(`a word about ${missing}`, () => daemon.stderr().includes(missing));
    const reader = { ...daemon, get: (uri: string) => daemon.get(uri, { as: mine }) };
    const told = await until('the buses to be told of', async () => {
      const messages = (await logEntries(reader, 'EventLog')).map((entry) => entry.Message).join('\n');
      return messages.includes('bus 7') && messages;
    });
    for (const bus of [5, 6]) expect(told).toMatch(new RegExp(`bus ${bus}\\b`));

    // What cannot be done is refused as a fault of the machine, not of the request.
    const reset = await daemon.send(
      'POST',
      `${system}/Actions/ComputerSystem.Reset`,
      { ResetType: 'On' },
      { as: mine },
    );
    expect([reset.status, messageKeys(reset)]).toEqual([502, ['OperationFailed']]);
    const light = await daemon.send(
      'PATCH',
      '/redfish/v1/Chassis/chassis',
      { LocationIndicatorActive: true },
      { as: mine },
    );
    expect([light.status, messageKeys(light)]).toEqual([502, ['PropertyNotUpdated']]);
    expect(await daemon.kill()).toEqual({ code: 0, signal: null });
  });
});

describe('SIGTERM', () => {
  const ends = async (daemon: SpawnedDaemon) => {
    const before = performance.now();
    const exit = await daemon.kill('SIGTERM');
    expect(exit).toEqual({ code: 0, signal: null });
    // As long again as this machine, as busy as it is, takes for a start.
    expect(performance.now() - before).toBeLessThan(2000 + daemon.startup);
  };

  it('ends it within two seconds, whoever is connected', async () => {
    const daemon = await start({ state: temporary() });
    expect((await daemon.get(system)).status).toBe(200); // Leaves a connection that is kept alive.
    await connection(daemon.url);
    const half = await connection(daemon.url);
    half.write(
      `PATCH ${system} HTTP/1.1\r\nHost: bmc\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{`,
    );
    await ends(daemon);
  });

  it('ends it within two seconds while a bus hangs and another is stuck', async () => {
    const state = temporary();
    const daemon = await start({ state });
    expect(await twinCommand(state, 'fault', 'hang', 'hsc')).toMatchObject({ code: 0 });
    expect(await twinCommand(state, 'fault', 'stuckBus', '6')).toMatchObject({ code: 0 });
    await shows(
      daemon,
      '/redfish/v1/Chassis/chassis/Sensors/MB_HSC_IN_VOLT',
      '/Status/State',
      'UnavailableOffline',
    );
    await ends(daemon);
  });

  it('ends it within two seconds in the middle of a power operation', async () => {
    const daemon = await start({ state: temporary() });
    await daemon.send('POST', `${system}/Actions/ComputerSystem.Reset`, { ResetType: 'On' });
    await ends(daemon);
  });
});

describe('a second daemon on one state directory', () => {
  it.each([true, false])('says who holds it and ends; the first goes on (twin: %s)', async (twin) => {
    const state = temporary();
    const first = await start({ state, twin });
    const failed = await spawnDaemon({ state, twin }).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(EarlyExit);
    const { exit, stderr } = failed as EarlyExit;
    expect(exit.code).toBe(1);
    expect(stderr).toContain(state);
    expect(stderr).toContain(twin ? 'another twin' : `pid ${first.pid}`);
    expect(stderr).toContain('--state');
    expect((await first.get('/redfish/v1/')).status).toBe(200);
    if (twin) expect(await twinCommand(state, 'status')).toMatchObject({ code: 0 });
  });
});
