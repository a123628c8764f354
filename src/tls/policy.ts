/** What an administrator may set about TLS. */
import type { MinimumVersion } from './context.ts';

/** What of a client's certificate names its account. */
export type CertificateMapping = 'CommonName' | 'UserPrincipalName';

export interface TlsPolicy {
  readonly minVersion: MinimumVersion;
  /** Whether clients are asked for a certificate, and whether they are answered without one that is valid. */
  readonly clients: 'off' | 'optional' | 'required';
  readonly mapping: CertificateMapping;
}

export const defaultPolicy: TlsPolicy = { minVersion: 'TLSv1.2', clients: 'off', mapping: 'CommonName' };

const choices: { readonly [K in keyof TlsPolicy]: readonly TlsPolicy[K][] } = {
  minVersion: ['TLSv1.2', 'TLSv1.3'],
  clients: ['off', 'optional', 'required'],
  mapping: ['CommonName', 'UserPrincipalName'],
};

/** A stored policy, or undefined when it is none. */
export function decodePolicy(value: unknown): TlsPolicy | undefined {
  const entries = Object.entries(choices) as [keyof TlsPolicy, readonly unknown[]][];
  const given = value as Readonly<Record<string, unknown>> | null;
  const sound = typeof given === 'object' && entries.every(([name, list]) => list.includes(given?.[name]));
  return sound ? (given as unknown as TlsPolicy) : undefined;
}
