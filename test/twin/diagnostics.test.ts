/** Diagnostic data from the request to the archive in somebody's hands. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { rangeOf } from '../../src/http/endpoints/attachment.ts';
import { type Answer, at, members, testPassword, testUser } from '../support/client.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { type SpawnedDaemon, spawnDaemon } from '../support/process.ts';
import { shows, until } from '../support/until.ts';
import { hasRedfishFolder, jsonSchema } from '../unit/redfish/support.ts';

const log = '/redfish/v1/Managers/bmc/LogServices/Dump';
const action = `${log}/Actions/LogService.CollectDiagnosticData`;

describe('diagnostic data', () => {
  let daemon: TestDaemon;
  afterEach(() => daemon.stop());

  const collect = async (): Promise<string> => {
    const accepted = await daemon.send('POST', action, { DiagnosticDataType: 'Manager' });
    expect(accepted.status, accepted.text).toBe(202);
    const done = await until('the archive', async () => {
      const answer = await daemon.get(String(accepted.headers.location));
      return answer.status === 202 ? undefined : answer;
    });
    expect(done.status, done.text).toBe(201);
    return String(done.headers.location);
  };
  /** Bytes and status of a download. */
  const download = (uri: string, headers: Record<string, string> = {}) =>
    new Promise<{ readonly status: number; readonly bytes: Buffer; readonly range: string | undefined }>(
      (resolve, reject) => {
        const authorization = `Basic ${Buffer.from(`${testUser}:${testPassword}`).toString('base64')}`;
        const options = {
          rejectUnauthorized: false,
          agent: false,
          headers: { authorization, ...headers },
        } as const;
        request(`${daemon.url}${uri}`, options, (answer) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.on('end', () =>
            resolve({
              status: answer.statusCode ?? 0,
              bytes: Buffer.concat(parts),
              range: answer.headers['content-range'],
            }),
          );
        })
          .on('error', reject)
          .end();
      },
    );

  it('is collected, listed, and downloaded whole or in part, without a secret in it', async () => {
    daemon = await startTestDaemon();
    const login = { UserName: testUser, Password: testPassword };
    const session = await daemon.send('POST', '/redfish/v1/SessionService/Sessions', login);
    await daemon.send('POST', '/redfish/v1/EventService/Subscriptions', {
      ...{ Destination: 'https://192.0.2.1/', Protocol: 'Redfish' },
      HttpHeaders: [{ Authorization: 'Bearer very-secret-of-mine' }],
    });
    const uri = await collect();
    const { body } = await daemon.get(uri);
    expect(body).toMatchObject({ DiagnosticDataType: 'Manager', AdditionalDataURI: `${uri}/attachment` });
    const whole = await download(String(at(body, '/AdditionalDataURI')));
    expect([whole.status, whole.bytes.length]).toEqual([200, at(body, '/AdditionalDataSizeBytes')]);
    const folder = mkdtempSync(join(tmpdir(), 'redfishd-dump-'));
    try {
      writeFileSync(join(folder, 'a.tar.gz'), whole.bytes);
      execFileSync('tar', ['-xzf', 'a.tar.gz'], { cwd: folder });
      const files = readdirSync(join(folder, 'redfishd-1'), { recursive: true, encoding: 'utf8' });
      for (const name of [
        'system.json',
        'platform.json',
        'sensors.json',
        'journal/AuditLog-0001.jsonl',
        // Not everybody may read it.
        spawnSync('dmesg').status === 0 ? 'kernel.log' : 'missing.txt',
      ])
        expect(files).toContain(name);
      const all = files
        .filter((name) => name.includes('.'))
        .map((name) => readFileSync(join(folder, 'redfishd-1', name), 'utf8'))
        .join('\n');
      expect(all).toContain('MB_INLET_TEMP');
      for (const secret of [
        testPassword,
        String(session.headers['x-auth-token']),
        'very-secret-of-mine',
        'PRIVATE KEY',
      ])
        expect(all).not.toContain(secret);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    const [half] = [whole.bytes.length >> 1];
    const first = await download(`${uri}/attachment`, { range: `bytes=0-${half - 1}` });
    const second = await download(`${uri}/attachment`, { range: `bytes=${half}-` });
    expect([first.status, second.status]).toEqual([206, 206]);
    expect(first.range).toBe(`bytes 0-${half - 1}/${whole.bytes.length}`);
    expect(Buffer.concat([first.bytes, second.bytes]).equals(whole.bytes)).toBe(true);
    expect((await download(`${uri}/attachment`, { range: `bytes=${whole.bytes.length}-` })).status).toBe(416);
    const reader = { UserName: 'reader', Password: 'Quaint-Marmot-57', RoleId: 'ReadOnly' };
    await daemon.send('POST', '/redfish/v1/AccountService/Accounts', reader);
    const as = { user: 'reader', password: reader.Password };
    expect((await daemon.get(`${uri}/attachment`, { as })).status).toBe(403);
    expect((await daemon.get(`${uri}/attachment`, { as: null })).status).toBe(401);
  });

  it('is kept four times, and removed one by one or all at once', async () => {
    daemon = await startTestDaemon();
    for (let count = 0; count < 5; count++) await collect();
    const left = members(await daemon.get(`${log}/Entries`)).map((uri) => uri.split('/').at(-1));
    expect(left).toEqual(['2', '3', '4', '5']);
    expect((await daemon.send('DELETE', `${log}/Entries/3`)).status).toBe(204);
    expect((await daemon.get(`${log}/Entries/3/attachment`)).status).toBe(404);
    expect((await daemon.send('POST', `${log}/Actions/LogService.ClearLog`, {})).status).toBe(204);
    expect(members(await daemon.get(`${log}/Entries`))).toEqual([]);
  });

  it('of another kind is refused', async () => {
    daemon = await startTestDaemon();
    expect((await daemon.send('POST', action, { DiagnosticDataType: 'OS' })).status).toBe(400);
    expect((await daemon.send('POST', action, {})).status).toBe(400);
  });
});

describe('a part that cannot be had', () => {
  const state = () => {
    const folder = mkdtempSync(join(tmpdir(), 'redfishd-dump-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
  };
  const begin = async (daemon: SpawnedDaemon): Promise<string> => {
    const accepted = await daemon.send('POST', action, { DiagnosticDataType: 'Manager' });
    expect(accepted.status, accepted.text).toBe(202);
    return String(at(accepted.body, '/@odata.id'));
  };
  const subTasksOf = async (daemon: SpawnedDaemon, task: string) =>
    Promise.all(members(await daemon.get(`${task}/SubTasks`)).map((uri) => daemon.get(uri)));
  const validTasks = async (answers: readonly Answer[]) => {
    if (!hasRedfishFolder) return;
    const validate = await jsonSchema('Task.v1_7_4.json');
    for (const { body } of answers) expect(validate(body), JSON.stringify(validate.errors)).toBe(true);
  };

  it('holds up no other, and says why, also after a restart', async () => {
    const folder = state();
    // Where there are no programs, nobody reads the log of the kernel.
    const env = { PATH: '/nonexistent' };
    let daemon = await spawnDaemon({ state: folder, env });
    try {
      const task = await begin(daemon);
      await shows(daemon, task, '/TaskState', 'Completed');
      const look = async () => {
        const whole = await daemon.get(task);
        expect(whole.body).toMatchObject({ TaskStatus: 'Warning', PercentComplete: 100 });
        expect(String(at(whole.body, '/Messages/0/MessageId'))).toMatch(/TaskCompletedWarning$/);
        const parts = await subTasksOf(daemon, task);
        await validTasks([whole, ...parts]);
        const last = parts.pop();
        expect(last?.body).toMatchObject({
          ...{ Name: 'Log of the kernel', TaskState: 'Exception', TaskStatus: 'Critical' },
        });
        expect(String(at(last?.body, '/Messages/0/Message'))).toContain('Cause: spawn dmesg ENOENT.');
        expect(parts.length).toBeGreaterThan(6);
        for (const { body } of parts)
          expect(body).toMatchObject({ TaskState: 'Completed', TaskStatus: 'OK' });
      };
      await look();
      const [entry = ''] = members(await daemon.get(`${log}/Entries`));
      const path = join(folder, 'diagnostics', `${entry.split('/').at(-1)}.tar.gz`);
      const missing = execFileSync('tar', ['-xzOf', path, '--wildcards', '*/missing.txt'], {
        encoding: 'utf8',
      });
      expect(missing).toBe('Log of the kernel: spawn dmesg ENOENT\n');
      await daemon.kill();
      daemon = await spawnDaemon({ state: folder, env });
      await look();
      expect((await daemon.send('DELETE', `${task}/SubTasks/1`)).status).toBe(405);
      expect((await daemon.send('DELETE', task)).status).toBe(204);
      expect((await daemon.get(`${task}/SubTasks`)).status).toBe(404);
    } finally {
      await daemon.kill();
    }
  });

  it('because the daemon was killed, or somebody cancelled it, says what became of it', async () => {
    const folder = state();
    // A program that ends no sooner than the daemon holds the collection at its last part.
    const programs = join(folder, 'programs');
    mkdirSync(programs);
    writeFileSync(join(programs, 'dmesg'), '#!/bin/sh\nwhile kill -0 $PPID; do sleep 0.2; done\n', {
      mode: 0o755,
    });
    const env = { PATH: `${programs}:${process.env.PATH}` };
    let daemon = await spawnDaemon({ state: folder, env });
    try {
      const waiting = async () => {
        const task = await begin(daemon);
        await shows(daemon, task, '/PercentComplete', (value: unknown) => Number(value) > 80);
        const parts = await subTasksOf(daemon, task);
        await validTasks(parts);
        expect(parts.map(({ body }) => at(body, '/TaskState')).slice(-2)).toEqual(['Completed', 'Running']);
        return task;
      };
      const cancelled = await waiting();
      await daemon.send('DELETE', cancelled);
      await shows(daemon, cancelled, '/TaskState', 'Cancelled');
      const killed = await waiting();
      await daemon.kill('SIGKILL');
      daemon = await spawnDaemon({ state: folder, env });
      for (const [task, state] of [
        [cancelled, 'Cancelled'],
        [killed, 'Exception'],
      ] as const) {
        const parts = await subTasksOf(daemon, task);
        await validTasks(parts);
        const states = parts.map(({ body }) => at(body, '/TaskState'));
        expect(states).toEqual([...states.slice(0, -1).map(() => 'Completed'), state]);
        expect(at((await daemon.get(task)).body, '/TaskState')).toBe(state);
      }
      const last = (await subTasksOf(daemon, killed)).at(-1);
      expect(String(at(last?.body, '/Messages/0/Message'))).toContain('restarted');
    } finally {
      await daemon.kill();
    }
  });
});

describe('a range', () => {
  it.each([
    ['bytes=0-9', { from: 0, to: 9 }],
    ['bytes=90-', { from: 90, to: 99 }],
    ['bytes=90-1000', { from: 90, to: 99 }],
    ['bytes=-10', { from: 90, to: 99 }],
    ['bytes=-1000', { from: 0, to: 99 }],
    ['bytes=100-', undefined],
    ['bytes=-0', undefined],
    ['bytes=9-0', null],
    ['bytes=0-1,5-6', null],
    ['lines=1-2', null],
    ['bytes=-', null],
  ])('%s of 100 bytes', (field, range) => {
    expect(rangeOf(field, 100)).toEqual(range);
  });
});
