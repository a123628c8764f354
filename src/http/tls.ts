/**
 * The server's certificate: made once, at first start, and kept in the state directory. Replacing it is the business of
 * the certificate service.
 */
import { createPrivateKey, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';

export interface TlsPair {
  /** PEM, the chain after the leaf if there is one. */
  readonly cert: string;
  /** PEM, PKCS#8. */
  readonly key: string;
}

/** A BMC has no way to renew what nobody replaces, so the first certificate lasts. */
const validDays = 3650;

/**
 * The pair kept in `dir`, made anew when there is none.
 *
 * @throws Error when files are there but are no matching pair: they are never overwritten.
 */
export async function certificate(dir: string, names: readonly string[]): Promise<TlsPair> {
  const certPath = join(dir, 'https.crt');
  const keyPath = join(dir, 'https.key');
  if (existsSync(certPath) && existsSync(keyPath)) {
    const pair = { cert: readFileSync(certPath, 'utf8'), key: readFileSync(keyPath, 'utf8') };
    checkPair(pair, certPath, keyPath);
    return pair;
  }
  const pair = await selfSigned(names);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  // The key goes first: a certificate without its key would be refused at the next start.
  writeAtomically(keyPath, pair.key, 0o600);
  writeAtomically(certPath, pair.cert, 0o644);
  return pair;
}

function checkPair(pair: TlsPair, certPath: string, keyPath: string): void {
  try {
    const parsed = new X509Certificate(pair.cert);
    if (parsed.checkPrivateKey(createPrivateKey(pair.key))) return;
  } catch (cause) {
    throw new Error(`${certPath} or ${keyPath} cannot be read as PEM; put both right or remove both`, {
      cause,
    });
  }
  throw new Error(`${keyPath} is not the key of ${certPath}; put the right pair there or remove both`);
}

function writeAtomically(path: string, text: string, mode: number): void {
  writeFileSync(`${path}.new`, text, { mode, flush: true });
  renameSync(`${path}.new`, path);
}

/** An ECDSA P-256 certificate for `names` (host names and addresses), signed by itself. */
export async function selfSigned(names: readonly string[]): Promise<TlsPair> {
  // Loaded only when a certificate has to be made: it costs more to load than the rest of the daemon.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const [commonName = 'redfishd'] = names;
  const generated = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: `00${randomBytes(15).toString('hex')}`,
    name: [{ CN: [commonName] }, { O: ['redfishd'] }],
    // A BMC may start with a clock of 1970: valid from then on, so that no client meets a certificate of the future.
    notBefore: new Date(0),
    notAfter: new Date(Date.now() + validDays * 86_400_000),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }) as const),
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const lines = (pkcs8.match(/.{1,64}/g) ?? []).join('\n');
  return {
    cert: `${generated.toString('pem')}\n`,
    key: `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`,
  };
}
