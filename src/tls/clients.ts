/** Whom the certificate of a client stands for. */
import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { Certificates } from './certificates.ts';
import { type CertificateDetails, detailsOf, nameOid, valuesOf } from './details.ts';
import type { CertificateMapping } from './policy.ts';
import { isIssued, isRoot } from './rules.ts';

interface Proof {
  /** The leaf first. */
  readonly chain: readonly X509Certificate[];
  readonly details: CertificateDetails;
  /** What was trusted when `anchored` was found out. */
  trusted: Certificates['trusted'];
  anchored: boolean;
}

/** A chain of certificates that a client sends is no longer than this. */
const maxDepth = 16;

/**
 * Identifies connections by the certificate that the client proved to hold. OpenSSL checks the chain while hands are shaken;
 * what may have changed since then is looked at with each request: who is trusted, and whether the time has come.
 */
export class ClientCertificates {
  readonly #certificates: Certificates;
  readonly #proofs = new WeakMap<TLSSocket, Proof | null>();

  constructor(certificates: Certificates) {
    this.#certificates = certificates;
  }

  /**
   * The user name that the client's certificate gives; empty when it gives none. Undefined when the client has shown no
   * certificate that counts.
   */
  userName(socket: TLSSocket): string | undefined {
    const { policy, trusted } = this.#certificates;
    if (!policy.clientCertificates || !socket.authorized) return undefined;
    let proof = this.#proofs.get(socket);
    if (proof === undefined) {
      proof = proofOf(socket);
      this.#proofs.set(socket, proof);
    }
    if (proof === null || proof.details.notAfter.getTime() < Date.now()) return undefined;
    if (proof.trusted !== trusted) {
      proof.trusted = trusted;
      proof.anchored = isAnchored(proof.chain, trusted);
    }
    return proof.anchored ? (userNameOf(proof.details, policy.mapping) ?? '') : undefined;
  }
}

function proofOf(socket: TLSSocket): Proof | null {
  const chain: X509Certificate[] = [];
  let at = socket.getPeerCertificate(true);
  while (at?.raw !== undefined && chain.length < maxDepth) {
    chain.push(new X509Certificate(at.raw));
    if (at.issuerCertificate === at) break;
    at = at.issuerCertificate;
  }
  const [leaf] = chain;
  return leaf === undefined ? null : { chain, details: detailsOf(leaf), trusted: [], anchored: false };
}

/**
 * Whether a root that is trusted stands in the chain, or vouches for one who does, if need be through others that are
 * trusted. Node 24 does not hand on what the client sent between its own certificate and the root.
 */
function isAnchored(
  chain: readonly X509Certificate[],
  trusted: Certificates['trusted'],
  depth = maxDepth,
): boolean {
  return chain.some((each) =>
    trusted.some(({ leaf }) => {
      if (isRoot(leaf)) return leaf.raw.equals(each.raw) || isIssued(each, leaf);
      return (
        depth > 0 &&
        !leaf.raw.equals(each.raw) &&
        isIssued(each, leaf) &&
        isAnchored([leaf], trusted, depth - 1)
      );
    }),
  );
}

/**
 * The account name in a certificate: its common name, or the user's part of its user principal name (`alice` of
 * `alice@example.org`). Undefined unless there is exactly one.
 */
export function userNameOf(details: CertificateDetails, mapping: CertificateMapping): string | undefined {
  const names =
    mapping === 'CommonName'
      ? valuesOf(details.subject, nameOid.commonName)
      : details.alternativeNames.filter(({ kind }) => kind === 'upn').map(({ value }) => value);
  const [name, ...more] = names;
  if (name === undefined || more.length > 0) return undefined;
  return mapping === 'CommonName' ? name : /^([^@]+)@[^@]+$/.exec(name)?.[1];
}
