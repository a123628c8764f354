/** How this daemon speaks TLS. */
import { constants } from 'node:crypto';
import type { TlsOptions } from 'node:tls';

export type MinimumVersion = 'TLSv1.2' | 'TLSv1.3';

/**
 * Cipher suites by OpenSSL's names: authenticated encryption with forward secrecy only (RFC 9325 clause 4.2), the strongest
 * first. Level 2 refuses what gives less than 112 bits: RSA below 2048, SHA-1 signatures in chains.
 */
const suites = {
  'TLSv1.3': ['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'],
  'TLSv1.2': [
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'ECDHE-ECDSA-CHACHA20-POLY1305',
    'ECDHE-RSA-CHACHA20-POLY1305',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
  ],
} as const;

/**
 * Key exchange by elliptic curves only. Finite-field groups (RFC 7919) are in OpenSSL's default list, and ffdhe8192 costs the
 * server 75 times what X25519 does for a hello that costs its client nothing.
 */
const groups = ['X25519', 'P-256', 'P-384'];

/** The same suites by the names of their RFCs (8446, 5289, 7905), for clients to read. */
const registeredNames: Readonly<Record<string, string>> = {
  'ECDHE-ECDSA-AES256-GCM-SHA384': 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384': 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305': 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
  'ECDHE-RSA-CHACHA20-POLY1305': 'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256': 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256': 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
};

/** Registered names of the suites that may be agreed upon. */
export const cipherSuites = (minimum: MinimumVersion): readonly string[] => [
  ...suites['TLSv1.3'],
  ...(minimum === 'TLSv1.3' ? [] : suites['TLSv1.2'].map((name) => registeredNames[name] ?? name)),
];

export interface ContextFacts {
  /** PEM, the leaf first. */
  readonly chain: string;
  /** PEM. */
  readonly key: string;
  readonly minVersion: MinimumVersion;
  /** PEM of those who may vouch for clients; empty when clients are not asked. */
  readonly trusted: readonly string[];
  readonly clients: 'off' | 'optional' | 'required';
}

/**
 * What a TLS server is told. Renegotiation, which TLS 1.2 still has, is refused. Where clients show certificates no session
 * is resumed either, so that each connection is judged by those who are trusted now.
 */
export function serverOptions({ chain, key, minVersion, trusted, clients }: ContextFacts): TlsOptions {
  return {
    ...{ cert: chain, key, minVersion },
    ciphers: [...suites['TLSv1.3'], ...suites['TLSv1.2'], '@SECLEVEL=2'].join(':'),
    ecdhCurve: groups.join(':'),
    requestCert: clients !== 'off',
    rejectUnauthorized: clients === 'required',
    // Without a list OpenSSL would be given Mozilla's, and any public authority could vouch for a user.
    ca: [...trusted],
    secureOptions:
      constants.SSL_OP_NO_RENEGOTIATION |
      constants.SSL_OP_CIPHER_SERVER_PREFERENCE |
      (clients === 'off' ? 0 : constants.SSL_OP_NO_TICKET),
  };
}
