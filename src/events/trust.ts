/** How TLS verifies the receiver of events. */
import { Agent } from 'node:https';
import * as tls from 'node:tls';

export interface TrustFacts {
  readonly verifyCertificate: boolean;
  /** PEM of certificates trusted in addition to Node's. */
  readonly certificates: readonly { readonly pem: string }[];
}

export interface Trust {
  readonly rejectUnauthorized: boolean;
  readonly secureContext?: tls.SecureContext;
  readonly agent?: Agent;
}

/**
 * Contexts kept. Each holds a copy of all of Node's authorities: 1 MB, and 0.1 s or more on a weak core. Most subscriptions
 * trust the same ones.
 */
const kept = 16;
/** Milliseconds after which an idle connection is closed. */
const idle = 15_000;
const own = new Map<string, Required<Trust>>();

/**
 * Returns options for TLS and HTTPS. Each set of trusted certificates has its own connections: a connection made under another
 * set proves nothing for this one.
 */
export function trustOf({ verifyCertificate, certificates }: TrustFacts): Trust {
  if (!verifyCertificate || certificates.length === 0) return { rejectUnauthorized: verifyCertificate };
  const key = certificates.map(({ pem }) => pem).join('');
  const known = own.get(key) ?? trusting(certificates.map(({ pem }) => pem));
  // Keeps the order of use.
  own.delete(key);
  own.set(key, known);
  // Connections of a dropped agent close when idle; some may be in use.
  const [oldest = ''] = own.keys();
  if (own.size > kept) own.delete(oldest);
  return known;
}

function trusting(certificates: readonly string[]): Required<Trust> {
  return {
    rejectUnauthorized: true,
    secureContext: tls.createSecureContext({
      ca: [...authorities(), ...certificates],
      // Accepts a server certificate or an intermediate authority as an anchor.
      allowPartialTrustChain: true,
    }),
    agent: new Agent({ keepAlive: true, timeout: idle }),
  };
}

/** Returns Node's default authorities; releases before 22.15 offer only the bundled ones. */
function authorities(): readonly string[] {
  const { getCACertificates } = tls as {
    readonly getCACertificates?: (type: 'default') => readonly string[];
  };
  return getCACertificates?.('default') ?? tls.rootCertificates;
}
