/** The TLS settings of an administrator. */
import type { Settings } from '../store/settings.ts';
import type { MinimumVersion } from './context.ts';

/** The field of a client certificate that names the account. */
export type CertificateMapping = 'CommonName' | 'UserPrincipalName';

export interface TlsPolicy {
  readonly minVersion: MinimumVersion;
  /** Client certificates are requested and authenticate a user. */
  readonly clientCertificates: boolean;
  /** Clients without a valid certificate are refused in the handshake. */
  readonly certificateRequired: boolean;
  readonly mapping: CertificateMapping;
}

const defaultPolicy: TlsPolicy = {
  minVersion: 'TLSv1.2',
  clientCertificates: false,
  certificateRequired: false,
  mapping: 'CommonName',
};

/** Whether clients without a valid certificate are refused. */
export const demandsCertificate = (policy: TlsPolicy): boolean =>
  policy.clientCertificates && policy.certificateRequired;

const choices: { readonly [K in keyof TlsPolicy]: readonly TlsPolicy[K][] } = {
  minVersion: ['TLSv1.2', 'TLSv1.3'],
  clientCertificates: [true, false],
  certificateRequired: [true, false],
  mapping: ['CommonName', 'UserPrincipalName'],
};

const key = 'tls.policy';

/** Returns the policy in force: the stored one, or the default. */
export const storedPolicy = (settings: Settings): TlsPolicy =>
  settings.json(key, decodePolicy, defaultPolicy);

/** Stores a policy. @throws StoreError */
export const storePolicy = (settings: Settings, policy: TlsPolicy): void => settings.setJson(key, policy);

/** Restores the default policy. @throws StoreError */
export const resetPolicy = (settings: Settings): void => settings.delete(key);

/** Converts a stored policy; undefined when the value has another shape. */
function decodePolicy(value: unknown): TlsPolicy | undefined {
  const entries = Object.entries(choices) as [keyof TlsPolicy, readonly unknown[]][];
  const given = value as Readonly<Record<string, unknown>> | null;
  const sound = typeof given === 'object' && entries.every(([name, list]) => list.includes(given?.[name]));
  return sound ? (given as unknown as TlsPolicy) : undefined;
}
