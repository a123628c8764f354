/** The parameters of GenerateCSR, and what they ask for. */

import { isIP } from 'node:net';
import { message, RedfishError } from '../../messages/messages.ts';
import type { nameOid } from '../../tls/details.ts';
import { extendedKeyUsages, isKeyUsageName, type KeyUsageName, keyUsageBits } from '../../tls/key-usages.ts';
import type { KeyKind, SigningRequest } from '../../tls/make.ts';
import type { App } from '../app.ts';
import type { ActionParameters } from '../generated/types.ts';
import type { ActionParameter } from '../service/resource.ts';

/** Text of so many characters at most (the upper bounds of RFC 5280 appendix A.1), without control characters. */
const text = (most: number): string => `^[^\\x00-\\x1f\\x7f]{1,${most}}$`;
const label = '[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?';
const hostName = new RegExp(`^(?:\\*\\.)?${label}(?:\\.${label})*$`);
const isHostName = (name: string): boolean => name.length <= 253 && hostName.test(name);
const mostAlternativeNames = 64;

/** What may stand in the subject, in the order in which it will. */
const subject: readonly {
  readonly parameter:
    | 'Country'
    | 'State'
    | 'City'
    | 'Organization'
    | 'OrganizationalUnit'
    | 'CommonName'
    | 'Surname'
    | 'GivenName'
    | 'Initials'
    | 'ContactPerson'
    | 'Email';
  readonly name: keyof typeof nameOid;
  readonly pattern: string;
}[] = [
  { parameter: 'Country', name: 'country', pattern: '^[A-Za-z]{2}$' },
  { parameter: 'State', name: 'state', pattern: text(128) },
  { parameter: 'City', name: 'locality', pattern: text(128) },
  { parameter: 'Organization', name: 'organization', pattern: text(64) },
  { parameter: 'OrganizationalUnit', name: 'organizationalUnit', pattern: text(64) },
  { parameter: 'CommonName', name: 'commonName', pattern: text(64) },
  { parameter: 'Surname', name: 'surname', pattern: text(40) },
  { parameter: 'GivenName', name: 'givenName', pattern: text(16) },
  { parameter: 'Initials', name: 'initials', pattern: text(5) },
  { parameter: 'ContactPerson', name: 'name', pattern: text(64) },
  { parameter: 'Email', name: 'email', pattern: '^[!-~]{1,255}$' },
];

/** Algorithms and curves by their names in the TCG Algorithm Registry, as Redfish wants them. */
const curves: Readonly<Record<string, 'P-256' | 'P-384'>> = {
  TPM_ECC_NIST_P256: 'P-256',
  TPM_ECC_NIST_P384: 'P-384',
};
const rsa = 'TPM_ALG_RSA';
const ecdsa = 'TPM_ALG_ECDSA';
const rsaBits = [2048, 3072, 4096] as const;

export const csrParameters: Readonly<Record<string, ActionParameter<App>>> = {
  ...Object.fromEntries(
    subject.map(({ parameter, pattern }) => [
      parameter,
      { type: 'String', required: parameter === 'CommonName', pattern } as const,
    ]),
  ),
  AlternativeNames: { type: 'StringArray' },
  KeyPairAlgorithm: { type: 'String', allowable: () => [rsa, ecdsa] },
  KeyBitLength: { type: 'Number', allowable: () => rsaBits.map(String) },
  KeyCurveId: { type: 'String', allowable: () => Object.keys(curves) },
  KeyUsage: { type: 'StringArray', allowable: () => [...keyUsageBits, ...Object.keys(extendedKeyUsages)] },
  // Both go into PKCS #9 attributes: the first as a PrintableString, the second with a length of one octet.
  ChallengePassword: { type: 'String', pattern: "^[A-Za-z0-9 '()+,./:=?-]{1,64}$" },
  UnstructuredName: { type: 'String', pattern: '^[ -~]{1,127}$' },
};

type Args = ActionParameters['CertificateService.GenerateCSR'];

/** @throws RedfishError 400 for arguments that are right each by itself, but not together */
export function signingRequestOf(args: Args, action: string): SigningRequest {
  const key = keyOf(args);
  const given = args.KeyUsage?.filter(isKeyUsageName) ?? [];
  return {
    key,
    subject: subject.flatMap(({ parameter, name }) => {
      const value = args[parameter];
      return value === undefined ? [] : [[name, value] as const];
    }),
    alternativeNames: alternativeNames(args, action),
    keyUsages: given.length > 0 ? given : usual(key),
    challengePassword: args.ChallengePassword,
    unstructuredName: args.UnstructuredName,
  };
}

/** What a server's key is for; RSA is also asked to wrap keys by clients older than forward secrecy. */
const usual = ({ algorithm }: KeyKind): readonly KeyUsageName[] => [
  'DigitalSignature',
  ...(algorithm === 'RSA' ? (['KeyEncipherment'] as const) : []),
  'ServerAuthentication',
];

/** An algorithm that is not named follows from the size or the curve; elliptic curves are kind to small processors. */
function keyOf({ KeyPairAlgorithm, KeyBitLength, KeyCurveId }: Args): KeyKind {
  const algorithm = KeyPairAlgorithm ?? (KeyBitLength === undefined ? ecdsa : rsa);
  if (algorithm === rsa) {
    if (KeyCurveId !== undefined) throw conflict('KeyCurveId', KeyCurveId);
    return { algorithm: 'RSA', bits: rsaBits.find((bits) => bits === KeyBitLength) ?? 2048 };
  }
  if (KeyBitLength !== undefined) throw conflict('KeyBitLength', KeyBitLength);
  return {
    algorithm: 'ECDSA',
    curve: (KeyCurveId === undefined ? undefined : curves[KeyCurveId]) ?? 'P-256',
  };
}

/** Clients look for the name of a server here and no longer in the common name (RFC 9110 clause 4.3.4). */
function alternativeNames(args: Args, action: string): readonly string[] {
  const given = args.AlternativeNames ?? [];
  if (given.length > mostAlternativeNames) {
    throw new RedfishError([
      message('Base.ArraySizeTooLong', ['AlternativeNames', mostAlternativeNames], {
        relatedProperties: ['#/AlternativeNames'],
      }),
    ]);
  }
  const isName = (name: string) => isIP(name) !== 0 || isHostName(name);
  const faults = given.flatMap((name, index) =>
    isName(name)
      ? []
      : message('Base.ActionParameterValueFormatError', [name, `AlternativeNames/${index}`, action], {
          relatedProperties: [`#/AlternativeNames/${index}`],
        }),
  );
  if (faults.length > 0) throw new RedfishError(faults);
  const commonName = args.CommonName;
  return [...new Set(isName(commonName) ? [commonName, ...given] : given)];
}

const conflict = (parameter: string, value: string | number): RedfishError =>
  new RedfishError([
    message('Base.ActionParameterValueConflict', [parameter, String(value)], {
      relatedProperties: [`#/${parameter}`],
    }),
  ]);
