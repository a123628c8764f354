/** Identifies the user of a client certificate. */
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
  /** The trusted certificates at the time of the `anchored` check. */
  trusted: Certificates['trusted'];
  anchored: boolean;
}

/** Limit of certificates in a client's chain. */
const maxDepth = 16;

/**
 * Identifies connections by their client certificate. OpenSSL verifies the chain in the handshake; each request checks again
 * what can change later: the trusted certificates, and the validity period.
 */
export class ClientCertificates {
  readonly #certificates: Certificates;
  readonly #proofs = new WeakMap<TLSSocket, Proof | null>();

  constructor(certificates: Certificates) {
    this.#certificates = certificates;
  }

  /**
   * Returns the user name in the client's certificate; empty when it contains none; undefined when the client has no valid
   * certificate.
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
 * Whether the chain contains a trusted root, or is issued by one, directly or through trusted intermediates. Node 24 does not
 * expose the intermediates that the client sent.
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
 * Returns the account name in a certificate: the common name, or the user part of the user principal name (`alice` of
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
