/** The daemon on a store that takes nothing, or that is damaged: reads go on, writes say so, nothing is lost silently. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Answer, at, messageKeys, testPassword, testUser } from '../../support/client.ts';
import { keyOf, logEntries, originOf } from '../../support/logs.ts';
import { EarlyExit, type SpawnedDaemon, type SpawnOptions, spawnDaemon } from '../../support/process.ts';
import { temporary } from '../../support/temporary.ts';
import { shows, until } from '../../support/until.ts';
import { hasRedfishFolder, jsonSchema } from '../../unit/redfish/support.ts';

const system = '/redfish/v1/Systems/system';
const chassis = '/redfish/v1/Chassis/chassis';
const manager = '/redfish/v1/Managers/bmc';

async function start(options: SpawnOptions): Promise<SpawnedDaemon> {
  const daemon = await spawnDaemon(options);
  onTestFinished(async () => void (await daemon.kill('SIGKILL')));
  return daemon;
}

/** Whether this process may mount a file system of its own. */
function mayMount(): boolean {
  const directory = mkdtempSync(join(tmpdir(), 'redfishd-test-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', directory], { stdio: 'ignore' });
    execFileSync('umount', [directory]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const mounts = mayMount();
if (!mounts)
  process.stderr.write('SKIPPED: no right to mount, so no full and no read-only file system is tried\n');

/** A file system for one test. */
function mountTmpfs(size: string): string {
  const directory = join(temporary(), 'mount');
  mkdirSync(directory);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', directory]);
  // Lazily: a daemon that is killed only then lets go of it.
  onTestFinished(() => void execFileSync('umount', ['-l', directory]));
  return directory;
}

/** Writes until there is no room left. */
function fill(directory: string): void {
  try {
    for (;;) appendFileSync(join(directory, 'ballast'), Buffer.alloc(4096));
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
  }
}

function expectRefused(answer: Answer, status: 503 | 507): void {
  const key = status === 507 ? 'InsufficientStorage' : 'ServiceTemporarilyUnavailable';
  expect([answer.status, messageKeys(answer)]).toEqual([status, [key]]);
  if (status === 503) expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
}

/** Every kind of write that has to be kept. */
const writes = (daemon: SpawnedDaemon): Promise<Answer[]> =>
  Promise.all([
    daemon.send('PATCH', chassis, { AssetTag: 'lost' }),
    daemon.send('PATCH', system, { Boot: { BootSourceOverrideTarget: 'Pxe' } }),
    daemon.send('PATCH', '/redfish/v1/SessionService', { SessionTimeout: 1234 }),
    daemon.send('POST', '/redfish/v1/AccountService/Accounts', {
      UserName: 'ada',
      Password: 'Brisk-Otter-31-lantern',
      RoleId: 'ReadOnly',
    }),
    daemon.send('POST', '/redfish/v1/AccountService/Roles', {
      RoleId: 'Watcher',
      AssignedPrivileges: ['Login'],
    }),
    daemon.send('PATCH', '/redfish/v1/AccountService/Accounts/admin', { Password: 'Brisk-Otter-31-lantern' }),
  ]);

async function expectReads(daemon: SpawnedDaemon): Promise<void> {
  // An administrator must get in to mend it.
  const login = { UserName: testUser, Password: testPassword };
  const session = await daemon.send('POST', '/redfish/v1/SessionService/Sessions', login, { as: null });
  const as = { token: String(session.headers['x-auth-token']) };
  expect((await daemon.get(system, { as })).status).toBe(200);
  for (const uri of [
    system,
    chassis,
    '/redfish/v1/AccountService/Accounts/admin',
    '/redfish/v1/Managers/bmc/LogServices/EventLog/Entries',
  ])
    expect((await daemon.get(uri)).status, uri).toBe(200);
  expect((await daemon.get(chassis)).body).toMatchObject({ AssetTag: 'kept' });
  await shows(daemon, `${chassis}/Sensors/MB_P12V`, '/Reading', (volts: unknown) => Number(volts) > 10);
}

/** What shows that records cannot be stored. */
const troubled = [
  [manager, 'Manager.v1_24_0.json'],
  [`${manager}/LogServices/EventLog`, 'LogService.v1_9_0.json'],
  [`${manager}/LogServices/AuditLog`, 'LogService.v1_9_0.json'],
  [`${system}/LogServices/SEL`, 'LogService.v1_9_0.json'],
] as const;

async function expectTrouble(daemon: SpawnedDaemon, reason: string): Promise<void> {
  for (const [uri, schema] of troubled) {
    const body = await shows(daemon, uri, '/Status/Health', 'Warning');
    const [condition, ...others] = at(body, '/Status/Conditions') as readonly unknown[];
    expect(others).toEqual([]);
    expect(condition).toMatchObject({
      MessageId: 'ResourceEvent.1.4.ResourceErrorsDetected',
      MessageArgs: ['store', reason],
      Severity: 'Warning',
      Message: expect.stringMatching(/Records that wait in memory: [1-9]\d*; lost: 0\.$/),
      Timestamp: expect.any(String),
    });
    const origin = at(condition, '/OriginOfCondition/@odata.id');
    expect(origin).toBe(uri === manager ? `${manager}/LogServices/EventLog` : undefined);
    if (uri === manager) expect(at(body, '/Status/HealthRollup')).not.toBe('OK');
    if (!hasRedfishFolder) continue;
    const validate = await jsonSchema(schema);
    expect(validate(body), JSON.stringify(validate.errors)).toBe(true);
  }
}

describe.runIf(mounts)('on a full file system', () => {
  it('reads and the host go on, writes say so, and all is well once there is room', {
    timeout: 60_000,
  }, async () => {
    const state = mountTmpfs('8m');
    const daemon = await start({ state });
    expect((await daemon.send('PATCH', chassis, { AssetTag: 'kept' })).status).toBe(200);
    fill(state);
    for (const answer of await writes(daemon)) expectRefused(answer, 507);
    await expectReads(daemon);
    await expectTrouble(daemon, 'full');
    // Whoever guesses passwords is still refused, and the host can still be switched.
    const wrong = { user: testUser, password: 'wrong-wrong-wrong' };
    expect((await daemon.get(system, { as: wrong })).status).toBe(401);
    const on = await daemon.send('POST', `${system}/Actions/ComputerSystem.Reset`, { ResetType: 'On' });
    expect(on.status).toBe(204);
    await shows(daemon, system, '/PowerState', 'On');
    // What it would remember of that some seconds later cannot be stored either.
    await new Promise((resolve) => setTimeout(resolve, 5500));
    await expectReads(daemon);
    rmSync(join(state, 'ballast'));
    const answer = await until('a write to be taken', async () => {
      const tried = await daemon.send('PATCH', chassis, { AssetTag: 'after' });
      return tried.status === 200 && tried;
    });
    expect(at(answer.body, '/AssetTag')).toBe('after');
    for (const [uri] of troubled) {
      const body = await shows(daemon, uri, '/Status/Health', 'OK');
      expect(at(body, '/Status/Conditions')).toBeUndefined();
    }
    // What happened meanwhile is in the logs all the same.
    const events = await until('the log of what happened meanwhile', async () => {
      const keys = (await logEntries(daemon, 'EventLog'))
        .filter((entry) => originOf(entry) === system)
        .map(keyOf);
      return keys.includes('ResourcePoweredOn') && keys;
    });
    expect(events.slice(0, 2)).toEqual(['ResourcePoweringOn', 'ResourcePoweredOn']);
    const told = await until(
      'the log of the fault',
      async () => {
        const own = (await logEntries(daemon, 'EventLog')).filter(({ Message }) =>
          Message.includes("'store'"),
        );
        return own.length === 2 && own;
      },
      20_000,
    );
    expect(told.map((entry) => [keyOf(entry), entry.Severity, entry.Resolved])).toEqual([
      ['ResourceErrorsDetected', 'Warning', true],
      ['ResourceErrorsCorrected', 'OK', true],
    ]);
    expect(daemon.stderr()).toContain('records cannot be stored');
    const audit = (await logEntries(daemon, 'AuditLog')).map(({ Message }) => Message);
    expect(audit.filter((message) => message.includes('refused, status 507')).length).toBeGreaterThanOrEqual(
      6,
    );
    expect(await daemon.kill()).toEqual({ code: 0, signal: null });
    const again = await start({ state });
    expect((await again.get(chassis)).body).toMatchObject({ AssetTag: 'after' });
  });

  it('does not start there for the first time, and says why', async () => {
    const state = mountTmpfs('1m');
    fill(state);
    const failed = await spawnDaemon({ state, twin: false }).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(EarlyExit);
    expect((failed as EarlyExit).exit.code).toBe(1);
    expect((failed as EarlyExit).stderr).toMatch(/full/);
    expect((failed as EarlyExit).stderr).toContain(state);
  });
});

describe.runIf(mounts)('on a read-only file system', () => {
  it.each([true, false])('starts, reads, and refuses to write (twin: %s)', async (twin) => {
    const state = mountTmpfs('8m');
    // The account is made on the twin: there its password needs no change.
    const before = await start({ state });
    expect((await before.send('PATCH', chassis, { AssetTag: 'kept' })).status).toBe(200);
    expect((await before.kill()).code).toBe(0);
    execFileSync('mount', ['-o', 'remount,ro', state]);
    const daemon = await start({ state, twin });
    for (const answer of await writes(daemon)) expectRefused(answer, 503);
    if (twin) await expectReads(daemon);
    if (twin) await expectTrouble(daemon, 'read-only');
    expect((await daemon.get(chassis)).body).toMatchObject({ AssetTag: 'kept' });
    expect(await daemon.kill()).toEqual({ code: 0, signal: null });
  });

  it('does not start there for the first time, and says why', async () => {
    const state = mountTmpfs('1m');
    execFileSync('mount', ['-o', 'remount,ro', state]);
    for (const twin of [true, false]) {
      const failed = await spawnDaemon({ state, twin }).catch((error: unknown) => error);
      expect(failed).toBeInstanceOf(EarlyExit);
      expect((failed as EarlyExit).exit.code).toBe(1);
      expect((failed as EarlyExit).stderr).toContain(state);
      expect((failed as EarlyExit).stderr).toMatch(/cannot be written|read-only/);
    }
  });
});

describe('a store that is damaged', () => {
  it.each<[string, (file: string) => void]>([
    ['overwritten', (file) => writeFileSync(file, Buffer.alloc(64 * 1024, 0x5a))],
    [
      'half gone',
      (file) => {
        const whole = readFileSync(file);
        writeFileSync(file, whole.subarray(0, Math.floor(whole.length / 2)));
      },
    ],
  ])('and %s is set aside, told of, and begun anew', async (_what, damage) => {
    const state = temporary();
    const before = await start({ state });
    expect((await before.send('PATCH', chassis, { AssetTag: 'lost' })).status).toBe(200);
    await before.kill();
    const file = join(state, 'redfishd.db');
    damage(file);
    const damaged = readFileSync(file);
    const daemon = await start({ state });
    expect((await daemon.get(chassis)).body).toMatchObject({ AssetTag: '' });
    const aside = readdirSync(state).filter((name) =>
      /^redfishd\.db\.corrupt-.*\d$|^redfishd\.db\.corrupt-[^-]*.*Z$/.test(name),
    );
    expect(aside).toHaveLength(1);
    expect(readFileSync(join(state, aside[0] ?? '')).equals(damaged)).toBe(true);
    const [entry] = await logEntries(daemon, 'EventLog');
    expect(entry?.MessageId).toMatch(/ResourceErrorsDetected$/);
    expect(entry?.Message).toContain('store');
    expect(daemon.stderr()).toContain(aside[0]);
    expect((await daemon.send('PATCH', chassis, { AssetTag: 'new' })).status).toBe(200);
  });

  it('and newer than this program is left alone', async () => {
    const state = temporary();
    const before = await start({ state });
    await before.kill();
    const { connect } = await import('../../../src/store/connection.ts');
    const db = connect(join(state, 'redfishd.db'));
    db.exec('PRAGMA user_version = 9999');
    db.close();
    const failed = await spawnDaemon({ state }).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(EarlyExit);
    expect((failed as EarlyExit).stderr).toMatch(/newer/);
  });
});
