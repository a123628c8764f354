/** Trust lists for outgoing connections: certificates of authorities or of servers themselves. */
import type { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { pemOf, readBundle } from './pem.ts';
import { CertificateRefusal } from './refusal.ts';
import { demandSingle } from './rules.ts';

export interface Anchor {
  readonly id: string;
  /** The certificate, PEM. */
  readonly pem: string;
}

/** Limit of certificates in one list. */
export const maxAnchors = 16;

/** Returns the list with one more certificate, and that certificate. @throws CertificateRefusal `format`, `value`, `exists`, `limit` */
export function withAnchor(list: readonly Anchor[], text: string): readonly [readonly Anchor[], Anchor] {
  if (list.length >= maxAnchors)
    throw new CertificateRefusal('limit', `there is room for ${maxAnchors} certificates`);
  const id = String(1 + Math.max(0, ...list.map((each) => Number(each.id))));
  const added = { id, pem: acceptable(list, text) };
  return [[...list, added], added];
}

/** Returns the list with one certificate replaced. @throws CertificateRefusal `format`, `value`, `exists` */
export function withRenewed(list: readonly Anchor[], id: string, text: string): readonly Anchor[] {
  const others = list.filter((each) => each.id !== id);
  const pem = acceptable(others, text);
  return list.map((each) => (each.id === id ? { id, pem } : each));
}

function acceptable(others: readonly Anchor[], text: string): string {
  const only: X509Certificate = demandSingle(readBundle(text), Date.now());
  const pem = pemOf([only]);
  if (others.some((each) => each.pem === pem)) throw new CertificateRefusal('exists', only.fingerprint256);
  try {
    createSecureContext({ ca: pem });
  } catch (cause) {
    throw new CertificateRefusal('value', 'a certificate that TLS cannot use', { cause });
  }
  return pem;
}
