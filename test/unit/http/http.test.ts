/** What every answer is like on the wire, whatever it is about. */

import { request } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { at, messageKeys } from '../../support/client.ts';
import { startTestDaemon, type TestDaemon } from '../../support/daemon.ts';

const system = '/redfish/v1/Systems/system';
const ui = 'https://ui.example';
const authorization = `Basic ${Buffer.from('admin:Quaint-Marmot-57-plinth').toString('base64')}`;

let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await startTestDaemon({
    daemon: { httpRedirect: { host: '127.0.0.1', port: 0 }, corsOrigins: [ui] },
  });
});
afterAll(() => daemon.stop());

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** A connection of its own, and all that comes over it. */
async function wire(): Promise<{
  readonly socket: TLSSocket;
  readonly said: () => string;
  readonly ended: Promise<void>;
}> {
  const { hostname, port } = new URL(daemon.url);
  const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false });
  ends.push(() => socket.destroy());
  let said = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    said += text;
  });
  socket.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await new Promise((resolve) => socket.once('secureConnect', resolve));
  return { socket, said: () => said, ended };
}

/** The bytes of an answer as they came. */
const raw = (path: string, headers: Readonly<Record<string, string>>) =>
  new Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }>((resolve, reject) => {
    request(
      `${daemon.url}${path}`,
      { headers: { authorization, ...headers }, rejectUnauthorized: false, agent: false },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts) }),
        );
      },
    )
      .on('error', reject)
      .end();
  });

describe('every answer', () => {
  it.each([
    ['GET', '/redfish', 200],
    ['GET', '/redfish/v1/', 200],
    ['GET', '/redfish/v1/$metadata', 200],
    ['GET', system, 200],
    ['HEAD', system, 200],
    ['OPTIONS', system, 204],
    ['GET', '/redfish/v1/Nothing', 404],
    ['GET', '/', 404],
    ['PUT', system, 405],
    ['POST', '/redfish', 405],
    ['TRACE', '/redfish/v1/odata', 405],
  ])('to %s %s says what it is and how it may be used', async (method, path, status) => {
    const answer = await daemon.send(method, path);
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      'odata-version': '4.0',
      'cache-control': 'no-store',
      vary: expect.stringContaining('Accept-Encoding'),
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'referrer-policy': 'no-referrer',
      'permissions-policy': expect.stringContaining('camera=()'),
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'same-origin',
    });
    // Its certificate is signed by itself: a browser that insisted on TLS could not be let in any more.
    expect(answer.headers['strict-transport-security']).toBeUndefined();
    if (status < 400 && path !== '/redfish') expect(answer.headers.allow).toContain('GET');
    if (status === 405) expect(answer.headers.allow).toMatch(/^GET, HEAD, OPTIONS/);
    if (method === 'HEAD' || method === 'OPTIONS') expect(answer.text).toBe('');
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it.each([
    ['/redfish', '/redfish/'],
    ['/redfish/v1', '/redfish/v1/'],
    ['/redfish/v1/odata', '/redfish/v1/odata/'],
    ['/redfish/v1/$metadata', '/redfish/v1/$metadata/'],
    [system, `${system}/`],
    ['/redfish/v1/Systems', '/redfish/v1/%53ystems'],
  ])('to %s is that to %s', async (one, other) => {
    const answers = [await daemon.get(one), await daemon.get(other)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers[1]?.text).toBe(answers[0]?.text);
  });

  it('is the same to a request that is written as to a proxy, and there is one about the whole service', async () => {
    for (const [line, status] of [
      ['GET https://bmc.example/redfish HTTP/1.1', 200],
      ['GET HTTP://bmc.example/redfish/v1/?x=1 HTTP/1.1', 200],
      ['GET https://bmc.example/redfish/v1/Systems HTTP/1.1', 401],
      ['GET https://bmc.example HTTP/1.1', 404],
      ['OPTIONS * HTTP/1.1', 204],
      ['GET * HTTP/1.1', 404],
    ] as const) {
      const { socket, said, ended } = await wire();
      socket.write(`${line}\r\nHost: bmc.example\r\nConnection: close\r\n\r\n`);
      await ended;
      expect(said(), line).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      if (status === 204) expect(said()).toContain('Allow: GET, HEAD, POST, PATCH, DELETE, OPTIONS');
    }
  });

  it('is 406 where the client takes no JSON, but not before what it is about', async () => {
    const headers = { Accept: 'text/html' };
    expect((await daemon.get(system, { headers })).status).toBe(406);
    expect((await daemon.get('/redfish/v1/Nothing', { headers })).status).toBe(404);
    expect((await daemon.get(system, { headers, as: null })).status).toBe(401);
    expect(
      (await daemon.get('/redfish/v1/$metadata', { headers: { Accept: 'application/json' } })).status,
    ).toBe(406);
    const before = at((await daemon.get(system)).body, '/AssetTag');
    expect((await daemon.send('PATCH', system, { AssetTag: 'x' }, { headers })).status).toBe(406);
    expect(at((await daemon.get(system)).body, '/AssetTag')).toBe(before);
  });

  it('is 412 to another version of OData, but not to somebody unknown', async () => {
    const headers = { 'OData-Version': '4.1' };
    for (const path of [system, '/redfish/v1/', '/redfish', '/redfish/v1/$metadata'])
      expect((await daemon.get(path, { headers })).status, path).toBe(412);
    expect((await daemon.get(system, { headers, as: null })).status).toBe(401);
    expect((await daemon.get('/redfish/v1/Nothing', { headers, as: null })).status).toBe(401);
  });

  it('of a fixed document can be revalidated', async () => {
    const { headers } = await daemon.get('/redfish/v1/$metadata');
    const again = await daemon.get('/redfish/v1/$metadata', {
      headers: { 'If-None-Match': String(headers.etag) },
    });
    expect([again.status, again.text]).toEqual([304, '']);
  });
});

describe('a large answer', () => {
  const large = '/redfish/v1/Chassis/chassis/Sensors?$expand=.&$select=Name';

  it.each([
    ['gzip', gunzipSync],
    ['br', brotliDecompressSync],
  ] as const)('is sent as %s to who takes it', async (coding, decode) => {
    const plain = await raw(large, {});
    const small = await raw(large, { 'accept-encoding': coding });
    expect([plain.headers['content-encoding'], small.headers['content-encoding']]).toEqual([
      undefined,
      coding,
    ]);
    expect(plain.body.length).toBeGreaterThan(8192);
    expect(small.body.length).toBeLessThan(plain.body.length / 3);
    expect(Number(small.headers['content-length'])).toBe(small.body.length);
    expect(decode(small.body).equals(plain.body)).toBe(true);
    // Another representation, so not the same to the byte.
    expect(small.headers.etag).toBe(`W/${String(plain.headers.etag)}`);
  });

  it('has an ETag that serves as well, in its weak form', async () => {
    const metadata = '/redfish/v1/$metadata';
    const { headers } = await raw(metadata, { 'accept-encoding': 'gzip' });
    expect(headers.etag).toMatch(/^W\/"/);
    const again = await raw(metadata, { 'accept-encoding': 'gzip', 'if-none-match': String(headers.etag) });
    expect(again.status).toBe(304);
  });

  it('is sent as it is to who takes nothing else, and small ones to everybody', async () => {
    const headers = { 'accept-encoding': 'identity;q=1, gzip;q=0' };
    expect((await raw(large, headers)).headers['content-encoding']).toBeUndefined();
    expect((await raw(system, { 'accept-encoding': 'gzip' })).headers['content-encoding']).toBeUndefined();
  });

  it('comes right to many who ask at once', async () => {
    const plain = await raw(large, {});
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => raw(large, { 'accept-encoding': 'gzip' })),
    );
    for (const { headers, body } of answers) {
      const text = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
      expect(text.equals(plain.body)).toBe(true);
    }
  });
});

describe('a body', () => {
  const head = (length: number, more = '') =>
    `PATCH ${system} HTTP/1.1\r\nHost: bmc\r\nAuthorization: ${authorization}\r\nContent-Type: application/json\r\n` +
    `Content-Length: ${length}\r\n${more}\r\n`;

  it('is asked for only when it is wanted', async () => {
    const body = '{"AssetTag":"asked for"}';
    const { socket, said } = await wire();
    socket.write(head(body.length, 'Expect: 100-continue\r\n'));
    await expect.poll(said).toContain('HTTP/1.1 100 Continue');
    socket.write(body);
    await expect.poll(said).toContain('HTTP/1.1 200 OK');
    const refused = await wire();
    refused.socket.write(head(10, 'Expect: 100-continue\r\n').replace(authorization, 'Basic eDp5'));
    await expect.poll(refused.said).toContain('HTTP/1.1 401');
    expect(refused.said()).not.toContain('100 Continue');
    const large = await wire();
    large.socket.write(head(10_000_000, 'Expect: 100-continue\r\n'));
    await expect.poll(large.said).toContain('HTTP/1.1 413');
    expect(large.said()).not.toContain('100 Continue');
  });

  it('that is expected of us to treat otherwise is refused', async () => {
    const { socket, said } = await wire();
    socket.write(head(2, 'Expect: miracles\r\n'));
    await expect.poll(said).toContain('HTTP/1.1 417');
    expect(said()).toContain('HeaderInvalid');
  });

  it('that is too large is refused while it comes, and the refusal arrives', async () => {
    const { socket, said } = await wire();
    socket.write(head(0).replace('Content-Length: 0', 'Transfer-Encoding: chunked'));
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
    for (let n = 0; n < 6; n++) socket.write(chunk);
    await expect.poll(said).toContain('HTTP/1.1 413');
    expect(said()).toContain('PayloadTooLarge');
    expect(said().toLowerCase()).toContain('connection: close');
  });

  it('that is compressed is not understood', async () => {
    const answer = await daemon.send(
      'PATCH',
      system,
      { AssetTag: 'x' },
      { headers: { 'Content-Encoding': 'gzip' } },
    );
    expect([answer.status, messageKeys(answer)]).toEqual([415, ['HeaderInvalid']]);
    expect(at(answer.body, '/error/@Message.ExtendedInfo/0/MessageArgs/0')).toBe('Content-Encoding');
  });

  it('of a client that goes away is forgotten without a word of failure', async () => {
    const { socket, ended } = await wire();
    socket.write(`${head(100)}{"AssetTag":"half`);
    await expect.poll(() => daemon.log.length).toBeGreaterThan(0);
    socket.destroy();
    await ended;
    const tag = at((await daemon.get(system)).body, '/AssetTag');
    expect(tag).not.toContain('half');
    expect(daemon.log.filter((line) => line.includes('"level":50'))).toEqual([]);
  });

  it('of a GET is ignored', async () => {
    expect((await daemon.send('GET', system, '{')).status).toBe(200);
  });
});

describe('what the parser refuses', () => {
  it.each([
    ['FAKEMETHODFORTEST /redfish/v1/ HTTP/1.1\r\nHost: a\r\n\r\n', 501],
    ['GET /redfish/v1/ HTTP/1.1\r\nBad Header: x\r\n\r\n', 400],
    ['GET /redfish/v1/ HTTP/9.9\r\n\r\n', 400],
    ['\x16\x03\x01\x02\x00\x01\x00', 400],
    [`GET /redfish/v1/ HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n', 405],
    ['POST /redfish/v1/ HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n', 400],
    ['GET /redfish/v1/ HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
  ])('%j is answered with %i and an error of Redfish', async (text, status) => {
    const { socket, said, ended } = await wire();
    socket.write(text);
    await ended;
    expect(said()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    const body = JSON.parse(said().slice(said().indexOf('\r\n\r\n') + 4)) as unknown;
    expect(at(body, '/error/@Message.ExtendedInfo/0/MessageId')).toMatch(/^Base\./);
    expect(said()).toContain('OData-Version: 4.0');
  });

  it('does not spoil the answers before it', async () => {
    const { socket, said, ended } = await wire();
    socket.write(`GET /redfish HTTP/1.1\r\nHost: a\r\n\r\nNONSENSE\r\n\r\n`);
    await ended;
    expect(said().match(/HTTP\/1\.1 /g)?.length).toBeLessThanOrEqual(2);
    expect(said()).toMatch(/^HTTP\/1\.1 (200|400|501) /);
  });
});

describe('a web page', () => {
  const preflight = {
    'Access-Control-Request-Method': 'PATCH',
    'Access-Control-Request-Headers': 'x-auth-token',
  };

  it('of a known origin may use the service', async () => {
    const asked = await daemon.send('OPTIONS', system, undefined, {
      as: null,
      headers: { Origin: ui, ...preflight },
    });
    expect(asked.status).toBe(204);
    expect(asked.headers).toMatchObject({
      'access-control-allow-origin': ui,
      'access-control-allow-methods': expect.stringContaining('PATCH'),
      'access-control-allow-headers': expect.stringContaining('X-Auth-Token'),
      vary: expect.stringContaining('Origin'),
    });
    const patched = await daemon.send('PATCH', system, { AssetTag: 'ui' }, { headers: { Origin: ui } });
    expect([patched.status, patched.headers['access-control-allow-origin']]).toEqual([200, ui]);
    expect(
      (await daemon.get(system, { headers: { Origin: ui } })).headers['access-control-expose-headers'],
    ).toContain('X-Auth-Token');
  });

  it('of the service itself may use it too', async () => {
    const Origin = new URL(daemon.url).origin;
    expect((await daemon.send('PATCH', system, { AssetTag: 'own' }, { headers: { Origin } })).status).toBe(
      200,
    );
  });

  it.each(['https://evil.example', 'null', 'https://ui.example.evil.example', 'http://ui.example'])(
    'of %s reads nothing and changes nothing with remembered credentials',
    async (Origin) => {
      await daemon.send('PATCH', system, { AssetTag: 'before' });
      const read = await daemon.get(system, { headers: { Origin } });
      expect(read.headers['access-control-allow-origin']).toBeUndefined();
      const asked = await daemon.send('OPTIONS', system, undefined, {
        as: null,
        headers: { Origin, ...preflight },
      });
      expect(asked.headers['access-control-allow-origin']).toBeUndefined();
      const patched = await daemon.send('PATCH', system, { AssetTag: 'after' }, { headers: { Origin } });
      expect([patched.status, messageKeys(patched)]).toEqual([403, ['AccessForbidden']]);
      expect(at((await daemon.get(system)).body, '/AssetTag')).toBe('before');
    },
  );
});

describe('the listener without TLS', () => {
  const ask = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connectPlain(daemon.daemon.redirectAddress?.port ?? 0, '127.0.0.1', () =>
        socket.write(text),
      );
      let said = '';
      socket.setEncoding('latin1').on('data', (part: string) => {
        said += part;
      });
      socket.on('close', () => resolve(said)).on('error', reject);
    });
  const port = () => new URL(daemon.url).port;

  it.each([
    [
      'bmc.example:80',
      '/redfish/v1/Systems?$top=1',
      (p: string) => `https://bmc.example:${p}/redfish/v1/Systems?$top=1`,
    ],
    ['[fe80::1]', '/redfish/v1/', (p: string) => `https://[fe80::1]:${p}/redfish/v1/`],
    ['evil.example/@x', '/', (p: string) => `https://127.0.0.1:${p}/`],
    ['a b', '//evil.example/', (p: string) => `https://127.0.0.1:${p}//evil.example/`],
  ])('sends who asks %s for %s to HTTPS', async (host, path, location) => {
    const said = await ask(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    expect(said).toMatch(/^HTTP\/1\.1 308 /);
    expect(said).toContain(`Location: ${location(port())}\r\n`);
  });

  it('refuses what may hold a password, and every other thing that is no request', async () => {
    const login = '{"UserName":"admin","Password":"Quaint-Marmot-57-plinth"}';
    const said = await ask(
      `POST /redfish/v1/SessionService/Sessions HTTP/1.1\r\nHost: bmc\r\nContent-Length: ${login.length}\r\n\r\n${login}`,
    );
    expect(said).toMatch(/^HTTP\/1\.1 403 /);
    expect(said).toContain('AccessForbidden');
    expect(said).not.toContain('Quaint');
    expect(await ask('\x16\x03\x01\x02\x00')).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('is shown by the manager', async () => {
    const { body } = await daemon.get('/redfish/v1/Managers/bmc/NetworkProtocol');
    expect(at(body, '/HTTP')).toEqual({ ProtocolEnabled: true, Port: daemon.daemon.redirectAddress?.port });
  });
});
