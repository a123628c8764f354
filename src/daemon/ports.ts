/** The TCP ports on which the service listens. */
import type { HttpsPort } from '../network/https-port.ts';

interface Listening {
  readonly address: { readonly port: number };
}

export class ServedPorts {
  readonly #wanted: HttpsPort;
  #https: Listening | undefined;
  #http: Listening | undefined;

  constructor(wanted: HttpsPort) {
    this.#wanted = wanted;
  }

  /** Port of HTTPS; the configured one until it is open. */
  get https(): number {
    return this.#https?.address.port ?? this.#wanted.wanted;
  }

  /** Port on which plain HTTP is redirected to HTTPS; null where none is. */
  get http(): number | null {
    return this.#http?.address.port ?? null;
  }

  opened(https: Listening): void {
    this.#https = https;
  }

  redirects(http: Listening): void {
    this.#http = http;
  }
}
