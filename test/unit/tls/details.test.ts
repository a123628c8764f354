import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { enumFacts } from '../../../src/redfish/service/facts.ts';
import { userNameOf } from '../../../src/tls/clients.ts';
import { children, type Der, DerError, oidOf, readDer } from '../../../src/tls/der.ts';
import { detailsOf, keyUsagesOf, nameOid, valuesOf } from '../../../src/tls/details.ts';
import { extendedKeyUsages, isKeyUsageName, keyUsageBits } from '../../../src/tls/key-usages.ts';
import { selfSigned } from '../../../src/tls/make.ts';
import { type Authority, type CertificateWish, createAuthority, x509 } from '../../support/authority.ts';

let authority: Authority;
beforeAll(async () => {
  authority = await createAuthority();
});

const issued = async (wish: CertificateWish) =>
  detailsOf(new X509Certificate((await authority.issue(wish)).cert));

describe('DER', () => {
  it('reads what it should, or says that it cannot', () => {
    const walk = (value: Der): void => {
      if ((value.tag & 0x20) !== 0) for (const child of children(value)) walk(child);
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          walk(readDer(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(DerError);
        }
      }),
    );
  });

  it.each([
    ['2a864886f70d010101', '1.2.840.113549.1.1.1'],
    ['550403', '2.5.4.3'],
    ['2b0601040182371402 03'.replace(' ', ''), '1.3.6.1.4.1.311.20.2.3'],
    ['883703', '2.999.3'],
  ])('reads the object identifier %s', (hex, dotted) => {
    expect(oidOf({ tag: 6, content: Buffer.from(hex, 'hex') })).toBe(dotted);
  });

  it.each(['30', '3005', '3080', '308500000000', '1f01', '30020000ff'])('refuses %s', (hex) => {
    expect(() => readDer(Buffer.from(hex, 'hex'))).toThrow(DerError);
  });

  it('never lets a damaged certificate through as something else', async () => {
    const { raw } = new X509Certificate((await selfSigned(['localhost'])).chain);
    fc.assert(
      fc.property(fc.nat(raw.length - 1), fc.nat(255), (at, octet) => {
        const damaged = Buffer.from(raw);
        damaged[at] = octet;
        let certificate: X509Certificate;
        try {
          certificate = new X509Certificate(damaged);
        } catch {
          return; // OpenSSL would not have it.
        }
        try {
          detailsOf(certificate);
        } catch (error) {
          expect(error).toBeInstanceOf(DerError);
        }
      }),
    );
  });
});

describe('details of a certificate', () => {
  it('reads names as they are, in order, whatever is in them', async () => {
    const { subject, issuer } = await issued({
      subject: 'C=DE, ST=Bayern, L=München, O=Änderung & Co, OU=One, OU=Two, CN=a\\,b\\=c, E=a@example.org',
    });
    expect(subject.map(({ value }) => value)).toEqual([
      ...['DE', 'Bayern', 'München', 'Änderung & Co', 'One', 'Two', 'a,b=c', 'a@example.org'],
    ]);
    expect(valuesOf(subject, nameOid.organizationalUnit)).toEqual(['One', 'Two']);
    expect(valuesOf(issuer, nameOid.commonName)).toEqual(['Test Root']);
  });

  it('reads alternative names', async () => {
    const names = ['bmc.example.org', '*.example.org', '192.0.2.7', '2001:db8::7'];
    const { alternativeNames } = await issued({ names, upn: 'alice@example.org', email: 'bob@example.org' });
    expect(alternativeNames).toEqual([
      { kind: 'dns', value: 'bmc.example.org' },
      { kind: 'dns', value: '*.example.org' },
      { kind: 'ip', value: '192.0.2.7' },
      { kind: 'ip', value: '2001:db8::7' },
      { kind: 'upn', value: 'alice@example.org' },
      { kind: 'email', value: 'bob@example.org' },
    ]);
  });

  it('tells what is not limited from what is limited to nothing', async () => {
    expect(await issued({})).toMatchObject({ keyUsage: null, extendedKeyUsage: null });
    const limited = await issued({
      keyUsage: x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.decipherOnly,
      extendedKeyUsage: [extendedKeyUsages.ClientAuthentication, '1.2.3.4'],
    });
    expect(limited).toMatchObject({
      keyUsage: ['DigitalSignature', 'DecipherOnly'],
      extendedKeyUsage: [extendedKeyUsages.ClientAuthentication, '1.2.3.4'],
    });
    expect(keyUsagesOf(limited)).toEqual(['DigitalSignature', 'DecipherOnly', 'ClientAuthentication']);
  });

  it('spells each key usage as Redfish does', () => {
    const names = Object.keys(enumFacts('Certificate.KeyUsage').values);
    expect([...keyUsageBits, ...Object.keys(extendedKeyUsages)].toSorted()).toEqual(names.toSorted());
    expect(names.every(isKeyUsageName)).toBe(true);
    expect(isKeyUsageName('constructor')).toBe(false);
  });
});

describe('the account that a certificate names', () => {
  it.each<[CertificateWish, string | undefined, string | undefined]>([
    [{ subject: 'CN=alice' }, 'alice', undefined],
    [{ subject: 'CN=alice, O=Example', upn: 'bob@example.org' }, 'alice', 'bob'],
    [{ subject: 'CN=alice, CN=admin' }, undefined, undefined],
    [{ subject: 'O=Example' }, undefined, undefined],
    [{ subject: 'CN=x', upn: 'bob' }, 'x', undefined],
    [{ subject: 'CN=x', upn: 'bob@example@org' }, 'x', undefined],
    [{ subject: 'CN=x', upn: '@example.org' }, 'x', undefined],
    [{ subject: 'CN=x', email: 'bob@example.org', names: ['bob.example.org'] }, 'x', undefined],
  ])('is, for %j, %s by common name and %s by principal name', async (wish, byCommonName, byUpn) => {
    const details = await issued(wish);
    expect(userNameOf(details, 'CommonName')).toBe(byCommonName);
    expect(userNameOf(details, 'UserPrincipalName')).toBe(byUpn);
  });
});
