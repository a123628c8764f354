/** Tests a pair before it is installed, by a handshake within this process. */
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

/** Timeout, milliseconds. The slowest controllers need about 1 s for RSA 4096. */
const patience = 20_000;

/**
 * Performs one handshake for each TLS version of `options`. It succeeds when the client has received an encrypted byte from a
 * server with the certificate `leaf`.
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
      // The server is tested: no client certificate is requested.
      const server = new ServerSocket(near, { isServer: true, secureContext: createSecureContext(options) });
      sockets.push(server);
      server.on('error', reject);
      server.write('.');
      const client: TLSSocket = connect({
        socket: far,
        minVersion: version,
        maxVersion: version,
        // Trust is not tested; the certificate is compared below.
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
