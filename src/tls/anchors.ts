/** Lists of certificates that a server may be recognized by: authorities, or certificates of servers themselves. */
import type { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { pemOf, readBundle } from './pem.ts';
import { CertificateRefusal } from './refusal.ts';
import { demandSingle } from './rules.ts';

export interface Anchor {
  readonly id: string;
  /** One certificate, PEM. */
  readonly pem: string;
}

/** Certificates in one list. */
export const maxAnchors = 16;

/** The list with one certificate more. @throws CertificateRefusal `format`, `value`, `exists`, `limit` */
export function withAnchor(list: readonly Anchor[], text: string): readonly [readonly Anchor[], Anchor] {
  if (list.length >= maxAnchors)
    throw new CertificateRefusal('limit', `there is room for ${maxAnchors} certificates`);
  const id = String(1 + Math.max(0, ...list.map((each) => Number(each.id))));
  const added = { id, pem: acceptable(list, text) };
  return [[...list, added], added];
}

/** The list with another certificate in the place of one. @throws CertificateRefusal `format`, `value`, `exists` */
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
