/** The listeners of the service: HTTPS, and plain HTTP that redirects to it. Their addresses are known once it runs. */
import type Koa from 'koa';
import type { Discovery } from '../discovery/discovery.ts';
import type { Admission } from '../http/listener/admission.ts';
import { listenMovable, type MovableListener } from '../http/listener/movable.ts';
import { listenRedirect, type Redirect } from '../http/listener/redirect.ts';
import { listen } from '../http/listener/server.ts';
import type { HttpsPort } from '../network/https-port.ts';
import type { Certificates } from '../tls/certificates.ts';
import type { DaemonOptions } from './options.ts';
import type { ServedPorts } from './ports.ts';

/** Milliseconds that answers under way may take once the daemon stops. */
const grace = 800;

export interface FrontEndParts {
  readonly httpsPort: HttpsPort;
  readonly discovery: Discovery;
  readonly certificates: Certificates;
  readonly admission: Admission;
  readonly ports: ServedPorts;
}

export class FrontEnd {
  readonly #options: DaemonOptions;
  readonly #parts: FrontEndParts;
  readonly #koa: Koa;
  #listener: MovableListener | undefined;
  #redirect: Redirect | undefined;
  #endSecuring = () => {};

  constructor(koa: Koa, options: DaemonOptions, parts: FrontEndParts) {
    this.#koa = koa;
    this.#options = options;
    this.#parts = parts;
  }

  get listening(): boolean {
    return this.#listener?.listening ?? false;
  }

  /** @throws Error before the front end has started */
  get address(): MovableListener['address'] {
    if (this.#listener === undefined) throw new Error('the HTTPS listener has not started');
    return this.#listener.address;
  }

  /** Null where no plain HTTP listener is configured. */
  get redirectAddress(): Redirect['address'] | null {
    return this.#redirect?.address ?? null;
  }

  /** @throws Error with the system's `code` when a port cannot be opened */
  async start(): Promise<void> {
    const { ports, httpsPort, discovery, certificates, admission } = this.#parts;
    const listener = await this.#open();
    this.#listener = listener;
    ports.opened(listener);
    httpsPort.onMove(async (port) => {
      await listener.move(port);
      discovery.refresh();
    });
    this.#endSecuring = certificates.onChange(() => listener.secure(certificates.options));
    const { httpRedirect } = this.#options;
    if (httpRedirect === undefined) return;
    const { host, port } = httpRedirect;
    this.#redirect = await listenRedirect(host, port, () => listener.address.port, admission);
    ports.redirects(this.#redirect);
  }

  async stopRedirect(): Promise<void> {
    await this.#redirect?.close();
  }

  async stop(): Promise<void> {
    this.#endSecuring();
    await this.#listener?.close(grace);
  }

  /** The port that a client asked for, or where that cannot be opened, the one of the command line. */
  async #open(): Promise<MovableListener> {
    const { host, port: configured, http2, log } = this.#options;
    const { certificates, httpsPort, admission } = this.#parts;
    const { wanted } = httpsPort;
    const open = (port: number) =>
      listen(this.#koa, { tls: certificates.options, host, port, admission, http2 });
    try {
      return await listenMovable(open, wanted);
    } catch (error) {
      if (wanted === configured) throw error;
      log.error('the HTTPS port set over Redfish cannot be opened: the configured one is used', {
        err: error,
        port: wanted,
        configured,
      });
      return listenMovable(open, configured);
    }
  }
}
