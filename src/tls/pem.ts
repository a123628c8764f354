/** Reads PEM (RFC 7468) that somebody sent: certificates, and the private key that may come with them. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { detailsOf } from './details.ts';
import { CertificateRefusal } from './refusal.ts';

export interface Bundle {
  /** In the order in which they were sent; at least one. */
  readonly certificates: readonly X509Certificate[];
  readonly key: KeyObject | null;
}

/** A chain to a public root has three or four; a longer one only costs every handshake. */
const maxCertificates = 8;

const blocks = /-----BEGIN ([A-Z0-9 ]+)-----\r?\n[^-]*-----END \1-----/g;
const keyLabels: ReadonlySet<string> = new Set(['PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY']);

/** @throws CertificateRefusal */
export function readBundle(text: string): Bundle {
  const certificates: X509Certificate[] = [];
  const keys: KeyObject[] = [];
  for (const [block, label = ''] of text.matchAll(blocks)) {
    if (label === 'CERTIFICATE') certificates.push(readCertificate(block));
    else if (keyLabels.has(label)) keys.push(readKey(block));
    else if (label === 'ENCRYPTED PRIVATE KEY')
      throw new CertificateRefusal('format', 'a private key that is encrypted');
    // Anything else, such as the EC PARAMETERS that OpenSSL writes before a key, says nothing new.
  }
  const [key = null] = keys;
  if (certificates.length === 0) throw new CertificateRefusal('format', 'no certificate in PEM');
  if (certificates.length > maxCertificates)
    throw new CertificateRefusal('format', `more than ${maxCertificates} certificates`);
  if (keys.length > 1) throw new CertificateRefusal('format', 'more than one private key');
  return { certificates, key };
}

function readCertificate(block: string): X509Certificate {
  try {
    const certificate = new X509Certificate(block);
    // Whatever will be shown or judged later must be there to be read now.
    detailsOf(certificate);
    return certificate;
  } catch (cause) {
    throw new CertificateRefusal('format', 'a certificate that cannot be read', { cause });
  }
}

function readKey(block: string): KeyObject {
  try {
    return createPrivateKey(block);
  } catch {
    // The cause is left out: it could repeat a part of the key.
    throw new CertificateRefusal('format', 'a private key that cannot be read');
  }
}

/** Certificates as PEM, one after the other. */
export const pemOf = (certificates: readonly X509Certificate[]): string => certificates.map(String).join('');

/** A private key as PEM, PKCS#8. */
export const keyPem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
