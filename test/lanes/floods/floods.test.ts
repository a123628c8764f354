/** One client at its worst, and an administrator elsewhere who must not notice. 127.0.0.2 is the worse of the two. */
import { Agent, request } from 'node:https';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultLimits } from '../../../src/http/limits.ts';
import { testPassword, testUser } from '../../support/client.ts';
import { startTestDaemon, type TestDaemon } from '../../support/daemon.ts';

const flooder = '127.0.0.2';

describe('a flood from one address', () => {
  let daemon: TestDaemon;
  const agent = new Agent({ keepAlive: true, maxSockets: 4, rejectUnauthorized: false });

  beforeAll(async () => {
    daemon = await startTestDaemon({ daemon: { limits: { requestsPerSecond: 50 } } });
  });
  afterAll(async () => {
    agent.destroy();
    await daemon.stop();
  });

  const port = () => daemon.daemon.address.port;

  /** A request from the flooder's address. */
  const ask = (headers: Record<string, string> = {}) =>
    new Promise<{ status: number; retryAfter: string | undefined; text: string }>((resolve, reject) => {
      request(
        {
          host: '127.0.0.1',
          port: port(),
          localAddress: flooder,
          path: '/redfish/v1/',
          headers,
          agent,
          rejectUnauthorized: false,
        },
        (answer) => {
          let text = '';
          answer.on('data', (chunk: Buffer) => {
            text += chunk.toString();
          });
          answer.on('end', () =>
            resolve({ status: answer.statusCode ?? 0, retryAfter: answer.headers['retry-after'], text }),
          );
        },
      )
        .on('error', reject)
        .end();
    });

  it('of 500 connections gets its share, and others get answers', async () => {
    const sockets: Socket[] = [];
    let open = 0;
    for (let n = 0; n < 500; n++) {
      const socket = connectPlain({ host: '127.0.0.1', port: port(), localAddress: flooder });
      socket.on('error', () => undefined);
      socket.once('connect', () => {
        open += 1;
      });
      socket.once('close', () => {
        open -= 1;
      });
      sockets.push(socket);
    }
    await expect.poll(() => open, { timeout: 10_000 }).toBe(64);
    expect((await daemon.get('/redfish/v1/Systems/system')).status).toBe(200);
    for (const socket of sockets) socket.destroy();
    await expect.poll(async () => (await ask()).status, { timeout: 10_000 }).toBe(200);
  });

  it('of clients that send a byte at a time holds up nobody', async () => {
    const slow: TLSSocket[] = [];
    for (let n = 0; n < 50; n++) {
      const plain = connectPlain({ host: '127.0.0.1', port: port(), localAddress: flooder });
      const socket = connect({ socket: plain, rejectUnauthorized: false }, () =>
        socket.write('GET /redfish/v1/ HTTP/1.1\r\nHost: x\r\nX-'),
      );
      socket.on('error', () => undefined);
      slow.push(socket);
    }
    const drip = setInterval(() => {
      for (const socket of slow) if (!socket.destroyed) socket.write('a');
    }, 200);
    try {
      for (let n = 0; n < 20; n++) {
        expect((await daemon.get('/redfish/v1/Chassis/chassis')).status).toBe(200);
        await new Promise((wait) => setTimeout(wait, 50));
      }
    } finally {
      clearInterval(drip);
      for (const socket of slow) socket.destroy();
    }
  });

  it('of requests is told to slow down in Redfish words, and others are not', async () => {
    const answers = [];
    for (let n = 0; n < 400; n++) answers.push(await ask());
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.retryAfter).toBe('1');
    expect(refused?.text).toContain('Base.1.22.ServiceTemporarilyUnavailable');
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(200);
    expect((await daemon.get('/redfish/v1/Systems')).status).toBe(200);
  });

  it('of guesses is slowed down, and the administrator logs in from elsewhere', async () => {
    const field = (password: string) => ({
      Authorization: `Basic ${Buffer.from(`guest:${password}`).toString('base64')}`,
    });
    const guess = (n: number) =>
      new Promise<number>((resolve, reject) => {
        request(
          {
            host: '127.0.0.1',
            port: port(),
            localAddress: '127.0.3.1',
            path: '/redfish/v1/Systems',
            headers: field(`guess ${n}`),
            agent: false,
            rejectUnauthorized: false,
          },
          (answer) => {
            answer.resume();
            resolve(answer.statusCode ?? 0);
          },
        )
          .on('error', reject)
          .end();
      });
    const statuses: number[] = [];
    for (let n = 0; n < 10; n++) statuses.push(await guess(n));
    expect(statuses.slice(0, 6)).toEqual([401, 401, 401, 401, 401, 401]);
    expect(statuses.slice(6)).toEqual([429, 429, 429, 429]);
    const login = { UserName: testUser, Password: testPassword };
    expect(
      (await daemon.send('POST', '/redfish/v1/SessionService/Sessions', login, { as: null })).status,
    ).toBe(201);
  });
});

describe('logins without a logout', () => {
  /** By hand: REDFISHD_LOGINS=10000. A login costs a password hash, so the suite tries fewer over the wire. */
  const logins = Number(process.env.REDFISHD_LOGINS ?? 80);

  it(
    'leave a bounded number of sessions, and the administrator gets in',
    async () => {
      const daemon = await startTestDaemon();
      try {
        const login = { UserName: testUser, Password: testPassword };
        const begin = () => daemon.send('POST', '/redfish/v1/SessionService/Sessions', login, { as: null });
        let before = 0;
        for (let n = 0; n < logins; n++) {
          expect((await begin()).status).toBe(n < defaultLimits.sessionsPerAccount ? 201 : 503);
          if (n === Math.floor(logins / 2)) before = process.memoryUsage().heapUsed;
        }
        const { body } = await daemon.get('/redfish/v1/SessionService/Sessions');
        expect((body as { 'Members@odata.count': number })['Members@odata.count']).toBe(
          defaultLimits.sessionsPerAccount,
        );
        const grown = (process.memoryUsage().heapUsed - before) / 2 ** 20;
        process.stdout.write(
          `${logins} logins without a logout: ${defaultLimits.sessionsPerAccount} sessions, heap ${grown.toFixed(1)} MiB more than halfway\n`,
        );
        expect(grown).toBeLessThan(64);
      } finally {
        await daemon.stop();
      }
    },
    Math.max(60_000, logins * 200),
  );
});
