/** Diagnostic data from the request to the archive in somebody's hands. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { rangeOf } from '../../src/http/attachment.ts';
import { at, members, testPassword, testUser } from '../support/client.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { until } from '../support/until.ts';

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
        'kernel.log',
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
