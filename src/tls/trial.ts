/** Proves that a server can speak TLS with a pair before any client depends on it: a handshake inside this process. */
import type { X509Certificate } from 'node:crypto';
import { type Duplex, duplexPair } from 'node:stream';
import {
  connect,
  createSecureContext,
  type SecureVersion,
  TLSSocket as ServerSocket,
  type TLSSocket,
  type TlsOptions,
} from 'node:tls';
import { CertificateRefusal } from './refusal.ts';

/** A handshake between two ends of one process takes milliseconds; the slowest controllers need a second for RSA 4096. */
const patience = 20_000;

/**
 * Shakes hands once in each version of TLS that `options` allow. Proof is that the client has read a byte that came
 * encrypted, under the certificate `leaf`.
 * @throws CertificateRefusal `value`
 */
export async function proveHandshake(options: TlsOptions, leaf: X509Certificate): Promise<void> {
  const versions: SecureVersion[] = options.minVersion === 'TLSv1.3' ? ['TLSv1.3'] : ['TLSv1.2', 'TLSv1.3'];
  for (const version of versions) await shakeHands(options, leaf, version);
}

async function shakeHands(options: TlsOptions, leaf: X509Certificate, version: SecureVersion): Promise<void> {
  const [near, far] = duplexPair();
  const sockets: Duplex[] = [near, far];
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error('the handshake did not end')), patience);
      // Here it is the server that is on trial: no client is asked for a certificate.
      const server = new ServerSocket(near, { isServer: true, secureContext: createSecureContext(options) });
      sockets.push(server);
      server.on('error', reject);
      server.write('.');
      const client: TLSSocket = connect({
        ...{ socket: far, minVersion: version, maxVersion: version },
        // Whether clients trust it is theirs to say; that it is this certificate is checked below.
        rejectUnauthorized: false,
      });
      sockets.push(client);
      client.on('error', reject);
      client.once('data', () => {
        const shown = client.getPeerX509Certificate();
        if (shown?.raw.equals(leaf.raw)) resolve();
        else reject(new Error('another certificate was shown'));
      });
    });
  } catch (cause) {
    throw new CertificateRefusal('value', `a certificate with which ${version} does not work`, { cause });
  } finally {
    clearTimeout(timer);
    for (const socket of sockets) socket.destroy();
  }
}
