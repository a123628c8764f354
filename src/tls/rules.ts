/** Requirements for a certificate before it is used. */
import type { X509Certificate } from 'node:crypto';
import { detailsOf } from './details.ts';
import { extendedKeyUsages } from './key-usages.ts';
import type { Bundle } from './pem.ts';
import { CertificateRefusal } from './refusal.ts';

/** Signature algorithms over MD5 and SHA-1: RSA (RFC 8017), ECDSA (RFC 5758). */
const brokenSignatures: ReadonlySet<string> = new Set([
  '1.2.840.113549.1.1.4',
  '1.2.840.113549.1.1.5',
  '1.2.840.10045.4.1',
]);

/**
 * Returns the leaf of a chain that is usable for the server. A certificate that is not valid yet is accepted: before time
 * synchronization the clock of a controller is in the past.
 * @param now milliseconds since 1970
 * @throws CertificateRefusal `value`
 */
export function demandServer(chain: readonly X509Certificate[], now: number): X509Certificate {
  const [leaf, ...issuers] = chain;
  if (leaf === undefined) throw new CertificateRefusal('format', 'no certificate');
  for (const each of chain) demandUnexpired(each, now);
  const { keyUsage, extendedKeyUsage, signatureAlgorithm } = detailsOf(leaf);
  // Some releases of OpenSSL accept them; clients should not have to.
  if (brokenSignatures.has(signatureAlgorithm))
    throw new CertificateRefusal(
      'value',
      'a certificate whose signature does not work any more: it is over SHA-1 or MD5',
    );
  // All enabled suites authenticate the server by a signature (RFC 8446 clause 4.4.2.2).
  if (keyUsage !== null && !keyUsage.includes('DigitalSignature'))
    throw new CertificateRefusal('value', 'a certificate whose key usage lacks DigitalSignature');
  if (extendedKeyUsage !== null && !extendedKeyUsage.includes(extendedKeyUsages.ServerAuthentication))
    throw new CertificateRefusal('value', 'a certificate whose key usage lacks ServerAuthentication');
  let below = leaf;
  for (const issuer of issuers) {
    if (!isIssued(below, issuer))
      throw new CertificateRefusal('value', 'a chain in which each certificate is not issued by the next');
    below = issuer;
  }
  return leaf;
}

/**
 * Returns the one certificate to trust for clients: a root, a self-signed client certificate, or an intermediate authority
 * whose root is trusted. TLS follows every chain to its root, so an intermediate alone has no effect.
 * @throws CertificateRefusal
 */
export function demandAnchor(
  bundle: Bundle,
  trusted: readonly X509Certificate[],
  now: number,
): X509Certificate {
  const only = demandSingle(bundle, now);
  if (!isRoot(only) && !trusted.some((issuer) => isIssued(only, issuer)))
    throw new CertificateRefusal('value', 'a certificate whose issuer is not trusted yet');
  return only;
}

/** Returns the certificate of a bundle with one unexpired certificate and no key. @throws CertificateRefusal `value` */
export function demandSingle({ certificates, key }: Bundle, now: number): X509Certificate {
  const [only, ...more] = certificates;
  if (only === undefined || more.length > 0)
    throw new CertificateRefusal('value', 'a chain, where one certificate is wanted');
  if (key !== null)
    throw new CertificateRefusal('value', 'a private key, which does not belong in a trust store');
  demandUnexpired(only, now);
  return only;
}

/** Whether `issuer` signed `certificate`. */
export const isIssued = (certificate: X509Certificate, issuer: X509Certificate): boolean =>
  certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);

/** Whether the certificate is self-signed; its key usage is not checked. */
export const isRoot = (certificate: X509Certificate): boolean =>
  certificate.subject === certificate.issuer && certificate.verify(certificate.publicKey);

function demandUnexpired(certificate: X509Certificate, now: number): void {
  const { notAfter } = detailsOf(certificate);
  if (notAfter.getTime() < now)
    throw new CertificateRefusal('value', `a certificate that expired on ${notAfter.toISOString()}`);
}
