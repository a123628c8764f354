import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { StoreError } from '../../../src/store/errors.ts';
import { Settings } from '../../../src/store/settings.ts';
import { Certificates } from '../../../src/tls/certificates.ts';
import { extendedKeyUsages } from '../../../src/tls/key-usages.ts';
import type { SigningRequest } from '../../../src/tls/make.ts';
import { CertificateRefusal } from '../../../src/tls/refusal.ts';
import { type Authority, createAuthority, ecKeys, pemOfKey, rsaKeys, x509 } from '../../support/authority.ts';
import { crashImage, mountTmpfs, open, temporary } from '../store/support.ts';

let root: Authority;
let authority: Authority;
beforeAll(async () => {
  root = await createAuthority();
  authority = await root.below('CN=Test Issuer');
});

const wanted: SigningRequest = {
  key: { algorithm: 'ECDSA', curve: 'P-256' },
  subject: [['commonName', 'bmc.example.org']],
  alternativeNames: ['bmc.example.org'],
  keyUsages: ['DigitalSignature', 'ServerAuthentication'],
};

const openIn = (directory: string) => Certificates.open(new Settings(open(directory)), ['localhost']);
const openNew = () => openIn(temporary());

/** What must not have changed after a refusal. */
const state = (certificates: Certificates) => ({
  options: certificates.options,
  server: certificates.server.pem,
  trusted: certificates.trusted.map(({ pem }) => pem),
  policy: certificates.policy,
});

async function expectRefusal(
  certificates: Certificates,
  work: () => unknown,
  reason: CertificateRefusal['reason'],
  words: RegExp,
): Promise<void> {
  const before = state(certificates);
  let changes = 0;
  const off = certificates.onChange(() => {
    changes += 1;
  });
  const error = await Promise.resolve()
    .then(work)
    .then(
      () => new Error('nothing was refused'),
      (thrown: unknown) => thrown,
    );
  off();
  expect(error).toBeInstanceOf(CertificateRefusal);
  expect(error).toMatchObject({ reason, message: expect.stringMatching(words) });
  expect(state(certificates)).toEqual(before);
  expect(changes).toBe(0);
}

describe('the first start', () => {
  it('makes a pair that lasts, for all names, in a file for the owner alone', async () => {
    const directory = temporary();
    const store = open(directory);
    const names = ['bmc.example.org', '192.0.2.1', '::1'];
    const first = await Certificates.open(new Settings(store), names);
    expect(first.server.leaf.checkHost('bmc.example.org')).toBe('bmc.example.org');
    expect(first.server.leaf.checkIP('192.0.2.1')).toBe('192.0.2.1');
    expect(statSync(join(directory, 'redfishd.db')).mode & 0o777).toBe(0o600);
    const image = crashImage(directory);
    store.close();
    for (const place of [directory, image]) expect((await openIn(place)).options).toEqual(first.options);
  });

  it('starts with a new pair when what is stored cannot serve', async () => {
    const settings = new Settings(open());
    const other = await authority.issue();
    settings.setJson('tls.server', { id: '7', chain: other.cert, key: pemOfKey(await ecKeys()) });
    settings.setJson('tls.trusted', [{ id: '1', pem: 'nonsense' }]);
    settings.setJson('tls.policy', { minVersion: 'SSLv3' });
    const certificates = await Certificates.open(settings, ['localhost']);
    expect(certificates.server.id).toBe('1');
    expect(certificates.trusted).toEqual([]);
    expect(certificates.policy.minVersion).toBe('TLSv1.2');
  });
});

describe('a new pair', () => {
  it.each<[string, SigningRequest['key']]>([
    ['P-256', { algorithm: 'ECDSA', curve: 'P-256' }],
    ['P-384', { algorithm: 'ECDSA', curve: 'P-384' }],
    ['RSA 2048', { algorithm: 'RSA', bits: 2048 }],
  ])(
    'is requested with %s, signed by an authority, and used; its key waits over a restart',
    async (_, key) => {
      const directory = temporary();
      const store = open(directory);
      const before = await Certificates.open(new Settings(store), ['localhost']);
      const csr = await before.request({ ...wanted, key });
      store.close();
      const certificates = await openIn(directory);
      const leaf = await authority.sign(csr);
      const installed = await certificates.install(leaf + authority.cert);
      expect(installed).toMatchObject({ id: '2', pem: leaf + authority.cert, isChain: true });
      expect(certificates.server).toBe(installed);
      expect(certificates.options.cert).toBe(leaf + authority.cert);
      // A key has one certificate: asking again for the one that waited finds the key in use, which is the same.
      await expect(certificates.install(leaf)).resolves.toMatchObject({ id: '3', isChain: false });
    },
  );

  it('is taken whole, with the key in front or behind, in any form that OpenSSL writes', async () => {
    const certificates = await openNew();
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const keys = await rsaKeys();
    const pkcs1 = createPrivateKey(pemOfKey(keys)).export({ type: 'pkcs1', format: 'pem' }).toString();
    const { cert } = await authority.issue({ keys, names: ['localhost'] });
    for (const text of [
      cert + pkcs1,
      `Bag Attributes\n  friendlyName: x\n${pkcs1}\r\n${cert}`.replaceAll('\n', '\r\n'),
    ]) {
      await certificates.install(text);
      expect(certificates.server.pem).toBe(cert);
      expect(certificates.server.pem).not.toContain('PRIVATE');
    }
    await expectRefusal(
      certificates,
      () => certificates.install(cert + privateKey.export({ type: 'pkcs8', format: 'pem' })),
      'value',
      /not the key/,
    );
  });

  it('keeps a key for each of the last eight requests', async () => {
    const certificates = await openNew();
    const requests: string[] = [];
    for (let n = 0; n < 9; n++) requests.push(await certificates.request(wanted));
    const [first = '', second = ''] = requests;
    const signed = await authority.sign(first);
    await expectRefusal(certificates, () => certificates.install(signed), 'value', /without its private key/);
    await certificates.install(await authority.sign(second));
  });

  it('that is bad changes nothing', async () => {
    const certificates = await openNew();
    const day = 86_400_000;
    const { cert, key } = await authority.issue();
    const encrypted = createPrivateKey(key).export({
      ...{ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
    });
    const wish = async (...[made]: Parameters<Authority['issue']>) => {
      const pair = await authority.issue(made);
      return pair.cert + pair.key;
    };
    const bad: [string, CertificateRefusal['reason'], RegExp][] = [
      ['', 'format', /no certificate/],
      ['garbage', 'format', /no certificate/],
      [key, 'format', /no certificate/],
      ['-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----', 'format', /cannot be read/],
      [cert.replace(/\n\w{6}/, '\nAAAAAA') + key, 'format', /cannot be read/],
      [
        `${cert}-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n`,
        'format',
        /private key that cannot/,
      ],
      [cert + encrypted, 'format', /encrypted/],
      [cert + key + key, 'format', /more than one private key/],
      [cert.repeat(9) + key, 'format', /more than 8/],
      [cert, 'value', /without its private key/],
      [cert + pemOfKey(await ecKeys()), 'value', /not the key/],
      [cert + root.cert + key, 'value', /not issued by the next/],
      [
        await wish({ notBefore: new Date(Date.now() - 2 * day), notAfter: new Date(Date.now() - day) }),
        'value',
        /expired on/,
      ],
      [
        await wish({ extendedKeyUsage: [extendedKeyUsages.ClientAuthentication] }),
        'value',
        /ServerAuthentication/,
      ],
      [await wish({ keyUsage: x509.KeyUsageFlags.keyCertSign }), 'value', /DigitalSignature/],
      [await wish({ keys: await rsaKeys(1024) }), 'value', /does not work/],
      [await wish({ hash: 'SHA-1' }), 'value', /does not work/],
    ];
    for (const [text, reason, words] of bad)
      await expectRefusal(certificates, () => certificates.install(text), reason, words);
  });

  it('never is anything else than refused, whatever the text', async () => {
    const certificates = await openNew();
    const { cert, key } = await authority.issue();
    const pieces = fc.constantFrom(
      cert,
      key,
      root.cert,
      '-----BEGIN CERTIFICATE-----\n',
      '-----END CERTIFICATE-----\n',
      '\n',
      'A',
    );
    const texts = fc.array(fc.oneof(pieces, fc.string()), { maxLength: 6 }).map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        try {
          await certificates.install(text);
          expect(text).toContain(cert);
        } catch (error) {
          expect(error).toBeInstanceOf(CertificateRefusal);
          expect(String(error)).not.toContain(key.slice(40, 80));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is there after a loss of power as soon as it was accepted', async () => {
    const directory = temporary();
    const certificates = await openIn(directory);
    const csr = await certificates.request(wanted);
    const waiting = crashImage(directory);
    const signed = await authority.sign(csr);
    await certificates.install(signed);
    const installed = crashImage(directory);
    expect((await openIn(installed)).options).toEqual(certificates.options);
    expect((await (await openIn(waiting)).install(signed)).pem).toBe(signed);
  });

  it('is no pair while it cannot be stored, and the old one serves on', async (test) => {
    const mount = mountTmpfs('1m');
    test.skip(mount === null, 'mount is not permitted');
    const certificates = await openIn(mount ?? '');
    try {
      writeFileSync(join(mount ?? '', 'ballast'), Buffer.alloc(2 << 20));
    } catch {
      // As full as it gets.
    }
    const { cert, key } = await authority.issue();
    const install = async () => {
      // What is left in the log of the database takes a few.
      for (let n = 0; n < 500; n++) await certificates.install(cert + key, `x${n}`);
    };
    await expect(install()).rejects.toThrow(StoreError);
    const stored = certificates.server.id;
    await expect(certificates.install(cert + key, 'never')).rejects.toThrow(StoreError);
    expect(certificates.server.id).toBe(stored);
    expect((await openIn(crashImage(mount ?? ''))).server.id).toBe(stored);
  });

  it('may be valid only later: the clock may be the one that is wrong', async () => {
    const certificates = await openNew();
    const { cert, key } = await authority.issue({ notBefore: new Date(Date.now() + 3_600_000) });
    await certificates.install(cert + key);
    expect(certificates.server.pem).toBe(cert);
  });
});

describe('those who may vouch for clients', () => {
  it('come, are replaced, go, and outlast a restart', async () => {
    const directory = temporary();
    const store = open(directory);
    const certificates = await Certificates.open(new Settings(store), ['localhost']);
    expect(certificates.trust(root.cert).id).toBe('1');
    expect(certificates.trust(authority.cert).id).toBe('2');
    const other = await createAuthority('CN=Other');
    certificates.replaceTrusted('2', other.cert);
    certificates.distrust('1');
    certificates.setPolicy({ clientCertificates: true, mapping: 'UserPrincipalName', minVersion: 'TLSv1.3' });
    const before = state(certificates);
    expect(before.trusted).toEqual([other.cert]);
    expect(before.options).toMatchObject({ requestCert: true, rejectUnauthorized: false, ca: [other.cert] });
    store.close();
    expect(state(await openIn(directory))).toEqual(before);
  });

  it('are refused when they make no sense', async () => {
    const certificates = await openNew();
    const { cert, key } = await authority.issue();
    await expectRefusal(
      certificates,
      () => certificates.trust(authority.cert),
      'value',
      /issuer is not trusted/,
    );
    certificates.trust(root.cert);
    const trust = (text: string) => () => certificates.trust(text);
    await expectRefusal(certificates, trust('x'), 'format', /no certificate/);
    await expectRefusal(certificates, trust(root.cert), 'exists', /^[0-9A-F:]+$/);
    await expectRefusal(certificates, trust(cert + authority.cert), 'value', /chain/);
    await expectRefusal(certificates, trust(cert + key), 'value', /private key/);
    const past = await root.issue({ notAfter: new Date(Date.now() - 1000) });
    await expectRefusal(certificates, trust(past.cert), 'value', /expired/);
  });

  it('are as many as a handshake can name', async () => {
    const certificates = await openNew();
    for (let n = 0; n < 32; n++) certificates.trust((await createAuthority(`CN=client-${n}`)).cert);
    await expectRefusal(certificates, () => certificates.trust(root.cert), 'limit', /32/);
  });

  it('are never none while clients must show a certificate', async () => {
    const certificates = await openNew();
    const demand = () => certificates.setPolicy({ clientCertificates: true, certificateRequired: true });
    await expectRefusal(certificates, demand, 'in-use', /nobody/);
    certificates.trust(root.cert);
    demand();
    expect(certificates.options).toMatchObject({ requestCert: true, rejectUnauthorized: true });
    await expectRefusal(certificates, () => certificates.distrust('1'), 'in-use', /last/);
    certificates.setPolicy({ clientCertificates: false });
    expect(certificates.options).toMatchObject({ requestCert: false, rejectUnauthorized: false });
    certificates.distrust('1');
  });
});
