/** Creates keys, the self-signed certificate and signing requests. */
import { KeyObject, randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import { nameOid } from './details.ts';
import { extendedKeyUsages, type KeyUsageName, keyUsageBits } from './key-usages.ts';
import { keyPem } from './pem.ts';

export interface TlsPair {
  /** PEM: the leaf, then its chain if there is one. */
  readonly chain: string;
  /** PEM, PKCS#8. */
  readonly key: string;
}

export type KeyKind =
  | { readonly algorithm: 'RSA'; readonly bits: 2048 | 3072 | 4096 }
  | { readonly algorithm: 'ECDSA'; readonly curve: 'P-256' | 'P-384' };

/** Content of a signing request (RFC 2986). */
export interface SigningRequest {
  readonly key: KeyKind;
  /** Attributes of the subject, in order, by the names of `nameOid`. */
  readonly subject: readonly (readonly [keyof typeof nameOid, string])[];
  /** Host names and addresses. */
  readonly alternativeNames: readonly string[];
  readonly keyUsages: readonly KeyUsageName[];
  /** Printable characters only. */
  readonly challengePassword?: string | undefined;
  readonly unstructuredName?: string | undefined;
}

/** Validity of the self-signed certificate, days: long, because it is not renewed. */
const validDays = 3650;
const unstructuredNameOid = '1.2.840.113549.1.9.2';

/** Loads the ASN.1 library at its first use: it takes longer to load than the rest of the daemon. */
async function library() {
  await import('reflect-metadata');
  return import('@peculiar/x509');
}

type Library = Awaited<ReturnType<typeof library>>;

/** Returns a self-signed ECDSA P-256 certificate for `names` (host names and addresses). */
export async function selfSigned(names: readonly string[]): Promise<TlsPair> {
  const x509 = await library();
  const { keys, signingAlgorithm } = await generate({ algorithm: 'ECDSA', curve: 'P-256' });
  const [commonName = 'redfishd'] = names;
  const generated = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: `00${randomBytes(15).toString('hex')}`,
    name: [{ CN: [commonName] }, { O: ['redfishd'] }],
    // Valid from 1970: a BMC can start with that clock, and clients would refuse a certificate of the future.
    notBefore: new Date(0),
    notAfter: new Date(Date.now() + validDays * 86_400_000),
    signingAlgorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      ...usageExtensions(x509, ['DigitalSignature', 'ServerAuthentication']),
      alternativeNames(x509, names),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { chain: `${generated.toString('pem')}\n`, key: keyPem(KeyObject.from(keys.privateKey)) };
}

/** Returns a new key and its signing request; both PEM. */
export async function signingRequest(wanted: SigningRequest): Promise<{ csr: string; key: string }> {
  const x509 = await library();
  const { keys, signingAlgorithm } = await generate(wanted.key);
  const attributes = [];
  if (wanted.challengePassword !== undefined)
    attributes.push(new x509.ChallengePasswordAttribute(wanted.challengePassword));
  if (wanted.unstructuredName !== undefined)
    attributes.push(new x509.Attribute(unstructuredNameOid, [utf8String(wanted.unstructuredName)]));
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    name: new x509.Name(wanted.subject.map(([name, value]) => ({ [nameOid[name]]: [encoded(name, value)] }))),
    attributes,
    keys,
    signingAlgorithm,
    extensions: [
      ...usageExtensions(x509, wanted.keyUsages),
      ...(wanted.alternativeNames.length === 0 ? [] : [alternativeNames(x509, wanted.alternativeNames)]),
    ],
  });
  return { csr: `${csr.toString('pem')}\n`, key: keyPem(KeyObject.from(keys.privateKey)) };
}

async function generate(kind: KeyKind) {
  const signingAlgorithm =
    kind.algorithm === 'RSA'
      ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
      : { name: 'ECDSA', namedCurve: kind.curve, hash: kind.curve === 'P-384' ? 'SHA-384' : 'SHA-256' };
  const keys =
    kind.algorithm === 'RSA'
      ? await webcrypto.subtle.generateKey(
          { ...signingAlgorithm, modulusLength: kind.bits, publicExponent: Uint8Array.of(1, 0, 1) },
          ...usable,
        )
      : await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: kind.curve }, ...usable);
  return { keys, signingAlgorithm };
}

const usable = [true, ['sign', 'verify']] as const satisfies [boolean, readonly string[]];

/** Encodes an attribute: two have string types by RFC 5280 appendix A and RFC 2985 clause 5.2.1; others are UTF-8. */
function encoded(name: keyof typeof nameOid, value: string) {
  if (name === 'country') return { printableString: value };
  return name === 'email' ? { ia5String: value } : { utf8String: value };
}

/** Returns the DER of a UTF8String of up to 127 bytes. */
const utf8String = (text: string): Buffer => {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.of(0x0c, bytes.length), bytes]);
};

function alternativeNames(x509: Library, names: readonly string[]) {
  return new x509.SubjectAlternativeNameExtension(
    names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }) as const),
  );
}

/** Returns the extensions KeyUsage and ExtendedKeyUsage; an empty one is omitted. */
function usageExtensions(x509: Library, usages: readonly KeyUsageName[]) {
  const bits = keyUsageBits.flatMap((name, bit) => (usages.includes(name) ? [1 << bit] : []));
  const purposes = usages.flatMap((name) => (name in extendedKeyUsages ? [oidOfPurpose(name)] : []));
  return [
    ...(bits.length === 0
      ? []
      : [
          new x509.KeyUsagesExtension(
            bits.reduce((sum, bit) => sum | bit),
            true,
          ),
        ]),
    ...(purposes.length === 0 ? [] : [new x509.ExtendedKeyUsageExtension(purposes)]),
  ];
}

const oidOfPurpose = (name: string): string => extendedKeyUsages[name as keyof typeof extendedKeyUsages];
