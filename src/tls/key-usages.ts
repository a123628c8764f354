/** Key usages: two extensions of a certificate (RFC 5280 clauses 4.2.1.3 and 4.2.1.12), one list in Redfish. */

/** Bits of the KeyUsage extension by their Redfish names, in order. */
export const keyUsageBits = [
  'DigitalSignature',
  'NonRepudiation',
  'KeyEncipherment',
  'DataEncipherment',
  'KeyAgreement',
  'KeyCertSign',
  'CRLSigning',
  'EncipherOnly',
  'DecipherOnly',
] as const;

/** Purposes of the ExtendedKeyUsage extension that have a Redfish name. */
export const extendedKeyUsages = {
  ServerAuthentication: '1.3.6.1.5.5.7.3.1',
  ClientAuthentication: '1.3.6.1.5.5.7.3.2',
  CodeSigning: '1.3.6.1.5.5.7.3.3',
  EmailProtection: '1.3.6.1.5.5.7.3.4',
  Timestamping: '1.3.6.1.5.5.7.3.8',
  OCSPSigning: '1.3.6.1.5.5.7.3.9',
} as const;

export type KeyUsageName = (typeof keyUsageBits)[number] | keyof typeof extendedKeyUsages;

export const isKeyUsageName = (text: string): text is KeyUsageName =>
  (keyUsageBits as readonly string[]).includes(text) || Object.hasOwn(extendedKeyUsages, text);
