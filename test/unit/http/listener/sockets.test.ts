/** Connections that never become requests, and their ends: TLS and plain, served, refused and at shutdown. */
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import Koa from 'koa';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listenMovable, type MovableListener } from '../../../../src/http/listener/movable.ts';
import { listenRedirect, type Redirect } from '../../../../src/http/listener/redirect.ts';
import { listen } from '../../../../src/http/listener/server.ts';
import { selfSigned } from '../../../../src/tls/make.ts';
import { testAdmission } from '../../../support/admission.ts';

const host = '127.0.0.1';
const plainTimes = { headersTimeout: 150, requestTimeout: 300, connectionsCheckingInterval: 50 };
const times = { ...plainTimes, handshakeTimeout: 150 };

let tls: { cert: string; key: string };
let listener: MovableListener;
let redirect: Redirect;
const clients: Socket[] = [];

beforeAll(async () => {
  const { chain, key } = await selfSigned(['localhost']);
  tls = { cert: chain, key };
});
beforeEach(async () => {
  const app = new Koa();
  app.use((ctx) => {
    ctx.body = 'served';
  });
  const open = (port: number) => listen(app, { tls, host, port, admission: testAdmission(), times });
  listener = await listenMovable(open, 0);
  redirect = await listenRedirect(host, 0, () => listener.address.port, testAdmission(), plainTimes);
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await Promise.all([listener.close(0), redirect.close()]);
});

interface Owner {
  readonly address: AddressInfo;
  readonly connections: number;
}

/** A client that never closes its own side, once the server has accepted it. */
async function plain(owner: Owner): Promise<Socket> {
  const before = owner.connections;
  const socket = connect({ host, port: owner.address.port, allowHalfOpen: true });
  socket.on('error', () => undefined).resume();
  clients.push(socket);
  await expect.poll(() => owner.connections, { interval: 2 }).toBeGreaterThan(before);
  return socket;
}

/** The same after a handshake; tls.connect takes no allowHalfOpen of its own. */
async function secure(): Promise<Socket> {
  const socket = connectTls({ socket: await plain(listener), rejectUnauthorized: false });
  socket.on('error', () => undefined).resume();
  clients.push(socket);
  await once(socket, 'secureConnect');
  return socket;
}

/** Resolves once the server holds no connection any more. */
const none = (owner: Owner) => expect.poll(() => owner.connections, { timeout: 5_000 }).toBe(0);

describe('a connection to the TLS port', () => {
  it.each([
    ['sends nothing', ''],
    ['sends what is no TLS', 'GET / HTTP/1.1\r\n\r\n'],
    ['begins a handshake and stops', Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00])],
  ])('is closed when the client %s and stays', async (_, bytes) => {
    (await plain(listener)).write(bytes);
    await none(listener);
  });

  it.each([
    ['nothing', ''],
    ['half a request', 'GET / HTTP/1.1\r\nHo'],
    ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['an unknown protocol', 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: foo\r\n\r\n'],
    ['no HTTP', 'BOGUS\r\n\r\n'],
  ])('is closed when the client sends %s after the handshake and stays', async (_, text) => {
    (await secure()).write(text);
    await none(listener);
  });
});

describe('a connection to the plain port', () => {
  it.each([
    ['nothing', ''],
    ['half a request', 'GET / HTTP/1.1\r\nHo'],
    ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['no HTTP', 'BOGUS\r\n\r\n'],
  ])('is closed when the client sends %s and stays', async (_, text) => {
    (await plain(redirect)).write(text);
    await none(redirect);
  });

  it.each([
    'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    'BOGUS\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  ])('may be reset after %j without ending the process', async (text) => {
    // An error event without a listener fails the run.
    for (let n = 0; n < 20; n++) {
      const socket = await plain(redirect);
      socket.write(text);
      socket.resetAndDestroy();
      await none(redirect);
    }
    const socket = await plain(redirect);
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 308 /);
  });
});

describe('closing a listener', () => {
  const patient = { headersTimeout: 60_000, requestTimeout: 60_000, handshakeTimeout: 60_000 };

  it('waits for no client, in whatever state its connection is', async () => {
    const app = new Koa();
    app.use(() => new Promise(() => undefined));
    const open = (port: number) =>
      listen(app, { tls, host, port, admission: testAdmission(), times: patient });
    await listener.close(0);
    listener = await listenMovable(open, 0);
    await plain(listener);
    for (const text of ['', 'GET / HTTP/1.1\r\nHo', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'])
      (await secure()).write(text);
    await listener.move(0);
    await plain(listener);
    await plain(redirect);
    await Promise.all([listener.close(100), redirect.close()]);
    await none(listener);
    await none(redirect);
  }, 5_000);
});
