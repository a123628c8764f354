/** What an administrator may set about TLS. */
import type { Settings } from '../store/settings.ts';
import type { MinimumVersion } from './context.ts';

/** What of a client's certificate names its account. */
export type CertificateMapping = 'CommonName' | 'UserPrincipalName';

export interface TlsPolicy {
  readonly minVersion: MinimumVersion;
  /** Clients are asked for a certificate, and may log in by it. */
  readonly clientCertificates: boolean;
  /** Where they are asked, clients without a certificate that counts are not answered at all. */
  readonly certificateRequired: boolean;
  readonly mapping: CertificateMapping;
}

const defaultPolicy: TlsPolicy = {
  minVersion: 'TLSv1.2',
  clientCertificates: false,
  certificateRequired: false,
  mapping: 'CommonName',
};

/** Whether a client without a certificate that counts is turned away. */
export const demandsCertificate = (policy: TlsPolicy): boolean =>
  policy.clientCertificates && policy.certificateRequired;

const choices: { readonly [K in keyof TlsPolicy]: readonly TlsPolicy[K][] } = {
  minVersion: ['TLSv1.2', 'TLSv1.3'],
  clientCertificates: [true, false],
  certificateRequired: [true, false],
  mapping: ['CommonName', 'UserPrincipalName'],
};

const key = 'tls.policy';

/** What is in force: what was stored, or the default. */
export const storedPolicy = (settings: Settings): TlsPolicy =>
  settings.json(key, decodePolicy, defaultPolicy);

/** @throws StoreError */
export const storePolicy = (settings: Settings, policy: TlsPolicy): void => settings.setJson(key, policy);

/** Back to what holds on a new controller. @throws StoreError */
export const resetPolicy = (settings: Settings): void => settings.delete(key);

/** A stored policy, or undefined when it is none. */
function decodePolicy(value: unknown): TlsPolicy | undefined {
  const entries = Object.entries(choices) as [keyof TlsPolicy, readonly unknown[]][];
  const given = value as Readonly<Record<string, unknown>> | null;
  const sound = typeof given === 'object' && entries.every(([name, list]) => list.includes(given?.[name]));
  return sound ? (given as unknown as TlsPolicy) : undefined;
}
