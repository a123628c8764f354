/** Bad input at a running daemon: each has its own answer, changes nothing, and the daemon goes on. */
import { connect as connectTcp } from 'node:net';
import { connect } from 'node:tls';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, at, messageKeys } from '../support/client.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { sendRaw } from '../support/raw.ts';

const system = '/redfish/v1/Systems/system';
const reset = `${system}/Actions/ComputerSystem.Reset`;
const accounts = '/redfish/v1/AccountService/Accounts';
const password = 'Brisk-Otter-31-lantern';

let daemon: TestDaemon;
let before: unknown;
let lines = 0;

beforeAll(async () => {
  daemon = await startTestDaemon();
  await daemon.send('PATCH', system, { AssetTag: 'before' });
  before = (await daemon.get(system)).body;
});

afterEach(async () => {
  const after = await daemon.get(system);
  expect(after.status).toBe(200);
  expect(after.body).toEqual(before);
  // A defect would have been logged as one.
  const logged = daemon.log.slice(lines);
  lines = daemon.log.length;
  expect(logged.filter((line) => line.includes('"level":50'))).toEqual([]);
});

afterAll(() => daemon.stop());

/** Every refusal is a Redfish error: a code, a message, and what is wrong with what. */
function expectError(answer: Answer, status: number, ...keys: readonly string[]): void {
  expect([answer.status, messageKeys(answer)]).toEqual([status, keys]);
  expect(answer.headers['content-type']).toMatch(/^application\/json/);
  expect(answer.headers['odata-version']).toBe('4.0');
  expect(at(answer.body, '/error/code')).toMatch(/^\w+\.\d+\.\d+\.\w+$/);
  expect(at(answer.body, '/error/message')).not.toBe('');
}

const pointers = (answer: Answer): unknown =>
  (at(answer.body, '/error/@Message.ExtendedInfo') as readonly unknown[]).flatMap((info) =>
    at(info, '/RelatedProperties'),
  );

describe('a body', () => {
  const deep = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

  it.each<[string, string | Buffer, number, string]>([
    ['that is empty', '', 400, 'MalformedJSON'],
    ['that is truncated', '{"AssetTag":"after', 400, 'MalformedJSON'],
    ['that is no JSON', 'AssetTag=after', 400, 'MalformedJSON'],
    [
      'that is not UTF-8',
      Buffer.from([...Buffer.from('{"AssetTag":"'), 0xff, 0xfe, ...Buffer.from('"}')]),
      400,
      'MalformedJSON',
    ],
    ['that is an array', '[{"AssetTag":"after"}]', 400, 'UnrecognizedRequestBody'],
    ['that is null', 'null', 400, 'UnrecognizedRequestBody'],
    ['that is a string', '"AssetTag"', 400, 'UnrecognizedRequestBody'],
    ['that nests too deep', deep(1000), 400, 'UnrecognizedRequestBody'],
    ['that is an empty object', '{}', 400, 'EmptyJSON'],
    ['that has one name twice', '{"AssetTag":"after","AssetTag":"later"}', 400, 'PropertyDuplicate'],
    [
      'that has one name twice below',
      '{"Boot":{"BootSourceOverrideTarget":"Pxe","BootSourceOverrideTarget":"Hdd"}}',
      400,
      'PropertyDuplicate',
    ],
    ['with a number for a string', '{"AssetTag":5}', 400, 'PropertyValueTypeError'],
    ['with an object for a string', '{"AssetTag":{"a":1}}', 400, 'PropertyValueTypeError'],
    ['with a string for an object', '{"Boot":"Pxe"}', 400, 'PropertyValueTypeError'],
    ['with a string for a boolean', '{"LocationIndicatorActive":"true"}', 400, 'PropertyValueTypeError'],
    [
      'with a word that is not in the list',
      '{"PowerRestorePolicy":"Sometimes"}',
      400,
      'PropertyValueNotInList',
    ],
    ['with null where null is no value', '{"PowerRestorePolicy":null}', 400, 'PropertyValueTypeError'],
    [
      'with a string that is too long',
      JSON.stringify({ AssetTag: 'x'.repeat(64) }),
      400,
      'StringValueTooLong',
    ],
    ['with a property that nobody knows', '{"Flavour":"sweet"}', 400, 'PropertyUnknown'],
    ['with a property of the language', '{"__proto__":{"AssetTag":"after"}}', 400, 'PropertyUnknown'],
    ['with another property of the language', '{"constructor":{"prototype":1}}', 400, 'PropertyUnknown'],
    ['with a property that is read-only', '{"SerialNumber":"mine"}', 400, 'PropertyNotWritable'],
    ['with nothing but an annotation', '{"AssetTag@odata.type":"x"}', 400, 'NoOperation'],
  ])('%s', async (_what, body, status, key) => {
    expectError(await daemon.send('PATCH', system, body), status, key);
  });

  it('with many faults hears of each, and where it is', async () => {
    const answer = await daemon.send('PATCH', system, {
      AssetTag: 5,
      Boot: { BootSourceOverrideTarget: 'Moon', BootNext: 'x', Nonsense: 1 },
      SerialNumber: 'mine',
    });
    expectError(
      answer,
      400,
      'PropertyValueTypeError',
      'PropertyValueNotInList',
      'PropertyUnknown',
      'PropertyUnknown',
      'PropertyNotWritable',
    );
    expect(pointers(answer)).toEqual([
      '#/AssetTag',
      '#/Boot/BootSourceOverrideTarget',
      '#/Boot/BootNext',
      '#/Boot/Nonsense',
      '#/SerialNumber',
    ]);
  });

  it('that is too large is refused before it is read', async () => {
    const answer = await daemon.send('PATCH', system, { AssetTag: 'x'.repeat(300 * 1024) });
    expectError(answer, 413, 'PayloadTooLarge');
    expect(answer.headers.connection).toBe('close');
  });

  it('that grows too large in chunks is refused too', async () => {
    const chunk = 'x'.repeat(64 * 1024);
    const chunks = Array.from({ length: 6 }, () => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('');
    const answer = await sendRaw(
      daemon.url,
      `PATCH ${system} HTTP/1.1\r\nHost: bmc\r\n${basic}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(answer).toContain('PayloadTooLarge');
  });

  it('of another type is refused', async () => {
    for (const type of [
      'text/plain',
      'application/xml',
      'application/json; charset=latin1',
      'multipart/form-data',
    ]) {
      const headers = { 'Content-Type': type };
      expectError(
        await daemon.send('PATCH', system, '{"AssetTag":"after"}', { headers }),
        415,
        'HeaderInvalid',
      );
    }
  });

  it('that never comes whole holds up nobody', async () => {
    const { hostname, port } = new URL(daemon.url);
    const head = `PATCH ${system} HTTP/1.1\r\nHost: bmc\r\n${basic}Content-Type: application/json\r\nContent-Length: 40\r\n\r\n{"AssetTag":`;
    const slow = connect({ host: hostname, port: Number(port), rejectUnauthorized: false }, () =>
      slow.write(head),
    );
    await new Promise((resolve) => slow.once('secureConnect', resolve));
    expect((await daemon.get(system)).status).toBe(200);
    slow.destroy();
  });
});

const basic = `Authorization: Basic ${Buffer.from('admin:Quaint-Marmot-57-plinth').toString('base64')}\r\n`;

describe('a path', () => {
  it.each([
    '/redfish/v1/Systems/nothing',
    '/redfish/v1/Systems/..',
    '/redfish/v1/Systems/../../../etc/passwd',
    '/redfish/v1/Systems/%2e%2e',
    '/redfish/v1/Systems/%2e%2e%2fsystem',
    '/redfish/v1/Systems/.',
    '/redfish/v1/Systems/system%00',
    '/redfish/v1/Systems/%00',
    '/redfish/v1/Systems/sys%0atem',
    '/redfish/v1/Systems/%c3%a9',
    '/redfish/v1/Systems/%f0%9f%94%a5',
    '/redfish/v1/Systems/%ff%fe',
    '/redfish/v1/Systems/%zz',
    '/redfish/v1/Systems/%',
    '/redfish/v1/Systems//system',
    '/redfish/v1/Systems/system/system',
    '/redfish/v1/Systems/SYSTEM',
    '/redfish/v1/Systems/__proto__',
    '/redfish/v1/Systems/constructor',
    '/redfish/v1/Chassis/chassis/Sensors/__proto__',
    '/redfish/v1/Chassis/nothing/Sensors',
    '/redfish/v1/Chassis/chassis/Sensors/MB_INLET_TEMP/more',
    '/redfish/v1/AccountService/Accounts/hasOwnProperty',
    '/redfish/v1/Managers/bmc/LogServices/EventLog/Entries/0',
    '/redfish/v1/Managers/bmc/LogServices/EventLog/Entries/-1',
    '/redfish/v1/Managers/bmc/LogServices/EventLog/Entries/1e3',
    '/redfish/v1/Managers/bmc/LogServices/EventLog/Entries/99999999999999999999',
    `/redfish/v1/Systems/${'x'.repeat(4000)}`,
    '/redfish/v2',
    '/',
    '/index.html',
  ])('%s leads nowhere, however it is asked', async (path) => {
    const read = await daemon.get(path);
    expectError(read, 404, 'ResourceMissingAtURI');
    // Where no resource of the kind has such a method, that is what is said.
    expect([404, 405]).toContain((await daemon.send('PATCH', path, { AssetTag: 'after' })).status);
    expect([404, 405]).toContain((await daemon.send('DELETE', path)).status);
    expect((await daemon.send('HEAD', path)).status).toBe(404);
  });

  it('with raw bytes in it is refused', async () => {
    for (const path of ['/redfish/v1/Systems/é', '/redfish/v1/Systems/\u0001', '/redfish/v1/Systems/a b']) {
      const answer = await sendRaw(
        daemon.url,
        Buffer.from(`GET ${path} HTTP/1.1\r\nHost: bmc\r\n${basic}Connection: close\r\n\r\n`),
      );
      expect(answer).toMatch(/^HTTP\/1.1 40[04] /);
      expect(answer).toContain('"error"');
    }
  });

  it('with a query that makes no sense is refused', async () => {
    for (const [query, status, key] of [
      ['$expand=everything', 400, 'QueryParameterValueFormatError'],
      ['$expand=.($levels=99)', 400, 'QueryParameterOutOfRange'],
      ['$top=-1', 400, 'QueryParameterOutOfRange'],
      ['$top=ten', 400, 'QueryParameterValueTypeError'],
      ['$skip=1.5', 400, 'QueryParameterValueTypeError'],
      ['$filter=((Name', 400, 'QueryParameterValueFormatError'],
      ['$select=', 400, 'QueryParameterValueFormatError'],
      ['$orderby=Name', 501, 'QueryParameterUnsupported'],
      ['only&$top=1', 400, 'QueryCombinationInvalid'],
    ] as const)
      expectError(await daemon.get(`/redfish/v1/Chassis/chassis/Sensors?${encodeURI(query)}`), status, key);
    expectError(await daemon.get(`${system}?$top=1`), 400, 'QueryNotSupportedOnResource');
    expectError(
      await daemon.send('PATCH', `${system}?$select=Name`, { AssetTag: 'x' }),
      400,
      'QueryNotSupportedOnOperation',
    );
  });
});

describe('a method', () => {
  it('that HTTP knows but the resource does not have is refused with those that it has', async () => {
    for (const [method, path, allow] of [
      ['DELETE', system, 'GET, HEAD, PATCH'],
      ['POST', system, 'GET, HEAD, PATCH'],
      ['PUT', system, 'GET, HEAD, PATCH'],
      ['PROPFIND', system, 'GET, HEAD, PATCH'],
      ['TRACE', system, 'GET, HEAD, PATCH'],
      ['PATCH', '/redfish/v1/Chassis/chassis/Thermal', 'GET, HEAD'],
      ['GET', reset, 'POST'],
      ['DELETE', '/redfish/v1', 'GET, HEAD'],
    ] as const) {
      const answer = await daemon.send(method, path, method === 'GET' ? undefined : {});
      expectError(answer, 405, 'OperationNotAllowed');
      for (const word of allow.split(', ')) expect(answer.headers.allow, `${method} ${path}`).toContain(word);
      expect(answer.headers.allow).not.toContain('DELETE');
    }
  });

  it('that nobody knows is not implemented', async () => {
    const answer = await sendRaw(daemon.url, `FROB ${system} HTTP/1.1\r\nHost: bmc\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 501 /);
    expect(answer).toContain('OperationNotAllowed');
  });
});

describe('an action', () => {
  it.each<[string, unknown, number, string]>([
    ['with a value that is not in its list', { ResetType: 'Explode' }, 400, 'ActionParameterValueNotInList'],
    [
      'with a value that this board has no wire for',
      { ResetType: 'Nmi' },
      400,
      'ActionParameterValueNotInList',
    ],
    ['with a value of another type', { ResetType: 1 }, 400, 'ActionParameterValueTypeError'],
    ['without its parameter', {}, 400, 'ActionParameterMissing'],
    ['with a parameter that it does not have', { ResetType: 'On', Delay: 5 }, 400, 'ActionParameterUnknown'],
  ])('%s', async (_what, body, status, key) => {
    expectError(await daemon.send('POST', reset, body), status, key);
    expect(daemon.twin.edges('POWER_OUT')).toEqual([]);
    expect(daemon.twin.edges('RESET_OUT')).toEqual([]);
  });

  it('whose state is there already does nothing and says so', async () => {
    const answer = await daemon.send('POST', reset, { ResetType: 'ForceOff' });
    expect([answer.status, JSON.stringify(answer.body)]).toEqual([
      200,
      expect.stringContaining('NoOperation'),
    ]);
    expect(daemon.twin.edges('POWER_OUT')).toEqual([]);
  });

  it('that the resource does not have is missing', async () => {
    expectError(
      await daemon.send('POST', `${system}/Actions/ComputerSystem.Explode`, {}),
      404,
      'ResourceMissingAtURI',
    );
  });
});

describe('an account', () => {
  it.each<[string, unknown, number, string]>([
    ['without a password', { UserName: 'ada', RoleId: 'ReadOnly' }, 400, 'PropertyMissing'],
    [
      'with a role that nobody knows',
      { UserName: 'ada', Password: password, RoleId: 'King' },
      400,
      'PropertyValueNotInList',
    ],
    [
      'with a name that is a path',
      { UserName: '../ada', Password: password, RoleId: 'ReadOnly' },
      400,
      'PropertyValueError',
    ],
    [
      'with a name of no letters',
      { UserName: '', Password: password, RoleId: 'ReadOnly' },
      400,
      'PropertyValueError',
    ],
    [
      'with a name that holds a colon',
      { UserName: 'a:b', Password: password, RoleId: 'ReadOnly' },
      400,
      'PropertyValueError',
    ],
    [
      'with a name in another script',
      { UserName: 'Ада', Password: password, RoleId: 'ReadOnly' },
      400,
      'PropertyValueError',
    ],
    [
      'with a password that is short',
      { UserName: 'ada', Password: 'short', RoleId: 'ReadOnly' },
      400,
      'PasswordIncorrectLength',
    ],
    [
      'with a password that is endless',
      { UserName: 'ada', Password: 'x'.repeat(5000), RoleId: 'ReadOnly' },
      400,
      'PasswordIncorrectLength',
    ],
    [
      'that exists',
      { UserName: 'admin', Password: password, RoleId: 'ReadOnly' },
      409,
      'ResourceAlreadyExists',
    ],
  ])('%s is not made', async (_what, body, status, key) => {
    expectError(await daemon.send('POST', accounts, body), status, key);
    expect(at((await daemon.get(accounts)).body, '/Members@odata.count')).toBe(1);
  });

  it('that is the last administrator cannot be put out', async () => {
    expect((await daemon.send('DELETE', `${accounts}/admin`)).status).toBe(403);
    for (const body of [{ Enabled: false }, { RoleId: 'ReadOnly' }])
      expect((await daemon.send('PATCH', `${accounts}/admin`, body)).status).toBeGreaterThanOrEqual(400);
    expect((await daemon.get(`${accounts}/admin`)).body).toMatchObject({
      Enabled: true,
      RoleId: 'Administrator',
    });
  });
});

describe('the wire', () => {
  it('refuses what is no HTTP', async () => {
    expect(await sendRaw(daemon.url, 'hello\r\n\r\n')).toMatch(/^HTTP\/1.1 400 [\s\S]*"error"/);
    expect(
      await sendRaw(daemon.url, `GET / HTTP/1.1\r\nHost: bmc\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`),
    ).toMatch(/^HTTP\/1.1 431 /);
    const both = `POST ${reset} HTTP/1.1\r\nHost: bmc\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`;
    expect(await sendRaw(daemon.url, both)).toMatch(/^HTTP\/1.1 400 /);
  });

  it('refuses HTTP without TLS', async () => {
    const { hostname, port } = new URL(daemon.url);
    const answer = await new Promise<string>((resolve) => {
      const socket = connectTcp({ host: hostname, port: Number(port) }, () =>
        socket.write('GET /redfish/v1/ HTTP/1.1\r\nHost: bmc\r\n\r\n'),
      );
      let text = '';
      socket.on('data', (part) => {
        text += part.toString('latin1');
      });
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(text));
    });
    expect(answer).not.toContain('200');
  });

  it('refuses another protocol version, other types, and preconditions that fail', async () => {
    expectError(await daemon.get(system, { headers: { 'OData-Version': '5.0' } }), 412, 'HeaderInvalid');
    expectError(await daemon.get(system, { headers: { Accept: 'text/html' } }), 406, 'HeaderInvalid');
    for (const tag of ['"wrong"', 'nonsense', 'W/"x", "y"']) {
      const options = { headers: { 'If-Match': tag } };
      expectError(
        await daemon.send('PATCH', system, { AssetTag: 'after' }, options),
        412,
        'PreconditionFailed',
      );
    }
  });

  it('refuses credentials that are none', async () => {
    for (const field of [
      'Basic',
      'Basic !!!',
      'Basic YWRtaW4=',
      'Bearer x',
      `Basic ${'x'.repeat(9000)}`,
      'Negotiate',
    ])
      expect((await daemon.get(system, { as: null, headers: { Authorization: field } })).status).toBe(401);
    for (const token of ['', 'x', '../..', 'x'.repeat(9000)])
      expect((await daemon.get(system, { as: { token } })).status).toBe(401);
    const answer = await daemon.get(system, { as: null });
    expectError(answer, 401, 'NoValidSession');
    expect(answer.headers['www-authenticate']).toMatch(/^Basic /);
  });
});

it('nothing that is sent makes a defect show', { timeout: 60_000 }, async () => {
  const targets = [
    system,
    '/redfish/v1/Chassis/chassis',
    '/redfish/v1/Chassis/chassis/Controls/fan0',
    '/redfish/v1/Managers/bmc',
    '/redfish/v1/AccountService',
    '/redfish/v1/AccountService/Accounts/admin',
    '/redfish/v1/AccountService/Roles/ReadOnly',
    '/redfish/v1/SessionService',
  ];
  const names = [
    'AssetTag',
    'Boot',
    'PowerRestorePolicy',
    'Password',
    'UserName',
    'SetPoint',
    'Links',
    'Status',
    'Oem',
    '@odata.id',
  ];
  const body = fc.dictionary(
    fc.oneof(fc.constantFrom(...names), fc.string()),
    fc.jsonValue({ maxDepth: 3 }),
    { maxKeys: 4 },
  );
  const wrong = fc.record({
    target: fc.constantFrom(...targets),
    body,
    method: fc.constantFrom('PATCH', 'POST', 'PUT'),
  });
  await fc.assert(
    fc.asyncProperty(wrong, async ({ target, body: sent, method }) => {
      // A name or a password that is right would put the test out.
      fc.pre(Object.values(sent).every((value) => typeof value !== 'string'));
      const answer = await daemon.send(method, target, sent);
      expect(answer.status, JSON.stringify([method, target, sent])).toBeLessThan(500);
      if (answer.status >= 400) expect(messageKeys(answer).length).toBeGreaterThan(0);
    }),
    { numRuns: 400 },
  );
  before = (await daemon.get(system)).body;
});
