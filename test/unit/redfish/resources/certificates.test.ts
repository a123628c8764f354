/** The certificates of the service over HTTPS, as a client manages them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Authority, createAuthority, x509 } from '../../../support/authority.ts';
import { type Answer, at, members, messageKeys } from '../../../support/client.ts';
import { startTestDaemon, type TestDaemon } from '../../../support/daemon.ts';
import { hasRedfishFolder, jsonSchema } from '../support.ts';

const https = '/redfish/v1/Managers/bmc/NetworkProtocol/HTTPS/Certificates';
const trusted = '/redfish/v1/AccountService/MultiFactorAuth/ClientCertificate/Certificates';
const locations = '/redfish/v1/CertificateService/CertificateLocations';
const generateCsr = '/redfish/v1/CertificateService/Actions/CertificateService.GenerateCSR';
const replaceCertificate = '/redfish/v1/CertificateService/Actions/CertificateService.ReplaceCertificate';

const state = mkdtempSync(join(tmpdir(), 'redfishd-test-'));
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
let daemon: TestDaemon;
let authority: Authority;

beforeAll(async () => {
  authority = await createAuthority();
  daemon = await startTestDaemon({ state, shared: true });
});
afterAll(async () => {
  await daemon.stop();
  rmSync(state, { recursive: true, force: true });
});

const current = async (): Promise<string> => members(await daemon.get(https))[0] ?? '';

/** The fingerprint that a new connection is shown, trusting `ca` or anything. */
const shown = (ca?: string): Promise<string> => one(`${daemon.url}/redfish`, { ca, agent: new Agent() });

function one(url: string, options: { ca?: string | undefined; agent: Agent }): Promise<string> {
  return new Promise((resolve, reject) => {
    request(
      url,
      { ...options, servername: 'localhost', rejectUnauthorized: options.ca !== undefined },
      (answer) => {
        const { fingerprint256 } = (answer.socket as TLSSocket).getPeerCertificate();
        answer.resume().on('end', () => resolve(fingerprint256));
      },
    )
      .on('error', reject)
      .end();
  });
}

const csrOf = (answer: Answer): string => String(at(answer.body, '/CSRString'));

/** The extension of one class that a request asks for. */
const extensionOf = <T>(
  csr: InstanceType<typeof x509.Pkcs10CertificateRequest>,
  kind: new (raw: ArrayBuffer) => T,
) => csr.extensions.find((each): each is typeof each & T => each instanceof kind);

describe('GenerateCSR', () => {
  it('gives a request with all that was asked for, and where its certificate goes', async () => {
    const answer = await daemon.send('POST', generateCsr, {
      CertificateCollection: { '@odata.id': https },
      ...{ CommonName: 'bmc.example.org', AlternativeNames: ['192.0.2.7', '2001:db8::7', 'bmc'] },
      ...{ Country: 'DE', State: 'Bayern', City: 'München', Organization: '#1 "Beispiel", GmbH' },
      ...{ OrganizationalUnit: 'Rechenzentrum', Email: 'bmc@example.org', Surname: 'Weiß', GivenName: 'Eva' },
      ...{
        Initials: 'EW',
        ContactPerson: 'Eva Weiß',
        UnstructuredName: 'rack 7',
        ChallengePassword: 'geheim 1',
      },
      ...{ KeyPairAlgorithm: 'TPM_ALG_RSA', KeyBitLength: 3072 },
      KeyUsage: ['DigitalSignature', 'KeyEncipherment', 'ServerAuthentication', 'ClientAuthentication'],
    });
    expect(answer.status).toBe(200);
    expect(at(answer.body, '/CertificateCollection/@odata.id')).toBe(https);
    expect(answer.text).not.toContain('PRIVATE');
    const csr = new x509.Pkcs10CertificateRequest(csrOf(answer));
    expect(await csr.verify()).toBe(true);
    expect(csr.publicKey.algorithm).toMatchObject({ name: 'RSASSA-PKCS1-v1_5', modulusLength: 3072 });
    expect(csr.subjectName.toJSON()).toEqual([
      ...[{ C: ['DE'] }, { ST: ['Bayern'] }, { L: ['München'] }, { O: ['#1 "Beispiel", GmbH'] }],
      ...[{ OU: ['Rechenzentrum'] }, { CN: ['bmc.example.org'] }, { SN: ['Weiß'] }, { G: ['Eva'] }],
      ...[{ I: ['EW'] }, { '2.5.4.41': ['Eva Weiß'] }, { E: ['bmc@example.org'] }],
    ]);
    const names = extensionOf(csr, x509.SubjectAlternativeNameExtension)?.names.toJSON();
    expect(names?.map(({ value }) => value)).toEqual(['bmc.example.org', '192.0.2.7', '2001:db8::7', 'bmc']);
    expect(extensionOf(csr, x509.KeyUsagesExtension)?.usages).toBe(5);
    expect(extensionOf(csr, x509.ExtendedKeyUsageExtension)?.usages).toHaveLength(2);
    if (!hasOpenssl) return;
    const text = execFileSync(
      'openssl',
      ['req', '-noout', '-text', '-verify', '-nameopt', 'utf8,sep_comma_plus'],
      {
        input: csrOf(answer),
        stdio: ['pipe', 'pipe', 'ignore'],
      },
    ).toString();
    for (const line of [
      'Public-Key: (3072 bit)',
      'challengePassword        :geheim 1',
      'unstructuredName         :rack 7',
    ])
      expect(text).toContain(line);
  });

  it.each([
    [{}, { name: 'ECDSA', namedCurve: 'P-256' }],
    [{ KeyPairAlgorithm: 'TPM_ALG_ECDSA', KeyCurveId: 'TPM_ECC_NIST_P384' }, { namedCurve: 'P-384' }],
    [{ KeyCurveId: 'TPM_ECC_NIST_P256' }, { namedCurve: 'P-256' }],
    [{ KeyBitLength: 2048 }, { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048 }],
    [{ KeyPairAlgorithm: 'TPM_ALG_RSA' }, { modulusLength: 2048 }],
  ])('makes, for %j, a key that is %j', async (parameters, algorithm) => {
    const body = {
      CertificateCollection: { '@odata.id': `${https}/` },
      CommonName: 'My rack',
      ...parameters,
    };
    const csr = new x509.Pkcs10CertificateRequest(csrOf(await daemon.send('POST', generateCsr, body)));
    expect(csr.publicKey.algorithm).toMatchObject(algorithm);
    expect(extensionOf(csr, x509.SubjectAlternativeNameExtension)).toBeUndefined();
    expect(extensionOf(csr, x509.ExtendedKeyUsageExtension)?.usages).toEqual(['1.3.6.1.5.5.7.3.1']);
  });

  it('names every fault of its parameters', async () => {
    const faulty = {
      CertificateCollection: https,
      ...{ CommonName: 'x'.repeat(65), Country: 'Germany', Email: 'ä@example.org', City: 'a\nb' },
      ...{ KeyPairAlgorithm: 'TPM_ALG_SM2', KeyBitLength: 1024, KeyCurveId: 'prime256v1', KeyUsage: ['Any'] },
      ...{ ChallengePassword: 'ö-hidden', Colour: 'red', AlternativeNames: 'bmc' },
    };
    const answer = await daemon.send('POST', generateCsr, faulty);
    expect(answer.status).toBe(400);
    const infos = at(answer.body, '/error/@Message.ExtendedInfo') as { RelatedProperties: string[] }[];
    expect(infos.flatMap((info) => info.RelatedProperties).toSorted()).toEqual(
      Object.keys(faulty)
        .map((name) => (name === 'KeyUsage' ? '#/KeyUsage/0' : `#/${name}`))
        .toSorted(),
    );
    expect(answer.text).not.toContain('hidden');
  });

  it.each([
    [
      { CertificateCollection: { '@odata.id': trusted } },
      'ActionParameterValueNotInList',
      '#/CertificateCollection/@odata.id',
    ],
    [
      { CertificateCollection: { '@odata.id': '/redfish/v1/Systems' } },
      'ActionParameterValueNotInList',
      '#/CertificateCollection/@odata.id',
    ],
    [
      { AlternativeNames: ['good.example.org', 'bad name'] },
      'ActionParameterValueFormatError',
      '#/AlternativeNames/1',
    ],
    [
      { AlternativeNames: [`${'a.'.repeat(200)}b`] },
      'ActionParameterValueFormatError',
      '#/AlternativeNames/0',
    ],
    [
      { AlternativeNames: Array.from({ length: 65 }, (_, n) => `h${n}`) },
      'ArraySizeTooLong',
      '#/AlternativeNames',
    ],
    [
      { KeyPairAlgorithm: 'TPM_ALG_RSA', KeyCurveId: 'TPM_ECC_NIST_P256' },
      'ActionParameterValueConflict',
      '#/KeyCurveId',
    ],
    [
      { KeyPairAlgorithm: 'TPM_ALG_ECDSA', KeyBitLength: 2048 },
      'ActionParameterValueConflict',
      '#/KeyBitLength',
    ],
  ])('refuses what does not fit: %#', async (parameters, key, pointer) => {
    const body = { CertificateCollection: { '@odata.id': https }, CommonName: 'bmc', ...parameters };
    const answer = await daemon.send('POST', generateCsr, body);
    expect([answer.status, ...messageKeys(answer)]).toEqual([400, key]);
    expect(at(answer.body, '/error/@Message.ExtendedInfo/0/RelatedProperties')).toEqual([pointer]);
  });
});

describe('the certificate of the service', () => {
  it('is replaced by the one that was requested, over a restart; open connections go on', async () => {
    const old = await shown();
    const uri = await current();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect(await one(`${daemon.url}/redfish`, { agent })).toBe(old);
    const request = { CertificateCollection: { '@odata.id': https }, CommonName: 'localhost' };
    const csr = csrOf(await daemon.send('POST', generateCsr, request));
    await daemon.stop();
    daemon = await startTestDaemon({ state, shared: true });
    expect(await shown()).toBe(old);
    const open = new Agent({ keepAlive: true, maxSockets: 1 });
    expect(await one(`${daemon.url}/redfish`, { agent: open })).toBe(old);

    const below = await authority.below('CN=Issuer');
    const leaf = await below.sign(csr);
    const answer = await daemon.send('POST', replaceCertificate, {
      ...{ CertificateString: leaf + below.cert, CertificateType: 'PEMchain' },
      CertificateUri: { '@odata.id': uri },
    });
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(answer.headers.location).toBe(uri);
    // A new connection sees the chain and trusts it; the one that is open was not cut.
    const renewed = await shown(authority.cert);
    expect(renewed).not.toBe(old);
    expect(await one(`${daemon.url}/redfish`, { agent: open })).toBe(old);
    for (const each of [agent, open]) each.destroy();

    const { body } = await daemon.get(uri);
    expect(body).toMatchObject({
      ...{ CertificateString: leaf + below.cert, CertificateType: 'PEMchain', Fingerprint: renewed },
      Subject: { CommonName: 'localhost', AlternativeNames: ['localhost'] },
      Issuer: { CommonName: 'Issuer', DisplayString: 'CN=Issuer' },
      KeyUsage: ['DigitalSignature', 'ServerAuthentication'],
      ...{ CertificateUsageTypes: ['Web'], SignatureAlgorithm: '1.2.840.10045.4.3.2' },
    });
    await daemon.stop();
    daemon = await startTestDaemon({ state, shared: true });
    expect(await shown(authority.cert)).toBe(renewed);
    expect(await current()).toBe(uri);
  });

  it('is replaced by a POST too, under a URI of its own', async () => {
    const before = await current();
    const { cert, key } = await authority.issue({ names: ['localhost'] });
    const answer = await daemon.send('POST', https, {
      CertificateString: key + cert,
      CertificateType: 'PEM',
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.location).not.toBe(before);
    expect(await current()).toBe(answer.headers.location);
    expect(at(answer.body, '/Fingerprint')).toBe(await shown(authority.cert));
    expect(answer.text).not.toContain('PRIVATE');
    expect((await daemon.get(before)).status).toBe(404);
    expect(members(await daemon.get(https))).toHaveLength(1);
    expect(at((await daemon.get(locations)).body, '/Links/Certificates')).toEqual([
      { '@odata.id': answer.headers.location },
    ]);
  });

  it('cannot be deleted or changed in part', async () => {
    const uri = await current();
    for (const method of ['DELETE', 'PATCH', 'PUT']) {
      const answer = await daemon.send(method, uri, method === 'DELETE' ? undefined : { Name: 'x' });
      expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
    }
  });

  it('stays when a new one is bad, and the answer names the fault but never the key', async () => {
    const before = await shown();
    const uri = await current();
    const { cert, key } = await authority.issue();
    const other = await authority.issue();
    const expired = await authority.issue({ notAfter: new Date(Date.now() - 60_000) });
    const bad: [string, string, string][] = [
      ['garbage', 'PropertyValueFormatError', 'ActionParameterValueFormatError'],
      [`${cert}${key.replaceAll('M', '!')}`, 'PropertyValueFormatError', 'ActionParameterValueFormatError'],
      [cert, 'PropertyValueIncorrect', 'ActionParameterValueConflict'],
      [cert + other.key, 'PropertyValueIncorrect', 'ActionParameterValueConflict'],
      [expired.cert + expired.key, 'PropertyValueIncorrect', 'ActionParameterValueConflict'],
    ];
    for (const [CertificateString, posted, acted] of bad) {
      const body = { CertificateString, CertificateType: 'PEM' };
      const post = await daemon.send('POST', https, body);
      const act = await daemon.send('POST', replaceCertificate, {
        ...body,
        CertificateUri: { '@odata.id': uri },
      });
      expect([post.status, ...messageKeys(post)]).toEqual([400, posted]);
      expect([act.status, ...messageKeys(act)]).toEqual([400, acted]);
      for (const answer of [post, act]) {
        expect(at(answer.body, '/error/@Message.ExtendedInfo/0/RelatedProperties')).toEqual([
          '#/CertificateString',
        ]);
        expect(answer.headers.location).toBeUndefined();
        expect(answer.text).not.toContain(key.slice(60, 100));
      }
    }
    const wrong = await daemon.send('POST', https, {
      CertificateString: [key],
      CertificateType: 'PKCS12',
      Extra: 1,
    });
    expect(messageKeys(wrong).toSorted()).toEqual(
      ['PropertyUnknown', 'PropertyValueNotInList', 'PropertyValueTypeError'].toSorted(),
    );
    expect(wrong.text).not.toContain(key.slice(60, 100));
    const nowhere = await daemon.send('POST', replaceCertificate, {
      ...{ CertificateString: cert + key, CertificateType: 'PEM' },
      CertificateUri: { '@odata.id': `${https}/none` },
    });
    expect(messageKeys(nowhere)).toEqual(['ActionParameterValueNotInList']);
    expect(await shown()).toBe(before);
    expect(await current()).toBe(uri);
    expect(daemon.log.join('')).not.toContain('PRIVATE KEY');
  });

  it('is no business of an operator', async () => {
    const login = { UserName: 'oper', Password: 'Slanted-Otter-21-crane' };
    await daemon.send('POST', '/redfish/v1/AccountService/Accounts', { ...login, RoleId: 'Operator' });
    const as = { user: login.UserName, password: login.Password };
    const { cert, key } = await authority.issue();
    const body = { CertificateString: cert + key, CertificateType: 'PEM' };
    for (const uri of [https, trusted])
      expect((await daemon.send('POST', uri, body, { as })).status).toBe(403);
    const csr = { CertificateCollection: { '@odata.id': https }, CommonName: 'bmc' };
    expect((await daemon.send('POST', generateCsr, csr, { as })).status).toBe(403);
    expect((await daemon.get('/redfish/v1/CertificateService', { as })).status).toBe(200);
    expect((await daemon.get('/redfish/v1/CertificateService', { as: null })).status).toBe(401);
  });
});

describe('the trust store', () => {
  it('takes certificates, replaces them, and lets them go', async () => {
    const post = (CertificateString: string) =>
      daemon.send('POST', trusted, { CertificateString, CertificateType: 'PEM' });
    const first = await post(authority.cert);
    expect([first.status, first.headers.location]).toEqual([201, `${trusted}/1`]);
    expect(at(first.body, '/Subject/DisplayString')).toBe('CN=Test Root, O=Example');
    const again = await post(authority.cert);
    expect([again.status, ...messageKeys(again)]).toEqual([409, 'ResourceAlreadyExists']);
    const other = await createAuthority('CN=Other');
    const replaced = await daemon.send('POST', replaceCertificate, {
      ...{ CertificateString: other.cert, CertificateType: 'PEM' },
      CertificateUri: { '@odata.id': `${trusted}/1` },
    });
    expect([replaced.status, replaced.headers.location]).toEqual([204, `${trusted}/1`]);
    expect(at((await daemon.get(`${trusted}/1`)).body, '/Issuer/CommonName')).toBe('Other');
    expect(at((await daemon.get(locations)).body, '/Links/Certificates/1')).toEqual({
      '@odata.id': `${trusted}/1`,
    });
    const { cert, key } = await authority.issue();
    expect(messageKeys(await post(cert + key))).toEqual(['PropertyValueIncorrect']);
    expect(messageKeys(await post('x'))).toEqual(['PropertyValueFormatError']);
    expect((await daemon.send('DELETE', `${trusted}/1`)).status).toBe(204);
    expect(members(await daemon.get(trusted))).toEqual([]);
  });
});

describe('the audit log', () => {
  it('says who replaced what, and never what it was', async () => {
    const { body, text } = await daemon.get('/redfish/v1/Managers/bmc/LogServices/AuditLog/Entries');
    const entries = at(body, '/Members') as { Message: string }[];
    const told = entries.map(({ Message }) => Message).join('\n');
    expect(told).toMatch(/CertificateService\.ReplaceCertificate of .* by admin from 127\.0\.0\.1: done/);
    expect(told).toMatch(/CertificateService\.GenerateCSR of .* by admin .*: refused, status 400/);
    expect(text).not.toMatch(/BEGIN|geheim/);
  });
});

describe.runIf(hasRedfishFolder)('by DMTF’s schemas', () => {
  it.each([
    ['/redfish/v1/CertificateService', 'CertificateService.v1_2_1.json'],
    [locations, 'CertificateLocations.v1_0_4.json'],
    [`${https}/?only`, 'Certificate.v1_11_0.json'],
    ['/redfish/v1/AccountService', 'AccountService.v1_18_1.json'],
    ['/redfish/v1/Managers/bmc/SecurityPolicy', 'SecurityPolicy.v1_0_3.json'],
    ['/redfish/v1/CertificateService/GenerateCSRActionInfo', 'ActionInfo.v1_5_0.json'],
  ])('%s is right', async (uri, file) => {
    const validate = await jsonSchema(file);
    const answer = await daemon.get(uri.replace('/?', '?'));
    expect(answer.status).toBe(200);
    expect(validate(answer.body), JSON.stringify(validate.errors)).toBe(true);
  });
});

describe.runIf(hasOpenssl)('OpenSSL', () => {
  it('makes a certificate from the request as any authority would', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'redfishd-test-'));
    const file = (name: string, text?: string) => {
      if (text !== undefined) writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const openssl = (...words: string[]) => execFileSync('openssl', words, { stdio: 'pipe' }).toString();
    const csr = csrOf(
      await daemon.send('POST', generateCsr, {
        ...{
          CertificateCollection: { '@odata.id': https },
          CommonName: 'localhost',
          Organization: 'Example',
        },
      }),
    );
    openssl(
      ...['x509', '-req', '-days', '2', '-set_serial', '0x0a1b2c', '-copy_extensions', 'copy'],
      ...['-in', file('csr', csr), '-CA', file('ca', authority.cert), '-CAkey', file('key', authority.key)],
      ...['-out', file('cert')],
    );
    const cert = openssl('x509', '-in', file('cert'));
    const answer = await daemon.send('POST', https, { CertificateString: cert, CertificateType: 'PEM' });
    expect(answer.status).toBe(201);
    expect(openssl('verify', '-CAfile', file('ca'), '-purpose', 'sslserver', file('cert'))).toContain('OK');
    const text = openssl(
      'x509',
      '-in',
      file('cert'),
      '-noout',
      '-fingerprint',
      '-sha256',
      '-serial',
      '-subject',
    );
    expect(text).toContain(String(at(answer.body, '/Fingerprint')));
    expect(at(answer.body, '/SerialNumber')).toBe('0A:1B:2C');
    expect(at(answer.body, '/Subject/DisplayString')).toBe('O=Example, CN=localhost');
    rmSync(folder, { recursive: true });
  });
});
