/** How the daemon speaks TLS, and login by client certificate. */
import { Agent, type AgentOptions, request } from 'node:https';
import { connect, type SecureVersion, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Authority, createAuthority, type Issued, x509 } from '../../support/authority.ts';
import { type Answer, at, members, messageKeys } from '../../support/client.ts';
import { startTestDaemon, type TestDaemon } from '../../support/daemon.ts';

const policy = '/redfish/v1/Managers/bmc/SecurityPolicy';
const accountService = '/redfish/v1/AccountService';
const trusted = `${accountService}/MultiFactorAuth/ClientCertificate/Certificates`;
const accounts = `${accountService}/Accounts`;
const sessions = '/redfish/v1/SessionService/Sessions';

let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await startTestDaemon();
});
afterAll(() => daemon.stop());

const port = () => daemon.daemon.address.port;

/** Shakes hands with these options and nothing more. */
const handshake = (options: {
  minVersion?: SecureVersion;
  maxVersion?: SecureVersion;
  ciphers?: string;
  ecdhCurve?: string;
}): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port: port(), host: '127.0.0.1', rejectUnauthorized: false, ...options }, () => {
      resolve(`${socket.getProtocol()} ${socket.getCipher().standardName}`);
      socket.destroy();
    });
    socket.on('error', reject);
  });

describe('a handshake', () => {
  it('agrees on authenticated encryption with forward secrecy, in TLS 1.2 or 1.3', async () => {
    expect(await handshake({})).toBe('TLSv1.3 TLS_AES_256_GCM_SHA384');
    expect(await handshake({ maxVersion: 'TLSv1.2' })).toBe(
      'TLSv1.2 TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
    );
    const { body } = await daemon.get(policy);
    const suites = at(body, '/TLS/Server/Allowed/Algorithms/CipherSuites') as string[];
    expect(suites).toHaveLength(9);
    for (const suite of suites) expect(suite).toMatch(/^TLS_(ECDHE_.*)?(AES|CHACHA20).*_(GCM|POLY1305)_SHA/);
  });

  it.each([
    ...[
      'AES128-GCM-SHA256',
      'ECDHE-ECDSA-AES256-SHA384',
      'ECDHE-ECDSA-AES128-SHA',
      'DHE-RSA-AES256-GCM-SHA384',
    ],
    ...['ECDHE-ECDSA-AES128-CCM', 'NULL-SHA256'],
  ])('is refused with %s', async (suite) => {
    const ciphers = `${suite}:@SECLEVEL=0`;
    await expect(handshake({ maxVersion: 'TLSv1.2', ciphers })).rejects.toThrow(/handshake failure|alert/);
  });

  it.each(['X25519', 'P-256', 'P-384'])('agrees on the group %s', async (ecdhCurve) => {
    expect(await handshake({ ecdhCurve })).toMatch(/^TLSv1\.3/);
  });

  it.each(['ffdhe2048', 'ffdhe8192', 'P-521'])('is refused with the group %s', async (ecdhCurve) => {
    await expect(handshake({ ecdhCurve })).rejects.toThrow(/handshake failure|alert|not supported/);
  });

  it.each(['TLSv1', 'TLSv1.1'] as const)('is refused in %s', async (version) => {
    const ciphers = 'ALL:@SECLEVEL=0';
    const asked = handshake({ minVersion: version, maxVersion: version, ciphers });
    await expect(asked).rejects.toThrow(/protocol version/);
  });

  it('is never done again on the same connection', async () => {
    const socket = await new Promise<TLSSocket>((resolve, reject) => {
      const opened = connect(
        { port: port(), host: '127.0.0.1', rejectUnauthorized: false, maxVersion: 'TLSv1.2' },
        () => resolve(opened),
      ).on('error', reject);
    });
    const outcome = await new Promise<string>((resolve) => {
      socket.once('error', () => resolve('ended'));
      socket.once('close', () => resolve('ended'));
      socket.renegotiate({}, (error) => resolve(error === null ? 'done again' : 'refused'));
    });
    socket.destroy();
    expect(outcome).not.toBe('done again');
  });
});

describe('the lowest version', () => {
  afterEach(async () => {
    await daemon.send('PATCH', policy, { TLS: { Server: { Allowed: { Versions: ['ALL'] } } } });
  });

  const set = (Versions: unknown) =>
    daemon.send('PATCH', policy, { TLS: { Server: { Allowed: { Versions } } } });

  it('is raised and lowered for new connections, while open ones go on', async () => {
    const agent = new Agent({
      keepAlive: true,
      maxSockets: 1,
      rejectUnauthorized: false,
      maxVersion: 'TLSv1.2',
    });
    expect(await via(agent)).toMatchObject({ status: 200 });
    const raised = await set(['1.3']);
    expect(raised.status).toBe(200);
    expect(at(raised.body, '/TLS/Server/Allowed/Versions')).toEqual(['1.3']);
    expect(at(raised.body, '/TLS/Server/Allowed/Algorithms/CipherSuites')).toHaveLength(3);
    await expect(handshake({ maxVersion: 'TLSv1.2' })).rejects.toThrow(/protocol version/);
    expect(await handshake({})).toMatch(/^TLSv1\.3/);
    expect(await via(agent)).toMatchObject({ status: 200 });
    agent.destroy();
    expect(at((await set(['1.3', '1.2'])).body, '/TLS/Server/Allowed/Versions')).toEqual(['1.2', '1.3']);
    expect(await handshake({ maxVersion: 'TLSv1.2' })).toMatch(/^TLSv1\.2/);
  });

  it.each([[['1.2']], [['NONE']], [['1.1', '1.2', '1.3']], [['1.3', 'ALL']], [['2.0']]])(
    'is not what %j would make it',
    async (versions) => {
      const answer = await set(versions);
      expect([answer.status, ...messageKeys(answer)]).toEqual([400, 'PropertyValueIncorrect']);
      expect(await handshake({ maxVersion: 'TLSv1.2' })).toMatch(/^TLSv1\.2/);
    },
  );
});

describe('login by client certificate', () => {
  let authority: Authority;
  let alice: Issued;

  beforeAll(async () => {
    authority = await createAuthority();
    alice = await authority.issue({ subject: 'CN=alice', upn: 'carol@example.org' });
    for (const [UserName, RoleId] of [
      ['alice', 'Administrator'],
      ['carol', 'ReadOnly'],
    ]) {
      const made = await daemon.send('POST', accounts, {
        UserName,
        RoleId,
        Password: 'Slanted-Otter-21-crane',
      });
      expect(made.status).toBe(201);
    }
    await trust(authority.cert);
    await setLogin({ Enabled: true });
  });

  const trust = async (cert: string): Promise<string> => {
    const answer = await daemon.send('POST', trusted, { CertificateString: cert, CertificateType: 'PEM' });
    expect(answer.status).toBe(201);
    return String(answer.headers.location);
  };
  const setLogin = (ClientCertificate: object, agent?: Agent): Promise<Partial<Answer>> => {
    const body = { MultiFactorAuth: { ClientCertificate } };
    return agent === undefined
      ? daemon.send('PATCH', accountService, body)
      : via(agent, accountService, { method: 'PATCH', body });
  };
  const agents: Agent[] = [];
  const agentOf = (pair: Partial<Issued>, options: AgentOptions = {}): Agent => {
    const agent = new Agent({
      ...pair,
      keepAlive: true,
      maxSockets: 1,
      rejectUnauthorized: false,
      ...options,
    });
    agents.push(agent);
    return agent;
  };
  afterEach(() => {
    for (const agent of agents.splice(0)) agent.destroy();
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'works in %s, with the privileges of the account',
    async (version) => {
      const agent = agentOf(alice, { maxVersion: version, minVersion: version });
      expect(await via(agent, accounts)).toMatchObject({ status: 200 });
      const carol = await authority.issue({ subject: 'CN=carol' });
      const reader = agentOf(carol, { maxVersion: version });
      expect(await via(reader, '/redfish/v1/Systems')).toMatchObject({ status: 200 });
      expect(await via(reader, accounts, { method: 'POST', body: {} })).toMatchObject({ status: 403 });
    },
  );

  it('gives way to what the request itself says', async () => {
    const agent = agentOf(alice);
    const login = { UserName: 'carol', Password: 'Slanted-Otter-21-crane' };
    const made = await via(agent, sessions, { method: 'POST', body: login });
    const token = String(made.headers['x-auth-token']);
    const post = { method: 'POST', body: {} };
    expect(await via(agent, accounts, { ...post, headers: { 'X-Auth-Token': token } })).toMatchObject({
      status: 403,
    });
    expect(await via(agent, accounts, { ...post, headers: { 'X-Auth-Token': 'ff' } })).toMatchObject({
      status: 401,
    });
    const basic = Buffer.from('alice:wrong').toString('base64');
    expect(
      await via(agent, accounts, { ...post, headers: { Authorization: `Basic ${basic}` } }),
    ).toMatchObject({
      status: 401,
    });
  });

  it('follows the account: disabled, unknown, and back', async () => {
    const agent = agentOf(alice);
    const set = (Enabled: boolean) => daemon.send('PATCH', `${accounts}/alice`, { Enabled });
    await set(false);
    const refused = await via(agent, accounts);
    expect([refused.status, messageKeys(refused)]).toEqual([401, ['NoValidSession']]);
    expect(refused.headers['www-authenticate']).toMatch(/^Basic /);
    expect(await via(agent, '/redfish/v1/')).toMatchObject({ status: 200 });
    await set(true);
    expect(await via(agent, accounts)).toMatchObject({ status: 200 });
    const nobody = agentOf(await authority.issue({ subject: 'CN=nobody' }));
    expect(await via(nobody, accounts)).toMatchObject({ status: 401 });
    expect(await via(nobody, accounts)).toMatchObject({ status: 401 });
    const audit = await daemon.get('/redfish/v1/Managers/bmc/LogServices/AuditLog/Entries');
    // Once for a connection, however often it asks.
    expect(audit.text.match(/InvalidCredentials[^}]*nobody/g)).toHaveLength(1);
  });

  it('counts only what an authority in the trust store vouches for', async () => {
    const stranger = await createAuthority('CN=Stranger');
    const expired = { subject: 'CN=alice', notAfter: new Date(Date.now() - 60_000) };
    const forServers = { subject: 'CN=alice', extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'] };
    for (const pair of [
      {},
      await stranger.issue({ subject: 'CN=alice' }),
      await authority.issue(expired),
      await authority.issue(forServers),
      await (await authority.below('CN=Below')).issue({ subject: 'CN=alice' }),
    ]) {
      const agent = agentOf(pair);
      expect(await via(agent, accounts)).toMatchObject({ status: 401 });
      expect(await via(agent, '/redfish/v1/')).toMatchObject({ status: 200 });
    }
  });

  it('does not fall for an authority that only bears the name', async () => {
    const forger = await createAuthority('CN=Test Root,O=Example');
    const agent = agentOf(await forger.issue({ subject: 'CN=alice' }));
    const outcome = await via(agent, accounts).catch(() => ({ status: 0 }));
    // Node may end such a connection, and no other.
    expect([401, 400, 0]).toContain(outcome.status);
    expect(await via(agentOf(alice), accounts)).toMatchObject({ status: 200 });
  });

  it('follows a chain to its root, and takes a certificate that signed itself for its own', async () => {
    const below = await authority.below('CN=Below');
    const pair = await below.issue({ subject: 'CN=alice' });
    expect(await via(agentOf(pair), accounts)).toMatchObject({ status: 401 });
    const chained = { cert: pair.cert + below.cert, key: pair.key };
    // Node 24 keeps to itself what the client sent beside its own certificate, so there the authority must be trusted itself.
    const handedOn = Number(process.versions.node.split('.')[0]) < 24;
    expect(await via(agentOf(chained), accounts)).toMatchObject({ status: handedOn ? 200 : 401 });
    const self = await createAuthority('CN=alice', x509.KeyUsageFlags.digitalSignature);
    const kept = [await trust(below.cert), await trust(self.cert)];
    for (const known of [pair, self])
      expect(await via(agentOf(known), accounts)).toMatchObject({ status: 200 });
    const [root = ''] = members(await daemon.get(trusted));
    expect((await daemon.send('DELETE', root)).status).toBe(204);
    for (const lost of [pair, chained, alice])
      expect(await via(agentOf(lost), accounts)).toMatchObject({ status: 401 });
    expect(await via(agentOf(self), accounts)).toMatchObject({ status: 200 });
    for (const uri of kept) await daemon.send('DELETE', uri);
    await trust(authority.cert);
  });

  it('ends on open connections when who vouched is no longer trusted, and for them alone', async () => {
    const other = await createAuthority('CN=Other');
    const uri = await trust(other.cert);
    const lost = agentOf(await other.issue({ subject: 'CN=alice' }));
    const kept = agentOf(alice);
    for (const agent of [lost, kept]) expect(await via(agent, accounts)).toMatchObject({ status: 200 });
    expect((await daemon.send('DELETE', uri)).status).toBe(204);
    expect(await via(lost, accounts)).toMatchObject({ status: 401 });
    expect(await via(kept, accounts)).toMatchObject({ status: 200 });
    // Nor does a session that TLS remembers bring it back.
    expect(await via(agentOf(await other.issue({ subject: 'CN=alice' })), accounts)).toMatchObject({
      status: 401,
    });
  });

  it('never takes up a former TLS session, which would keep what was judged then', async () => {
    let ticket: Buffer | undefined;
    const agent = agentOf(alice, { keepAlive: false });
    agent.on('keylog', () => undefined);
    for (let n = 0; n < 2; n++) {
      const socket = await open({ ...alice, session: ticket });
      socket.on('session', (session) => {
        ticket = session;
      });
      expect(socket.isSessionReused()).toBe(false);
      socket.write('GET /redfish HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
      await new Promise((resolve) => socket.on('close', resolve).resume());
    }
  });

  it('is by common name or by principal name', async () => {
    const agent = agentOf(alice);
    const post = { method: 'POST', body: {} };
    expect(await via(agent, accounts, post)).toMatchObject({ status: 400 });
    const answer = await setLogin({ CertificateMappingAttribute: 'UserPrincipalName' });
    expect(at(answer.body, '/MultiFactorAuth/ClientCertificate/CertificateMappingAttribute')).toBe(
      'UserPrincipalName',
    );
    expect(await via(agent, accounts, post)).toMatchObject({ status: 403 });
    const whole = await setLogin({ CertificateMappingAttribute: 'Whole' });
    expect(whole.status).toBe(400);
    await setLogin({ CertificateMappingAttribute: 'CommonName' });
  });

  it('can be demanded of all, but only by one who has shown a certificate; and be given up again', async () => {
    const demand = { RespondToUnauthenticatedClients: false };
    const refused = (await setLogin(demand)) as Answer;
    expect([refused.status, ...messageKeys(refused)]).toEqual([400, 'PropertyValueResourceConflict']);
    const agent = agentOf(alice);
    expect(await setLogin(demand, agent)).toMatchObject({ status: 200 });
    await expect(via(agentOf({}), '/redfish/v1/')).rejects.toThrow(/certificate required|alert/i);
    expect(await via(agentOf(alice), accounts)).toMatchObject({ status: 200 });
    const [only = ''] = members(await via(agent, trusted));
    const last = await via(agent, only, { method: 'DELETE' });
    expect([last.status, ...messageKeys(last)]).toEqual([409, 'ResourceInUse']);
    expect(await setLogin({ RespondToUnauthenticatedClients: true }, agent)).toMatchObject({ status: 200 });
    expect(await via(agentOf({}), '/redfish/v1/')).toMatchObject({ status: 200 });
  });

  it('is over when it is switched off, on open connections too; then nobody is asked', async () => {
    const agent = agentOf(alice);
    expect(await via(agent, accounts)).toMatchObject({ status: 200 });
    await setLogin({ Enabled: false });
    expect(await via(agent, accounts)).toMatchObject({ status: 401 });
    const socket = await open(alice);
    expect(socket.getCertificate()).not.toBeNull();
    socket.destroy();
    expect(await via(agentOf(alice), accounts)).toMatchObject({ status: 401 });
    await setLogin({ Enabled: true });
    expect(await via(agentOf(alice), accounts)).toMatchObject({ status: 200 });
  });
});

const open = (options: Partial<Issued> & { session?: Buffer | undefined }): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port: port(), host: '127.0.0.1', rejectUnauthorized: false, ...options }, () =>
      resolve(socket),
    );
    socket.on('error', reject);
  });

interface Via {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request with nothing said about who sends it, but by the connection. */
function via(
  agent: Agent,
  path = '/redfish/v1/',
  { method = 'GET', body, headers = {} }: Via = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const type = body === undefined ? {} : { 'Content-Type': 'application/json' };
    const sent = request(
      `${daemon.url}${path}`,
      { agent, method, headers: { ...type, ...headers } },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () => {
          const text = Buffer.concat(parts).toString();
          const parsed = text.startsWith('{') ? (JSON.parse(text) as unknown) : null;
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: parsed, text });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
