/** The service manager's side of the daemon: a socket of the Unix domain, as systemd has one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { native } from '../../../drivers/native/native.ts';
import { Liveness } from '../../../src/daemon/liveness.ts';
import { serviceManager } from '../../../src/daemon/notify.ts';
import { spawnDaemon } from '../../support/process.ts';
import { temporary } from '../../support/temporary.ts';
import { until } from '../../support/until.ts';

/** Prints each datagram on a line of its own; python3 is there wherever the project can be compiled. */
const listener = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(chr(0) + sys.argv[1][1:] if sys.argv[1][0] == '@' else sys.argv[1])
print('bound', flush=True)
while True:
    print(s.recv(4096).decode().replace(chr(10), ' '), flush=True)
`;

const isLinux = process.platform === 'linux';

describe.skipIf(!isLinux)('the service manager', () => {
  let child: ChildProcess | undefined;
  afterEach(() => child?.kill());
  const listen = async (socket: string) => {
    const lines: string[] = [];
    child = spawn('python3', ['-c', listener, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout?.setEncoding('utf8').on('data', (text: string) => lines.push(...text.trim().split('\n')));
    await until('the socket', () => lines.includes('bound'));
    return lines;
  };

  it('is told when the daemon is ready, that it is alive, and when it ends', async () => {
    const directory = temporary();
    const socket = join(directory, 'notify');
    const lines = await listen(socket);
    const env = { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '500000' };
    const daemon = await spawnDaemon({ state: join(directory, 'state'), env });
    await until('the notice', () => lines.some((line) => /^READY=1 STATUS=serves Tioga Pass/.test(line)));
    await until('signs of life', () => lines.filter((line) => line === 'WATCHDOG=1').length > 2);
    await daemon.kill();
    await until('the end', () => lines.includes('STOPPING=1'));
  });

  it('is reached by an abstract name too', async () => {
    const name = `@redfishd-test-${process.pid}`;
    const lines = await listen(name);
    expect(native().notify(name, 'READY=1')).toBe(0);
    await until('the notice', () => lines.includes('READY=1'));
  });

  it('hears nothing of a daemon whose parts have stopped', async () => {
    const sent: string[] = [];
    const state = { alive: true };
    const part = { name: 'sampler', isAlive: () => state.alive };
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const env = { NOTIFY_SOCKET: '/x', WATCHDOG_USEC: '25000' };
    const manager = serviceManager(
      env,
      () => {},
      () => ({ notify: (_socket, text) => sent.push(text) }),
    );
    // Nobody that the daemon starts may speak in its name.
    expect(env).toEqual({});
    const end = manager.watch(new Liveness([part]));
    vi.advanceTimersByTime(30);
    // Every 10 ms: 2.5 times in the period of systemd.
    expect(sent).toHaveLength(4);
    state.alive = false;
    vi.advanceTimersByTime(100);
    expect(sent).toHaveLength(4);
    end();
  });

  it('that has gone is no reason to end', () => {
    const failures: unknown[] = [];
    const env = { NOTIFY_SOCKET: join(temporary(), 'gone') };
    const manager = serviceManager(env, (error) => failures.push(error));
    manager.ready('x');
    manager.stopping();
    expect(failures).toHaveLength(1);
  });
});
