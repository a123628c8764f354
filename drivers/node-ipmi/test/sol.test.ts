/** Serial over LAN. */
import { createServer, type Socket } from 'node:net';
import { LanClient, openSol, type SolStream } from 'node-ipmi';
import { afterEach, describe, expect, test } from 'vitest';
import { startServer } from './fixture.ts';
import { lossyProxy } from './proxy.ts';
import { canRun, startSimulator } from './simulator.ts';

const cleanup: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of cleanup.splice(0).reverse()) await end();
});

const start = async (): ReturnType<typeof startServer> => {
  const started = await startServer({}, { solRetry: 15 });
  cleanup.push(() => started.server.close());
  return started;
};
const clientOf = (port: number, timeout = 500): LanClient => {
  const client = new LanClient({
    host: '127.0.0.1',
    port,
    user: 'admin',
    password: 'secret123',
    timeout,
    retries: 8,
  });
  cleanup.push(() => client.close());
  return client;
};

/** Collects what the console says; waits until it is long enough. */
function listen(stream: SolStream): { text(): string; until(length: number): Promise<string> } {
  let all = '';
  stream.on('data', (chunk: Buffer) => {
    all += chunk.toString();
  });
  return {
    text: () => all,
    async until(length) {
      await expect.poll(() => all.length, { timeout: 10_000, interval: 5 }).toBeGreaterThanOrEqual(length);
      return all;
    },
  };
}

const LONG = Array.from({ length: 150 }, (_, i) => `line ${i} of the console\n`).join('');

describe('serial over LAN with our own server', () => {
  test('carries characters both ways, and a break', async () => {
    const { port, line } = await start();
    const console1 = await openSol(clientOf(port));
    const heard = listen(console1);
    line.say('login: ');
    expect(await heard.until(7)).toBe('login: ');
    console1.write('root\n');
    expect(await heard.until(12)).toBe('login: ROOT\n');
    await console1.sendBreak();
    expect(line.breaks).toBe(1);
    console1.destroy();
  });

  test('loses and doubles nothing on a bad path', async () => {
    const { port, line } = await start();
    const proxy = await lossyProxy(port, 0.2, 0.2);
    cleanup.push(() => proxy.close());
    const console1 = await openSol(clientOf(proxy.port, 30), { retry: 10, retries: 40 });
    const heard = listen(console1);
    console1.write(LONG);
    expect(await heard.until(LONG.length)).toBe(LONG.toUpperCase());
    expect(line.heard.join('')).toBe(LONG);
  }, 30_000);

  test('makes the host wait for a reader that is slow', async () => {
    const { port, line } = await start();
    const console1 = await openSol(clientOf(port));
    line.say(LONG.repeat(10));
    await new Promise((done) => setTimeout(done, 200));
    // The reader's buffer is full, and the rest is still with the controller.
    expect(console1.readableLength).toBeLessThan(LONG.length * 10);
    const heard = listen(console1);
    expect(await heard.until(LONG.length * 10)).toBe(LONG.repeat(10));
  }, 30_000);

  test('is one console at a time, unless the other takes over', async () => {
    const { port, line } = await start();
    const first = await openSol(clientOf(port));
    const ended = new Promise((done) => first.once('close', done));
    first.resume();
    await expect(openSol(clientOf(port))).rejects.toMatchObject({ kind: 'completion', code: 0x80 });
    const second = await openSol(clientOf(port), { takeover: true });
    await ended;
    expect(first.errored).toBeNull();
    const heard = listen(second);
    line.say('still here');
    expect(await heard.until(10)).toBe('still here');
  });

  test('fails when the session under it is lost', async () => {
    const { port, server } = await start();
    const console1 = await openSol(clientOf(port), { retry: 10, retries: 3 });
    const failed = new Promise<Error>((done) => console1.once('error', done));
    console1.resume();
    server.reset();
    console1.write('anybody?');
    expect(await failed).toMatchObject({ name: 'IpmiError' });
  });
});

describe.skipIf(!canRun('ipmi_sim', 'sdrcomp'))('serial over LAN with ipmi_sim', () => {
  test('carries the characters of a host on a TCP port', async () => {
    const sockets: Socket[] = [];
    let said = '';
    const host = createServer((socket) => {
      sockets.push(socket);
      socket.on('data', (data) => {
        said += data.toString();
        socket.write(`<${data.toString()}>`);
      });
    });
    const simulator = await startSimulator({
      host: (port) => new Promise<void>((done) => host.listen(port, '127.0.0.1', done)),
    });
    cleanup.push(
      () =>
        new Promise((done) => {
          for (const socket of sockets) socket.destroy();
          host.close(done);
        }),
    );
    cleanup.push(() => simulator.stop());
    await expect.poll(() => sockets.length, { timeout: 15_000 }).toBe(1);
    const console1 = await openSol(clientOf(simulator.port));
    const heard = listen(console1);
    console1.write('ls\r');
    expect(await heard.until(5)).toContain('<ls\r>');
    expect(said).toBe('ls\r');
    console1.destroy();
    await new Promise((done) => console1.once('close', done));
  }, 30_000);
});
