/** TLS parameters of the daemon: cipher suites, groups, server options. */
import { constants } from 'node:crypto';
import type { TlsOptions } from 'node:tls';

export type MinimumVersion = 'TLSv1.2' | 'TLSv1.3';

/**
 * Cipher suites by their OpenSSL names, the strongest first: authenticated encryption with forward secrecy only (RFC 9325
 * clause 4.2). Security level 2 refuses less than 112 bits: RSA below 2048 bits, SHA-1 signatures in chains.
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
 * Elliptic curves only. OpenSSL's default list has finite-field groups (RFC 7919); ffdhe8192 costs the server 75 times as
 * much as X25519, for a ClientHello that costs its sender nothing.
 */
const groups = ['X25519', 'P-256', 'P-384'];

/** Registered names of the suites (RFC 8446, 5289, 7905), as Redfish shows them. */
const registeredNames: Readonly<Record<string, string>> = {
  'ECDHE-ECDSA-AES256-GCM-SHA384': 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384': 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305': 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
  'ECDHE-RSA-CHACHA20-POLY1305': 'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256': 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256': 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
};

/** Returns the registered names of the enabled suites. */
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
  /** Trusted certificates for clients, PEM; empty when no client certificate is requested. */
  readonly trusted: readonly string[];
  readonly clients: 'off' | 'optional' | 'required';
}

/**
 * Returns the options of the TLS server. Renegotiation (TLS 1.2) is refused. With client certificates there is no session
 * resumption, so that every connection is verified against the present trusted certificates.
 */
export function serverOptions({ chain, key, minVersion, trusted, clients }: ContextFacts): TlsOptions {
  return {
    cert: chain,
    key,
    minVersion,
    ciphers: [...suites['TLSv1.3'], ...suites['TLSv1.2'], '@SECLEVEL=2'].join(':'),
    ecdhCurve: groups.join(':'),
    requestCert: clients !== 'off',
    rejectUnauthorized: clients === 'required',
    // Without a list, Node would pass Mozilla's to OpenSSL, and any public authority could certify a user.
    ca: [...trusted],
    secureOptions:
      constants.SSL_OP_NO_RENEGOTIATION |
      constants.SSL_OP_CIPHER_SERVER_PREFERENCE |
      (clients === 'off' ? 0 : constants.SSL_OP_NO_TICKET),
  };
}
