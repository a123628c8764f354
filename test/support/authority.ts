/** A certificate authority for tests, and every kind of certificate that somebody might come with. */
import { KeyObject, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import type * as X509 from '@peculiar/x509';

// The library wants this one to be there first.
await import('reflect-metadata');
export const x509 = await import('@peculiar/x509');

const day = 86_400_000;
const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

export interface CertificateWish {
  /** Distinguished name, such as `CN=alice,O=Example`. */
  readonly subject?: string;
  readonly keys?: CryptoKeyPair;
  /** Host names and addresses. */
  readonly names?: readonly string[];
  readonly upn?: string;
  readonly email?: string;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly keyUsage?: X509.KeyUsageFlags;
  readonly extendedKeyUsage?: readonly string[];
  readonly authority?: boolean;
  readonly hash?: 'SHA-1' | 'SHA-256';
}

type CryptoKeyPair = webcrypto.CryptoKeyPair;

export interface Issued {
  /** PEM. */
  readonly cert: string;
  /** PEM, PKCS #8. */
  readonly key: string;
}

export interface Authority extends Issued {
  issue(wish?: CertificateWish): Promise<Issued>;
  /** The certificate that a signing request asks for, all its extensions taken over. */
  sign(csr: string, wish?: CertificateWish): Promise<string>;
  /** An authority below this one. */
  below(subject: string): Promise<Authority>;
}

export const ecKeys = (curve = 'P-256'): Promise<CryptoKeyPair> =>
  webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: curve }, true, ['sign', 'verify']);

export const rsaKeys = (bits = 2048): Promise<CryptoKeyPair> =>
  webcrypto.subtle.generateKey(
    {
      ...{ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: bits },
      publicExponent: Uint8Array.of(1, 0, 1),
    },
    true,
    ['sign', 'verify'],
  );

export const pemOfKey = (keys: CryptoKeyPair): string =>
  KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString();

/** A root authority; with another key usage, a certificate that signed itself. */
export async function createAuthority(
  subject = 'CN=Test Root,O=Example',
  keyUsage: X509.KeyUsageFlags = x509.KeyUsageFlags.keyCertSign,
): Promise<Authority> {
  const keys = await ecKeys();
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    ...{ name: subject, keys, signingAlgorithm: ecdsa },
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + 30 * day),
    extensions: extensionsOf({ authority: true, keyUsage }),
  });
  return authorityOf(cert, keys);
}

function authorityOf(own: X509.X509Certificate, ownKeys: CryptoKeyPair): Authority {
  const make = (
    publicKey: webcrypto.CryptoKey | X509.PublicKey,
    wish: CertificateWish,
    more: X509.Extension[],
  ) =>
    x509.X509CertificateGenerator.create({
      subject: wish.subject ?? 'CN=localhost',
      issuer: own.subject,
      notBefore: wish.notBefore ?? new Date(Date.now() - day),
      notAfter: wish.notAfter ?? new Date(Date.now() + 10 * day),
      signingAlgorithm: { ...ecdsa, hash: wish.hash ?? 'SHA-256' },
      ...{ publicKey, signingKey: ownKeys.privateKey },
      extensions: [...extensionsOf(wish), ...more],
    });
  const pem = (cert: X509.X509Certificate) => `${cert.toString('pem')}\n`;
  return {
    cert: pem(own),
    key: pemOfKey(ownKeys),
    issue: async (wish = {}) => {
      const keys = wish.keys ?? (await ecKeys());
      return { cert: pem(await make(keys.publicKey, wish, [])), key: pemOfKey(keys) };
    },
    sign: async (csr, wish = {}) => {
      const request = new x509.Pkcs10CertificateRequest(csr);
      if (!(await request.verify())) throw new Error('the request is not signed by its key');
      return pem(await make(request.publicKey, { subject: request.subject, ...wish }, request.extensions));
    },
    below: async (subject) => {
      const keys = await ecKeys();
      const wish = { subject, authority: true, keyUsage: x509.KeyUsageFlags.keyCertSign };
      return authorityOf(await make(keys.publicKey, wish, []), keys);
    },
  };
}

function extensionsOf(wish: CertificateWish): X509.Extension[] {
  const names: X509.JsonGeneralNames = [
    ...(wish.names ?? []).map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }) as const),
    ...(wish.upn === undefined ? [] : [{ type: 'upn', value: wish.upn } as const]),
    ...(wish.email === undefined ? [] : [{ type: 'email', value: wish.email } as const]),
  ];
  return [
    ...(wish.authority === undefined
      ? []
      : [new x509.BasicConstraintsExtension(wish.authority, undefined, true)]),
    ...(wish.keyUsage === undefined ? [] : [new x509.KeyUsagesExtension(wish.keyUsage, true)]),
    ...(wish.extendedKeyUsage === undefined
      ? []
      : [new x509.ExtendedKeyUsageExtension([...wish.extendedKeyUsage])]),
    ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
  ];
}
