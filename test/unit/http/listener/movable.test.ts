/** A listener moves from one port to another while clients are busy with it. */
import { once } from 'node:events';
import { Agent, request } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import Koa from 'koa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listenMovable, type MovableListener } from '../../../../src/http/listener/movable.ts';
import { listen } from '../../../../src/http/listener/server.ts';
import { selfSigned } from '../../../../src/tls/make.ts';
import { testAdmission } from '../../../support/admission.ts';

let listener: MovableListener;
let agent: Agent;
/** Lets the answer to /slow go. */
let release: () => void;
let arrived: Promise<void>;

beforeEach(async () => {
  const app = new Koa();
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let arrive: () => void = () => {};
  arrived = new Promise((resolve) => {
    arrive = resolve;
  });
  app.use(async (ctx) => {
    if (ctx.path === '/slow') {
      arrive();
      await held;
    }
    ctx.body = String(ctx.socket.localPort);
  });
  const { chain, key } = await selfSigned(['localhost']);
  listener = await listenMovable(
    (port) => listen(app, { tls: { cert: chain, key }, host: '127.0.0.1', port, admission: testAdmission() }),
    0,
  );
  agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
});
afterEach(async () => {
  agent.destroy();
  release();
  await listener.close(0);
});

const ask = (port: number, path = '/'): Promise<string> =>
  new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, agent }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      answer.on('end', () => resolve(text));
    });
    sent.on('error', reject);
    sent.end();
  });

describe('a listener that moves', () => {
  it('answers on both ports, then only on the new one, and finishes what it had begun', async () => {
    const old = listener.address.port;
    const slow = ask(old, '/slow');
    await arrived;
    await listener.move(0);
    const { port } = listener.address;
    expect(port).not.toBe(old);
    expect(await Promise.all([ask(old), ask(port)])).toEqual([String(old), String(port)]);
    for (;;) {
      const open = await ask(old).then(
        () => true,
        () => false,
      );
      if (!open) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    release();
    expect(await slow).toBe(String(old));
    expect(await ask(port)).toBe(String(port));
  });

  it('stays where it is when somebody else has the port', async () => {
    const { port } = listener.address;
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const taken = (other.address() as AddressInfo).port;
    await expect(listener.move(taken)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(listener.address.port).toBe(port);
    expect(await ask(port)).toBe(String(port));
    other.close();
  });

  it('ends without waiting for those it has left behind', async () => {
    const old = listener.address.port;
    const slow = ask(old, '/slow').catch((error: NodeJS.ErrnoException) => error.code);
    await arrived;
    await listener.move(0);
    await listener.close(50);
    // One that waited would do so for 30 s, which is longer than a test may take.
    expect(await slow).toBe('ECONNRESET');
  });
});
