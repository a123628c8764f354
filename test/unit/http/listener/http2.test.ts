/** HTTP/2 on the same port, where it is switched on: the same service, the same rules. */
import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from 'node:http2';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from '../../../support/authority.ts';
import { testPassword, testUser } from '../../../support/client.ts';
import { startTestDaemon, type TestDaemon } from '../../../support/daemon.ts';

const basic = `Basic ${Buffer.from(`${testUser}:${testPassword}`).toString('base64')}`;
const accounts = '/redfish/v1/AccountService/Accounts';

let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await startTestDaemon({ daemon: { http2: true } });
});
afterAll(() => daemon.stop());

const sessions: ClientHttp2Session[] = [];
afterEach(() => {
  for (const session of sessions.splice(0)) session.destroy();
});

function open(options: object = {}): ClientHttp2Session {
  const session = connect(daemon.url, { rejectUnauthorized: false, ...options });
  session.on('error', () => undefined);
  sessions.push(session);
  return session;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

function ask(
  session: ClientHttp2Session,
  path: string,
  headers: OutgoingHttpHeaders = {},
  body?: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':path': path, authorization: basic, ...headers });
    let answer: Record<string, unknown> = {};
    let text = '';
    stream.on('response', (fields) => {
      answer = { ...fields };
    });
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    stream.on('error', reject);
    stream.on('end', () => resolve({ status: Number(answer[':status']), headers: answer, text }));
    stream.end(body);
  });
}

/** A frame (RFC 9113 clause 4.1). */
function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** `GET /redfish/v1/` in HPACK without its dynamic table (RFC 7541): method, scheme, path, authority. */
const get = Buffer.concat([
  Buffer.from([0x82, 0x87, 0x04, 12]),
  Buffer.from('/redfish/v1/'),
  Buffer.from([0x01, 3]),
  Buffer.from('bmc'),
]);

describe('a connection that keeps taking back its requests', () => {
  it('is ended, and the service goes on', async () => {
    const { port } = daemon.daemon.address;
    // Node's own client stops reading once it has taken back a thousand.
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'] });
    const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => undefined).resume();
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    socket.write(
      Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(4, 0, 0, Buffer.alloc(0))]),
    );
    const cancel = Buffer.from([0, 0, 0, 8]);
    for (let stream = 1; stream < 1_000 && !socket.destroyed; stream += 2) {
      socket.write(Buffer.concat([frame(1, 5, stream, get), frame(3, 0, stream, cancel)]));
      if (stream % 50 === 1) await new Promise((resolve) => setImmediate(resolve));
    }
    await ended;
    expect((await ask(open(), '/redfish/v1/')).status).toBe(200);
  });

  it('may take back as many as a browser does', async () => {
    const session = open();
    for (let n = 0; n < 50; n++) {
      const stream = session.request({ ':path': '/redfish/v1/' }).on('error', () => undefined);
      setImmediate(() => stream.close(8));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await ask(session, '/redfish/v1/')).status).toBe(200);
  });
});

describe('HTTP/2', () => {
  it('answers as HTTP/1.1 does', async () => {
    const session = open();
    for (const path of [
      '/redfish',
      '/redfish/v1/',
      '/redfish/v1/Systems/system',
      '/nothing',
      `${accounts}?$expand=.`,
    ]) {
      const first = await daemon.get(path);
      const second = await ask(session, path);
      expect([second.status, second.text]).toEqual([first.status, first.text]);
      for (const name of ['etag', 'allow', 'odata-version', 'content-type', 'link'])
        expect(second.headers[name]).toBe(first.headers[name]);
    }
    const head = await ask(session, '/redfish/v1/', { ':method': 'HEAD' });
    expect([head.status, head.text]).toEqual([200, '']);
  });

  it('knows who asks, and what may be done', async () => {
    const session = open();
    expect((await ask(session, accounts, { authorization: '' })).status).toBe(401);
    expect((await ask(session, '/redfish/v1/', { ':method': 'DELETE' })).status).toBe(405);
    expect((await ask(session, '/redfish/v1/', { ':method': 'FAKEMETHODFORTEST' })).status).toBe(405);
    const type = { 'content-type': 'application/json' };
    const patch = { ...type, ':method': 'PATCH' };
    const changed = await ask(session, '/redfish/v1/Systems/system', patch, '{"AssetTag":"h2"}');
    expect([changed.status, JSON.parse(changed.text)]).toEqual([
      200,
      expect.objectContaining({ AssetTag: 'h2' }),
    ]);
    expect((await ask(session, '/redfish/v1/Systems/system', patch, '{')).status).toBe(400);
    const large = `{"AssetTag":"${'x'.repeat(300_000)}"}`;
    expect((await ask(session, '/redfish/v1/Systems/system', patch, large)).status).toBe(413);
    expect((await ask(session, '/redfish')).status).toBe(200);
  });

  it('serves many requests at once over one connection, and HTTP/1.1 beside them', async () => {
    // A client learns how many it may ask for with the first answer.
    const session = open();
    await ask(session, '/redfish');
    const answers = await Promise.all([
      ...Array.from({ length: 100 }, () => ask(session, '/redfish/v1/Chassis')),
      ...Array.from({ length: 10 }, () => daemon.get('/redfish/v1/Chassis')),
    ]);
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  });

  it('lets the client choose', async () => {
    const agreed = (ALPNProtocols: string[]) =>
      new Promise<string | false | null>((resolve, reject) => {
        const { port } = daemon.daemon.address;
        const socket = connectTls(
          { port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols },
          () => {
            resolve(socket.alpnProtocol);
            socket.destroy();
          },
        );
        socket.on('error', reject);
      });
    expect(await agreed(['http/1.1', 'h2'])).toBe('h2');
    expect(await agreed(['http/1.1'])).toBe('http/1.1');
    expect(await agreed([])).toBe(false);
  });

  it('takes a client certificate too', async () => {
    const authority = await createAuthority();
    const made = await daemon.send(
      'POST',
      '/redfish/v1/AccountService/MultiFactorAuth/ClientCertificate/Certificates',
      {
        ...{ CertificateString: authority.cert, CertificateType: 'PEM' },
      },
    );
    expect(made.status).toBe(201);
    await daemon.send('PATCH', '/redfish/v1/AccountService', {
      MultiFactorAuth: { ClientCertificate: { Enabled: true } },
    });
    const { cert, key } = await authority.issue({ subject: `CN=${testUser}` });
    const none = { authorization: undefined };
    expect((await ask(open({ cert, key }), accounts, none)).status).toBe(200);
    expect((await ask(open(), accounts, none)).status).toBe(401);
  });

  it('is told of the end, and finishes what is under way', async () => {
    const session = open();
    await ask(session, '/redfish');
    const gone = new Promise<void>((resolve) => session.once('goaway', () => resolve()));
    // A session that kept the daemon from stopping would outlast the test.
    await daemon.stop();
    await gone;
  });
});

describe('without it', () => {
  it('offers HTTP/1.1 alone', async () => {
    const plain = await startTestDaemon();
    const session = connect(plain.url, { rejectUnauthorized: false });
    const error = await new Promise((resolve) => session.once('error', resolve));
    expect(error).toBeInstanceOf(Error);
    await plain.stop();
  });
});
