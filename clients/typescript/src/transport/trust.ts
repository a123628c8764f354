/** Connections and whom they trust: certificate authorities, a pinned certificate, or the first one that is seen. */
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { RedfishError } from '../errors.ts';

/** Remembers the certificate of each service: SHA-256 of its DER form in lower-case hex, by `host:port`. */
export interface PinStore {
  get(host: string): string | undefined;
  set(host: string, fingerprint: string): void;
}

export interface TlsOptions {
  /** Authorities in PEM, in place of those of Node. */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[];
  /** Client certificate and its key in PEM. */
  readonly cert?: string | Uint8Array;
  readonly key?: string | Uint8Array;
  readonly passphrase?: string;
  /** SHA-256 of the only certificate to accept, in hex, colons allowed. It need not be signed by anyone. */
  readonly pin?: string;
  /**
   * `verify` (default): an authority must vouch for the certificate and its name.
   * `first-use`: an unknown certificate is remembered in `pins`, and must stay the same from then on.
   * `none`: any certificate; whoever is in between reads the password.
   */
  readonly trust?: 'verify' | 'first-use' | 'none';
  /** Where `first-use` remembers; in memory, for this client, when left out. */
  readonly pins?: PinStore;
  /** The name that the certificate must have, when it is not that of the URL. */
  readonly servername?: string;
}

/** A hex fingerprint in the form in which they are compared. */
export const plainFingerprint = (text: string): string =>
  text
    .replace(/^sha256[:/]/i, '')
    .replaceAll(':', '')
    .toLowerCase();

/** Pins in memory. */
export function memoryPins(): PinStore {
  const pins = new Map<string, string>();
  return { get: (host) => pins.get(host), set: (host, fingerprint) => void pins.set(host, fingerprint) };
}

/** Pins in a JSON file of mode 0600, `{"host:port": "fingerprint"}`, replaced as a whole. @throws Error for a broken file */
export function filePins(path: string): PinStore {
  const read = (): Record<string, string> => {
    if (!existsSync(path)) return {};
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
    } catch {
      throw new RedfishError('usage', `${path} is no JSON file of pins: mend or remove it`);
    }
  };
  return {
    get: (host) => read()[host],
    set: (host, fingerprint) => {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(`${path}.new`, `${JSON.stringify({ ...read(), [host]: fingerprint }, null, 2)}\n`, {
        mode: 0o600,
      });
      renameSync(`${path}.new`, path);
    },
  };
}

/** Decides on the certificate of a finished handshake. Returns the reason to refuse it. */
function refusal(
  socket: TLSSocket,
  host: string,
  options: TlsOptions,
  pins: PinStore,
): RedfishError | undefined {
  const raw = socket.getPeerCertificate().raw as Buffer | undefined;
  const fingerprint = raw === undefined ? '' : plainFingerprint(new X509Certificate(raw).fingerprint256);
  const changed = (expected: string): RedfishError =>
    new RedfishError(
      'pin',
      `${host} shows another certificate than the one that is trusted (now ${fingerprint}, before ${expected}): ` +
        'find out why, then trust the new one or remove the pin',
      { fingerprint, sent: false },
    );
  if (options.pin !== undefined) {
    const expected = plainFingerprint(options.pin);
    return fingerprint === expected ? undefined : changed(expected);
  }
  if (socket.authorized || options.trust === 'none') return undefined;
  if (options.trust === 'first-use') {
    const known = pins.get(host);
    if (known === undefined) pins.set(host, fingerprint);
    else if (plainFingerprint(known) !== fingerprint) return changed(known);
    return undefined;
  }
  return new RedfishError(
    'tls',
    `the certificate of ${host} is not trusted (${socket.authorizationError}; SHA-256 ${fingerprint}): ` +
      'give the authority that signed it (ca), or pin this certificate (pin, or trust on first use)',
    { fingerprint, sent: false },
  );
}

export interface Place {
  readonly secure: boolean;
  readonly hostname: string;
  readonly port: number;
}

/** Opens connections to one place. The callback gets the socket when its peer is trusted, or a RedfishError. */
export type Connector = (callback: (error: RedfishError | null, socket: Socket | null) => void) => void;

/** @param timeout milliseconds for connection and handshake together */
export function connector(place: Place, options: TlsOptions, timeout: number): Connector {
  const hostname = place.hostname.replace(/^\[|\]$/g, '');
  const host = `${place.hostname}:${place.port}`;
  const pins = options.pins ?? memoryPins();
  const tls = {
    ...(options.ca === undefined ? {} : { ca: options.ca as string }),
    ...(options.cert === undefined ? {} : { cert: options.cert as string }),
    ...(options.key === undefined ? {} : { key: options.key as string }),
    ...(options.passphrase === undefined ? {} : { passphrase: options.passphrase }),
  };
  const servername = options.servername ?? (isIP(hostname) ? undefined : hostname);
  return (callback) => {
    const socket: Socket | TLSSocket = place.secure
      ? connectTls({
          ...{ host: hostname, port: place.port, ALPNProtocols: ['http/1.1'], rejectUnauthorized: false },
          ...(servername === undefined ? {} : { servername }),
          ...tls,
        })
      : connectTcp({ host: hostname, port: place.port });
    let done = false;
    const finish = (error: RedfishError | null): void => {
      if (done) return;
      done = true;
      clearTimeout(timer);
      socket.off('error', failed);
      if (error) {
        socket.on('error', () => {});
        socket.destroy();
      }
      // A peer that lost power is noticed also where nothing is sent for long, as on a stream.
      if (!error) socket.setKeepAlive(true, 30_000);
      callback(error, error ? null : socket);
    };
    const failed = (error: NodeJS.ErrnoException): void => {
      const kind = error.code?.startsWith('ERR_SSL') || error.code === 'EPROTO' ? 'tls' : 'network';
      finish(
        new RedfishError(kind, `${host} cannot be reached: ${error.message || error.code}`, {
          sent: false,
          cause: error,
        }),
      );
    };
    const timer = setTimeout(
      () =>
        finish(
          new RedfishError('timeout', `${host} did not accept a connection within ${timeout / 1000} s`, {
            sent: false,
          }),
        ),
      timeout,
    );
    socket.once('error', failed);
    socket.once(place.secure ? 'secureConnect' : 'connect', () =>
      finish('authorized' in socket ? (refusal(socket, host, options, pins) ?? null) : null),
    );
  };
}
