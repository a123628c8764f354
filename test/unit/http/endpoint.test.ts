/** What endpoints beside the tree of resources have in common: login, privilege, methods, protocol. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registryPath } from '../../../src/messages/registry-document.ts';
import { jsonSchemaPath } from '../../../src/redfish/service/json-schema.ts';
import { createAuthority } from '../../support/authority.ts';
import { type Credentials, messageKeys } from '../../support/client.ts';
import { startTestDaemon, type TestDaemon } from '../../support/daemon.ts';
import { sendRaw } from '../../support/raw.ts';
import { until } from '../../support/until.ts';

const accounts = '/redfish/v1/AccountService/Accounts';
const dump = '/redfish/v1/Managers/bmc/LogServices/Dump';
const sse = '/redfish/v1/EventService/SSE';
const consolePath = '/console/system';
const password = 'Slanted-Otter-21-crane';
const fresh: Credentials = { user: 'fresh', password };
const reader: Credentials = { user: 'reader', password };

let daemon: TestDaemon;
let attachment: string;
beforeAll(async () => {
  daemon = await startTestDaemon();
  const make = (UserName: string, RoleId: string, PasswordChangeRequired: boolean) =>
    daemon.send('POST', accounts, { UserName, RoleId, Password: password, PasswordChangeRequired });
  await make('fresh', 'Administrator', true);
  await make('reader', 'ReadOnly', false);
  await daemon.send('POST', `${dump}/Actions/LogService.CollectDiagnosticData`, {
    DiagnosticDataType: 'Manager',
  });
  attachment = `${dump}/Entries/1/attachment`;
  await until('the archive', async () => (await daemon.send('HEAD', attachment)).status === 200);
});
afterAll(() => daemon.stop());

type Row = readonly [name: string, path: () => string, allow: string];
const closed: readonly Row[] = [
  ['metrics', () => '/metrics', 'GET, HEAD, OPTIONS'],
  ['the event stream', () => sse, 'GET, OPTIONS'],
  ['a console', () => consolePath, 'GET, OPTIONS'],
  ['an attachment', () => attachment, 'GET, HEAD, OPTIONS'],
  ['a message registry', () => registryPath('Base'), 'GET, HEAD, OPTIONS'],
  ['a JSON schema', () => jsonSchemaPath('Sensor'), 'GET, HEAD, OPTIONS'],
];
const open: readonly Row[] = [
  ['the protocol versions', () => '/redfish', 'GET, HEAD, OPTIONS'],
  ['the metadata', () => '/redfish/v1/$metadata', 'GET, HEAD, OPTIONS'],
  ['the OData service document', () => '/redfish/v1/odata', 'GET, HEAD, OPTIONS'],
];

describe('an endpoint that needs a login', () => {
  it.each<Row>(closed)('%s answers 401 to a client without credentials', async (_, path) => {
    const answer = await daemon.get(path(), { as: null });
    expect([answer.status, messageKeys(answer)]).toEqual([401, ['NoValidSession']]);
    expect(answer.headers['www-authenticate']).toMatch(/^Basic /);
  });

  it.each<Row>(closed)('%s answers PasswordChangeRequired until the password is changed', async (_, path) => {
    const answer = await daemon.get(path(), { as: fresh });
    expect([answer.status, messageKeys(answer)]).toEqual([403, ['PasswordChangeRequired']]);
  });

  it.each<Row>(closed.slice(2, 4))('%s needs more than ReadOnly', async (_, path) => {
    const answer = await daemon.get(path(), { as: reader });
    expect([answer.status, messageKeys(answer)]).toEqual([403, ['InsufficientPrivilege']]);
  });
});

describe('every endpoint', () => {
  it.each<Row>([...closed, ...open])('%s lists its methods and refuses others', async (_, path, allow) => {
    const options = await daemon.send('OPTIONS', path());
    expect([options.status, options.headers.allow]).toEqual([204, allow]);
    for (const method of ['POST', 'DELETE', 'PATCH']) {
      const answer = await daemon.send(method, path(), method === 'DELETE' ? undefined : {});
      expect([method, answer.status, answer.headers.allow]).toEqual([method, 405, allow]);
      expect(messageKeys(answer)).toEqual(['OperationNotAllowed']);
    }
  });

  it.each<Row>([...closed, ...open])('%s checks the version of the protocol', async (_, path) => {
    const answer = await daemon.get(path(), { headers: { 'OData-Version': '3.0' } });
    expect([answer.status, messageKeys(answer)]).toEqual([412, ['HeaderInvalid']]);
  });

  it.each<Row>([...open, ['the tree', () => '/redfish/v1/', '']])(
    '%s refuses a request for two hosts (RFC 9112 clause 3.2)',
    async (_, path) => {
      const hosts = 'Host: a\r\nHost: a\r\n';
      const text = await sendRaw(daemon.url, `GET ${path()} HTTP/1.1\r\n${hosts}Connection: close\r\n\r\n`);
      expect(text).toMatch(/^HTTP\/1\.1 400 /);
      expect(text).toContain('HeaderInvalid');
    },
  );
});

describe('a challenge to log in', () => {
  it.each([
    ['navigate', true],
    ['cors', false],
    ['same-origin', false],
    ['no-cors', false],
  ])('to a browser in mode %s: %s', async (mode, offered) => {
    const answer = await daemon.get('/metrics', { as: null, headers: { 'Sec-Fetch-Mode': mode } });
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate'] !== undefined).toBe(offered);
  });
});

describe('caching', () => {
  it('is forbidden where credentials were used, and by validation only elsewhere', async () => {
    const cacheControl = async (path: string, as?: null) =>
      (await daemon.get(path, as === null ? { as } : {})).headers['cache-control'];
    expect(await cacheControl('/redfish/v1/Systems')).toBe('no-store');
    expect(await cacheControl('/redfish/v1/', null)).toBe('no-cache');
    expect(await cacheControl('/redfish/v1/$metadata', null)).toBe('no-cache');
    const login = { UserName: 'reader', Password: password };
    const made = await daemon.send('POST', '/redfish/v1/SessionService/Sessions', login, { as: null });
    expect([made.status, made.headers['cache-control']]).toEqual([201, 'no-store']);
  });
});

describe('a request to upgrade to a protocol that is not offered', () => {
  it.each(['h2c', 'foo', 'websocket'])(
    'is answered as if it had not asked, body included: %s',
    async (name) => {
      const body = JSON.stringify({ UserName: 'reader', Password: password });
      const text = await sendRaw(
        daemon.url,
        `POST /redfish/v1/SessionService/Sessions HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\n` +
          `Upgrade: ${name}\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nContent-Type: application/json\r\n` +
          `Content-Length: ${body.length}\r\n\r\n${body}`,
      );
      expect(text).toMatch(/^HTTP\/1\.1 201 /);
      expect(text.toLowerCase()).toContain('connection: close');
    },
  );

  it('gets its body in pieces too', async () => {
    const { connect } = await import('node:tls');
    const { hostname, port } = new URL(daemon.url);
    const body = JSON.stringify({ UserName: 'reader', Password: password });
    const text = await new Promise<string>((resolve) => {
      const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false }, async () => {
        socket.write('POST /redfish/v1/SessionService/Sessions HTTP/1.1\r\nHost: a\r\n');
        socket.write('Connection: Upgrade\r\nUpgrade: h2c\r\nTransfer-Encoding: chunked\r\n\r\n');
        for (const part of [body.slice(0, 9), body.slice(9)]) {
          await new Promise((wait) => setImmediate(wait));
          socket.write(`${part.length.toString(16)}\r\n${part}\r\n`);
        }
        socket.write('0\r\n\r\n');
      });
      let said = '';
      socket.setEncoding('utf8').on('data', (part: string) => {
        said += part;
      });
      socket.on('close', () => resolve(said));
    });
    expect(text).toMatch(/^HTTP\/1\.1 201 /);
  });
});

describe('strict transport security', () => {
  it('is asked for once a certificate is installed that another has signed', async () => {
    const authority = await createAuthority();
    const { cert, key } = await authority.issue({
      subject: 'CN=localhost',
      extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'],
    });
    const uri = '/redfish/v1/Managers/bmc/NetworkProtocol/HTTPS/Certificates/1';
    const answer = await daemon.send(
      'POST',
      '/redfish/v1/CertificateService/Actions/CertificateService.ReplaceCertificate',
      { CertificateString: `${cert}${key}`, CertificateType: 'PEM', CertificateUri: { '@odata.id': uri } },
    );
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect((await daemon.get('/redfish/v1/')).headers['strict-transport-security']).toBe('max-age=31536000');
  });
});
