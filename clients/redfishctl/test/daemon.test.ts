/** redfishctl against redfishd on its twin: the rows of the table for ipmitool users, one session of a terminal. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { credentials, Daemon } from '../../typescript/test/support/daemon.ts';
import { Home, program } from './support/run.ts';

describe('redfishctl and redfishd', () => {
  let daemon: Daemon;
  let home: Home;
  beforeAll(async () => {
    daemon = await Daemon.start();
    home = new Home({ REDFISHCTL_HOST: daemon.url, REDFISHCTL_USER: credentials.user });
    home.env.REDFISHCTL_PASSWORD_FILE = home.file('password', `${credentials.password}\n`);
  });
  afterAll(async () => {
    await daemon?.stop();
    home?.remove();
  });

  it('trusts the certificate of the service only after a look at it', async () => {
    const refused = await home.run(['power']);
    expect(refused).toMatchObject({ status: 3, err: expect.stringContaining('redfishctl trust') });
    const fingerprint = /SHA-256 ([0-9a-f]{64})/.exec(refused.err)?.[1] ?? '';
    expect(await home.run(['trust', '--fingerprint', 'ab'.repeat(32)])).toMatchObject({ status: 3 });
    expect(await home.run(['trust'])).toMatchObject({ status: 2, err: expect.stringContaining(fingerprint) });
    expect(await home.json(['trust', '--fingerprint', fingerprint])).toMatchObject([
      { fingerprint, trusted: 'now' },
    ]);
    expect(await home.json(['power'])).toMatchObject([{ state: 'Off' }]);
    expect(await home.run(['power', '--pin', 'ab'.repeat(32)])).toMatchObject({ status: 3 });
    expect((await home.run(['power', '-k'])).err.match(/-k accepts any certificate/g)).toHaveLength(1);
  });

  it('sets a one-time boot, powers the host, and waits for it', async () => {
    expect(await home.json(['boot', 'next', 'pxe'])).toMatchObject([{ enabled: 'Once', target: 'Pxe' }]);
    expect(await home.json(['boot', 'next', 'none'])).toMatchObject([{ enabled: 'Disabled' }]);
    expect(await home.json(['power', 'on', '--wait'])).toMatchObject([{ state: 'On', reset: 'On' }]);
    expect((await home.run(['wait', 'power', 'on', '--timeout', '15'])).status).toBe(0);
    expect(await home.json(['status'])).toMatchObject([{ power: 'On', firmware: expect.any(String) }]);
  });

  it('shows sensors, parts, network, sessions and the manager', async () => {
    const sensors = (await home.json(['sensors'])) as { name: string; reading: unknown }[];
    expect(sensors.length).toBeGreaterThan(50);
    const inlet = sensors.find(({ name }) => /inlet/i.test(name))?.name ?? '';
    expect(Number((await home.run(['sensors', inlet, '-o', 'value'])).out.trim())).toBeGreaterThan(0);
    expect(await home.json(['power', 'reading'])).toMatchObject([{ watts: expect.any(Number) }]);
    expect(((await home.json(['fru', 'assembly'])) as unknown[]).length).toBeGreaterThan(1);
    expect(await home.json(['net'])).toMatchObject([{ mac: expect.stringMatching(/^[0-9a-f:]{17}$/i) }]);
    expect(await home.json(['session'])).toContainEqual(expect.objectContaining({ user: credentials.user }));
    expect(await home.json(['manager'])).toMatchObject([{ health: 'OK' }]);
  });

  it('identifies, sets the policy, and changes a property by any request', async () => {
    expect(await home.json(['identify', 'on'])).toMatchObject([{ active: true }]);
    expect(await home.json(['identify', 'off'])).toMatchObject([{ active: false }]);
    expect(await home.json(['policy', 'always-on'])).toMatchObject([{ policy: 'AlwaysOn' }]);
    const args = [
      'api',
      'PATCH',
      'Systems/system',
      '-F',
      'AssetTag=rack 4',
      '--fields',
      'AssetTag',
      '-o',
      'value',
    ];
    expect((await home.run(args)).out).toBe('rack 4\n');
  });

  it('reads, follows and clears the event log', async () => {
    expect(await home.json(['sel', '--last', '1'])).toMatchObject([
      { id: expect.any(String), severity: 'OK' },
    ]);
    const following = home.run(['events', '--count', '1', '--timeout', '15', '-o', 'jsonl']);
    let ended = false;
    void following.then(() => {
      ended = true;
    });
    while (!ended) await home.run(['power', 'reset', '--yes']);
    const { status, out } = await following;
    expect([status, JSON.parse(out)]).toMatchObject([0, { id: expect.any(String) }]);
    expect(await home.json(['sel', 'clear', '--yes'])).toEqual([{ id: 'SEL', cleared: true }]);
  });

  it('manages an account from its making to its end', async () => {
    const first = `file:${home.file('first', 'Wise-Otter-33-basalt\n')}`;
    const second = `file:${home.file('second', 'Keen-Finch-58-cobble\n')}`;
    const of = (...args: string[]) => home.json(['user', ...args]);
    expect(await of('add', 'bob', '--role', 'Operator', '--new-password', first)).toMatchObject([
      { role: 'Operator' },
    ]);
    expect(await of('role', 'bob', 'ReadOnly')).toMatchObject([{ role: 'ReadOnly' }]);
    expect(await of('passwd', 'bob', '--new-password', second)).toMatchObject([{ user: 'bob' }]);
    const bob = ['power', '-U', 'bob', '--password-stdin'];
    expect((await home.run(bob, 'Wise-Otter-33-basalt\n')).status).toBe(4);
    expect((await home.run(bob, 'Keen-Finch-58-cobble\n')).status).toBe(0);
    expect(await home.run(['power', 'on', '-U', 'bob'])).toMatchObject({ status: 4 });
    expect(await of('delete', 'bob', '--yes')).toMatchObject([{ deleted: true }]);
    expect((await home.run(['user', 'delete', 'bob', '--yes'])).status).toBe(5);
  });

  it('explains, examines and records the service', async () => {
    expect((await home.run(['explain', 'ComputerSystem.PowerState', '-o', 'value'])).out).toMatch(
      /power state/,
    );
    expect(await home.json(['doctor'])).toEqual([]);
    const file = home.file('all.jsonl', '');
    expect(await home.json(['record', file])).toMatchObject([{ file, unreadable: 0 }]);
  });

  it('changes the network only when that is confirmed', async () => {
    expect(await home.run(['net', 'set', '--hostname', 'rack4-bmc'])).toMatchObject({ status: 2 });
    const planned = await home.json(['net', 'set', '--ip', '192.0.2.7/24', '--dry-run']);
    expect(planned).toMatchObject([{ method: 'PATCH', body: { DHCPv4: { DHCPEnabled: false } } }]);
    const set = ['net', 'set', '--hostname', 'rack4-bmc', '--yes'];
    expect(await home.json(set)).toMatchObject([{ hostName: 'rack4-bmc' }]);
  });

  it('shows the serial console, and ends it by its escape', async () => {
    const child = spawn(process.execPath, [program, 'console'], { env: home.env });
    const closed = once(child, 'close');
    let [out, err] = ['', ''];
    child.stdin.on('error', () => {});
    child.stdout.on('data', (chunk) => {
      if (out.trim() === '' && String(chunk).trim() !== '') child.stdin.write('\r~.');
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    // A host that boots before the console is open says nothing to it: it boots until it is heard.
    while (out.trim() === '' && child.exitCode === null) await home.run(['power', 'cycle', '--yes']);
    expect([(await closed)[0], err]).toEqual([0, '']);
    expect(out.trim()).not.toBe('');
    expect(await home.run(['console', '--pin', 'ab'.repeat(32)])).toMatchObject({ status: 3 });
  });

  it('ends its session', async () => {
    expect((await home.run(['logout'])).status).toBe(0);
    const { out } = await home.run(['session', '--fields', 'user', '-o', 'value']);
    expect(out.trim().split('\n')).toHaveLength(1);
  });
});
