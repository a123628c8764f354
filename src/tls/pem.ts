/** Reads PEM (RFC 7468) from clients: certificates, and optionally their private key. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { detailsOf } from './details.ts';
import { CertificateRefusal } from './refusal.ts';

export interface Bundle {
  /** At least one, in the order of the text. */
  readonly certificates: readonly X509Certificate[];
  readonly key: KeyObject | null;
}

/** Limit of certificates. A chain to a public root has three or four; a longer one burdens every handshake. */
const maxCertificates = 8;

const blocks = /-----BEGIN ([A-Z0-9 ]+)-----\r?\n[^-]*-----END \1-----/g;
const keyLabels: ReadonlySet<string> = new Set(['PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY']);

/** Returns the certificates and the key in a text. @throws CertificateRefusal */
export function readBundle(text: string): Bundle {
  const certificates: X509Certificate[] = [];
  const keys: KeyObject[] = [];
  for (const [block, label = ''] of text.matchAll(blocks)) {
    if (label === 'CERTIFICATE') certificates.push(readCertificate(block));
    else if (keyLabels.has(label)) keys.push(readKey(block));
    else if (label === 'ENCRYPTED PRIVATE KEY')
      throw new CertificateRefusal('format', 'a private key that is encrypted');
    // Other blocks are ignored, such as the EC PARAMETERS that OpenSSL writes before a key.
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
    // Details that later code shows or checks must be readable.
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
    // The cause is omitted: it could contain a part of the key.
    throw new CertificateRefusal('format', 'a private key that cannot be read');
  }
}

/** Returns certificates as PEM, concatenated. */
export const pemOf = (certificates: readonly X509Certificate[]): string => certificates.map(String).join('');

/** Returns a private key as PEM (PKCS#8). */
export const keyPem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
