/** Whom a destination may be: how TLS checks the receiver of events. */
import { Agent } from 'node:https';
import * as tls from 'node:tls';

export interface TrustFacts {
  readonly verifyCertificate: boolean;
  /** PEM of certificates that are trusted beside those that Node.js knows. */
  readonly certificates: readonly { readonly pem: string }[];
}

export interface Trust {
  readonly rejectUnauthorized: boolean;
  readonly secureContext?: tls.SecureContext;
  readonly agent?: Agent;
}

/**
 * A context holds all authorities of Node.js once more: a megabyte, and a tenth of a second or more on a weak core. Most
 * subscriptions trust the same.
 */
const kept = 16;
/** Milliseconds in which a connection that nobody needs is closed. */
const idle = 15_000;
const own = new Map<string, Required<Trust>>();

/**
 * Options of TLS and HTTPS. Who trusts other certificates has connections of its own: one that stands was made with somebody
 * whom it need not trust any more.
 */
export function trustOf({ verifyCertificate, certificates }: TrustFacts): Trust {
  if (!verifyCertificate || certificates.length === 0) return { rejectUnauthorized: verifyCertificate };
  const key = certificates.map(({ pem }) => pem).join('');
  const known = own.get(key) ?? trusting(certificates.map(({ pem }) => pem));
  // What was used last stands last.
  own.delete(key);
  own.set(key, known);
  // Connections of one that is forgotten end by themselves: some may be in use.
  const [oldest = ''] = own.keys();
  if (own.size > kept) own.delete(oldest);
  return known;
}

function trusting(certificates: readonly string[]): Required<Trust> {
  return {
    rejectUnauthorized: true,
    secureContext: tls.createSecureContext({
      ca: [...authorities(), ...certificates],
      // So that the certificate of a server, or of an authority below the root, is enough by itself.
      allowPartialTrustChain: true,
    }),
    agent: new Agent({ keepAlive: true, timeout: idle }),
  };
}

/** What Node.js trusts when it is told nothing; releases before 22.15 can only tell what they came with. */
function authorities(): readonly string[] {
  const { getCACertificates } = tls as {
    readonly getCACertificates?: (type: 'default') => readonly string[];
  };
  return getCACertificates?.('default') ?? tls.rootCertificates;
}
