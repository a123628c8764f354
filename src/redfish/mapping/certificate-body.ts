/** What a certificate shows, wherever it stands. */
import type { Certificate } from '../../tls/certificates.ts';
import {
  type AlternativeName,
  type DistinguishedName,
  keyUsagesOf,
  nameOid,
  valuesOf,
} from '../../tls/details.ts';
import type { JsonObject } from '../service/json.ts';

export function certificateBody({ pem, isChain, leaf, details }: Certificate): JsonObject {
  return {
    CertificateString: pem,
    CertificateType: isChain ? 'PEMchain' : 'PEM',
    Subject: { ...identifier(details.subject), AlternativeNames: alternatives(details.alternativeNames) },
    Issuer: identifier(details.issuer),
    ValidNotBefore: details.notBefore.toISOString(),
    ValidNotAfter: details.notAfter.toISOString(),
    KeyUsage: keyUsagesOf(details),
    SerialNumber: pairs(leaf.serialNumber),
    Fingerprint: leaf.fingerprint256,
    FingerprintHashAlgorithm: 'TPM_ALG_SHA256',
    SignatureAlgorithm: details.signatureAlgorithm,
  };
}

function identifier(name: DistinguishedName): JsonObject {
  const first = (oid: string) => valuesOf(name, oid)[0];
  return {
    CommonName: first(nameOid.commonName),
    Organization: first(nameOid.organization),
    OrganizationalUnit: first(nameOid.organizationalUnit),
    City: first(nameOid.locality),
    State: first(nameOid.state),
    Country: first(nameOid.country),
    Email: first(nameOid.email),
    DisplayString: displayed(name),
    DomainComponents: some(valuesOf(name, nameOid.domainComponent)),
    AdditionalCommonNames: some(valuesOf(name, nameOid.commonName).slice(1)),
    AdditionalOrganizationalUnits: some(valuesOf(name, nameOid.organizationalUnit).slice(1)),
  };
}

/** Names of attributes in one line (RFC 4514 clause 3, and by custom for the last two). */
const shortNames: Readonly<Record<string, string>> = {
  [nameOid.commonName]: 'CN',
  [nameOid.country]: 'C',
  [nameOid.locality]: 'L',
  [nameOid.state]: 'ST',
  [nameOid.organization]: 'O',
  [nameOid.organizationalUnit]: 'OU',
  [nameOid.domainComponent]: 'DC',
  [nameOid.email]: 'emailAddress',
  [nameOid.surname]: 'SN',
};

/** The name in one line as RFC 4514 clause 2.4 escapes it, in the order of the certificate. */
const displayed = (name: DistinguishedName): string =>
  name.map(({ oid, value }) => `${shortNames[oid] ?? oid}=${escaped(value)}`).join(', ');

const escaped = (value: string): string =>
  value.replace(/[\\,+"<>;]|^[ #]| $/g, '\\$&').replace(/\p{Cc}/gu, (control) => {
    return `\\${control.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });

const alternatives = (names: readonly AlternativeName[]) => some(names.map(({ value }) => value));
const some = (values: readonly string[]) => (values.length === 0 ? undefined : values);

/** `0A:1B` of `A1B`. */
const pairs = (hex: string): string => (hex.length % 2 === 0 ? hex : `0${hex}`).replace(/(..)(?=.)/g, '$1:');
