/** Operations that go on after their answer, as clients see them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Answer, at, members } from '../../support/client.ts';
import { startTestDaemon, type TestDaemon } from '../../support/daemon.ts';
import { spawnDaemon } from '../../support/process.ts';
import { until } from '../../support/until.ts';

const reset = '/redfish/v1/Systems/system/Actions/ComputerSystem.Reset';
const tasks = '/redfish/v1/TaskService/Tasks';
const async = { headers: { Prefer: 'respond-async' } };

describe('a reset that answers at once', () => {
  let daemon: TestDaemon;
  afterEach(() => daemon.stop());
  const start = async (speed = 20) => {
    daemon = await startTestDaemon({ twin: { speed } });
  };
  const begin = async (type: string): Promise<Answer> => {
    const answer = await daemon.send('POST', reset, { ResetType: type }, async);
    expect(answer.status, answer.text).toBe(202);
    return answer;
  };

  it('is a task until the host has its power, and its monitor answers as the reset would', async () => {
    await start();
    const accepted = await begin('On');
    expect(accepted.headers).toMatchObject({ 'preference-applied': 'respond-async', 'retry-after': '1' });
    expect(accepted.body).toMatchObject({
      TaskState: 'Running',
      Payload: { HttpOperation: 'POST', TargetUri: reset, JsonBody: '{"ResetType":"On"}' },
    });
    const monitor = String(accepted.headers.location);
    const early = await daemon.get(monitor);
    expect([early.status, at(early.body, '/TaskState')]).toEqual([202, 'Running']);
    const last = await until('the end', async () => {
      const answer = await daemon.get(monitor);
      return answer.status === 202 ? undefined : answer;
    });
    expect([last.status, last.text]).toEqual([204, '']);
    const uri = String(at(accepted.body, '/@odata.id'));
    expect((await daemon.get(uri)).body).toMatchObject({
      TaskState: 'Completed',
      TaskStatus: 'OK',
      PercentComplete: 100,
    });
    expect(at((await daemon.get('/redfish/v1/Systems/system')).body, '/PowerState')).toBe('On');
    expect((await daemon.send('DELETE', uri)).status).toBe(204);
    expect([(await daemon.get(uri)).status, (await daemon.get(monitor)).status]).toEqual([404, 404]);
  });

  it('fails as the reset does, with the reason', async () => {
    await start();
    daemon.twin.inject({ kind: 'stuckPowerGood', host: 'system', level: 'low' });
    const accepted = await begin('On');
    const monitor = String(accepted.headers.location);
    const last = await until(
      'the end',
      async () => {
        const answer = await daemon.get(monitor);
        return answer.status === 202 ? undefined : answer;
      },
      30_000,
    );
    expect(last.status).toBe(502);
    const { body } = await daemon.get(String(at(accepted.body, '/@odata.id')));
    expect(body).toMatchObject({ TaskState: 'Exception', TaskStatus: 'Critical' });
    expect(String(at(body, '/Messages/0/Message'))).toMatch(/Cause: .+/);
  }, 40_000);

  it('can be cancelled, which leaves the host to itself', async () => {
    await start(0.2);
    const accepted = await begin('On');
    const monitor = String(accepted.headers.location);
    expect((await daemon.send('DELETE', monitor)).status).toBe(204);
    const uri = String(at(accepted.body, '/@odata.id'));
    await until('the end', async () => at((await daemon.get(uri)).body, '/TaskState') === 'Cancelled');
    expect((await daemon.get(monitor)).status).toBe(500);
  });

  it('is refused at once where another operation waits for the operating system', async () => {
    await start();
    await daemon.send('POST', reset, { ResetType: 'On' });
    await until('the host to be on', () => daemon.board.hosts.get('system')?.operation === null);
    daemon.twin.inject({ kind: 'ignoreGraceful', host: 'system' });
    await daemon.send('POST', reset, { ResetType: 'GracefulShutdown' });
    const answer = await daemon.send('POST', reset, { ResetType: 'GracefulRestart' }, async);
    expect(answer.status).toBe(409);
    expect(members(await daemon.get(tasks))).toEqual([]);
  });

  it('is done and answered in one where nobody asks for less', async () => {
    await start();
    expect((await daemon.send('POST', reset, { ResetType: 'On' })).status).toBe(204);
    expect(members(await daemon.get(tasks))).toEqual([]);
  });
});

it('a task that the end of the daemon cut off says so', async () => {
  const state = mkdtempSync(join(tmpdir(), 'redfishd-tasks-'));
  try {
    const first = await spawnDaemon({ state });
    const accepted = await first.send('POST', reset, { ResetType: 'On' }, async);
    expect(accepted.status).toBe(202);
    await first.kill('SIGKILL');
    const second = await spawnDaemon({ state });
    const { body } = await second.get(String(at(accepted.body, '/@odata.id')));
    expect(body).toMatchObject({ TaskState: 'Exception', TaskStatus: 'Critical' });
    expect(String(at(body, '/Messages/0/MessageId'))).toMatch(/^TaskEvent\.\d+\.\d+\.TaskAborted$/);
    expect((await second.get(String(accepted.headers.location))).status).toBe(500);
    await second.kill();
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
});
