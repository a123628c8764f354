/** The fields of a certificate (RFC 5280), read from its DER and not from a printed form. */
import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { bitsOf, children, type Der, DerError, oidOf, readDer, stringOf, tag } from './der.ts';
import { extendedKeyUsages, type KeyUsageName, keyUsageBits } from './key-usages.ts';

/** One attribute of a distinguished name. */
export interface NameAttribute {
  readonly oid: string;
  readonly value: string;
}

export type DistinguishedName = readonly NameAttribute[];

/** An entry of SubjectAltName that can name a server or a user. */
export interface AlternativeName {
  readonly kind: 'dns' | 'ip' | 'email' | 'uri' | 'upn';
  readonly value: string;
}

export interface CertificateDetails {
  readonly subject: DistinguishedName;
  readonly issuer: DistinguishedName;
  readonly alternativeNames: readonly AlternativeName[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** The KeyUsage extension; null: absent, so without limit. */
  readonly keyUsage: readonly KeyUsageName[] | null;
  /** Object identifiers of ExtendedKeyUsage; null: absent, so without limit. */
  readonly extendedKeyUsage: readonly string[] | null;
  /** Object identifier. */
  readonly signatureAlgorithm: string;
}

/** Object identifiers of name attributes (RFC 5280 appendix A, RFC 2985 clause 5.2, RFC 4519 clause 2.4). */
export const nameOid = {
  commonName: '2.5.4.3',
  surname: '2.5.4.4',
  country: '2.5.4.6',
  locality: '2.5.4.7',
  state: '2.5.4.8',
  organization: '2.5.4.10',
  organizationalUnit: '2.5.4.11',
  name: '2.5.4.41',
  givenName: '2.5.4.42',
  initials: '2.5.4.43',
  email: '1.2.840.113549.1.9.1',
  domainComponent: '0.9.2342.19200300.100.1.25',
} as const;

const extensionOid = {
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  extendedKeyUsage: '2.5.29.37',
} as const;

/** `userPrincipalName`, as Microsoft registered it ([MS-WCCE] clause 2.2.2.7.7.4). */
const upnOid = '1.3.6.1.4.1.311.20.2.3';

/** Returns all values of one attribute, in order. */
export const valuesOf = (name: DistinguishedName, oid: string): string[] =>
  name.filter((attribute) => attribute.oid === oid).map(({ value }) => value);

/** Returns the fields of a certificate. @throws DerError when it violates RFC 5280 */
export function detailsOf(certificate: X509Certificate): CertificateDetails {
  const [body, signatureAlgorithm] = children(readDer(certificate.raw));
  if (body === undefined || signatureAlgorithm === undefined) throw new DerError('no certificate');
  const fields = children(body);
  // Order: version (absent for 1), serial number, algorithm, issuer, validity, subject, key.
  const shift = fields[0]?.tag === tag.context(0) ? 1 : 0;
  const extensions = extensionsOf(fields.find((field) => field.tag === tag.context(3)));
  const keyUsage = extensions.get(extensionOid.keyUsage);
  const extended = extensions.get(extensionOid.extendedKeyUsage);
  const alternatives = extensions.get(extensionOid.subjectAltName);
  return {
    issuer: nameOf(fields[shift + 2]),
    subject: nameOf(fields[shift + 4]),
    alternativeNames: alternatives === undefined ? [] : children(alternatives).flatMap(alternativeName),
    notBefore: new Date(certificate.validFrom),
    notAfter: new Date(certificate.validTo),
    keyUsage: keyUsage === undefined ? null : bitsOf(keyUsage).flatMap((bit) => keyUsageBits[bit] ?? []),
    extendedKeyUsage: extended === undefined ? null : children(extended).map(oidOf),
    signatureAlgorithm: oidOf(children(signatureAlgorithm)[0] ?? signatureAlgorithm),
  };
}

/** Returns all uses of the key by their Redfish names. */
export function keyUsagesOf({ keyUsage, extendedKeyUsage }: CertificateDetails): readonly KeyUsageName[] {
  const purposes = Object.entries(extendedKeyUsages) as [keyof typeof extendedKeyUsages, string][];
  const named = purposes.filter(([, oid]) => extendedKeyUsage?.includes(oid)).map(([name]) => name);
  return [...(keyUsage ?? []), ...named];
}

function nameOf(value: Der | undefined): DistinguishedName {
  if (value?.tag !== tag.sequence) throw new DerError('no name');
  return children(value)
    .flatMap(children)
    .flatMap((attribute) => {
      const [type, text] = children(attribute);
      const shown = text === undefined ? undefined : stringOf(text);
      return type === undefined || shown === undefined ? [] : [{ oid: oidOf(type), value: shown }];
    });
}

/** Returns the values of the known extensions by object identifier. */
function extensionsOf(field: Der | undefined): ReadonlyMap<string, Der> {
  const found = new Map<string, Der>();
  const [list] = field === undefined ? [] : children(field);
  for (const extension of list === undefined ? [] : children(list)) {
    const parts = children(extension);
    const [id] = parts;
    const value = parts.at(-1);
    if (id === undefined || value?.tag !== tag.octetString) throw new DerError('an extension has no value');
    // Other extensions are not parsed: they can contain anything.
    if (Object.values<string>(extensionOid).includes(oidOf(id))) found.set(oidOf(id), readDer(value.content));
  }
  return found;
}

/** RFC 5280 clause 4.2.1.6, GeneralName. */
function alternativeName(name: Der): AlternativeName[] {
  const text = () => Buffer.from(name.content).toString('latin1');
  switch (name.tag) {
    case tag.context(0): {
      const [type, wrapped] = children(name);
      const [value] = wrapped === undefined ? [] : children(wrapped);
      const upn = value === undefined ? undefined : stringOf(value);
      const isUpn = type !== undefined && oidOf(type) === upnOid && upn !== undefined;
      return isUpn ? [{ kind: 'upn', value: upn }] : [];
    }
    case tag.contextPrimitive(1):
      return [{ kind: 'email', value: text() }];
    case tag.contextPrimitive(2):
      return [{ kind: 'dns', value: text() }];
    case tag.contextPrimitive(6):
      return [{ kind: 'uri', value: text() }];
    case tag.contextPrimitive(7):
      return addressOf(name.content).map((value) => ({ kind: 'ip', value }));
    default:
      return [];
  }
}

function addressOf(bytes: Uint8Array): string[] {
  if (bytes.length === 4) return [bytes.join('.')];
  if (bytes.length !== 16) return [];
  const groups = Array.from({ length: 8 }, (_, at) =>
    ((bytes[at * 2] ?? 0) * 256 + (bytes[at * 2 + 1] ?? 0)).toString(16),
  );
  // The URL parser returns the form of RFC 5952.
  const short = new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
  return isIP(short) === 6 ? [short] : [];
}
