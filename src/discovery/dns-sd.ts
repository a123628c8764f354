/**
 * DNS-based service discovery (RFC 6763) over multicast DNS (RFC 6762): `_redfish._tcp`. The library is loaded when the
 * protocol is switched on.
 */
import type { Responder } from '@homebridge/ciao';
import type { ServedAddress } from './served.ts';

export interface DnsSdOptions {
  readonly served: () => readonly ServedAddress[];
  readonly port: () => number;
  /** Instance name of the service, and the host name without domain. */
  readonly names: () => { readonly service: string; readonly host: string };
  readonly uuid: string;
  readonly log: (text: string, detail: Readonly<Record<string, unknown>>) => void;
}

export class DnsSd {
  readonly #options: DnsSdOptions;
  #running: { readonly responder: Responder; readonly advertised: string } | undefined;
  /** Serializes starts and stops. */
  #turn: Promise<void> = Promise.resolve();
  #wanted = false;
  /** The last error, logged once. */
  #complaint = '';

  constructor(options: DnsSdOptions) {
    this.#options = options;
  }

  start(): void {
    this.#wanted = true;
    void this.refresh();
  }

  /** Resolves when the goodbye message is sent. */
  stop(): Promise<void> {
    this.#wanted = false;
    return this.refresh();
  }

  /** Advertises the current state. Never rejects: without a network the next refresh tries again. */
  refresh(): Promise<void> {
    this.#turn = this.#turn
      .then(() => this.#advertise())
      .catch((error: unknown) => {
        const text = error instanceof Error ? error.message : String(error);
        if (text === this.#complaint) return;
        this.#complaint = text;
        this.#options.log('DNS-SD cannot advertise the service; it will try again', { error: text });
      });
    return this.#turn;
  }

  async #advertise(): Promise<void> {
    const interfaces = [...new Set(this.#options.served().map(({ name }) => name))].sort();
    const { service: name, host: hostname } = this.#options.names();
    const port = this.#options.port();
    const advertised = JSON.stringify([interfaces, name, hostname, port]);
    if (this.#wanted && this.#running?.advertised === advertised) return;
    const before = this.#running;
    this.#running = undefined;
    await before?.responder.shutdown();
    if (!this.#wanted || interfaces.length === 0) return;
    const { getResponder } = await import('@homebridge/ciao');
    const responder = getResponder({ interface: interfaces });
    const service = responder.createService({
      name,
      hostname,
      port,
      type: 'redfish',
      txt: { path: '/redfish/v1/', uuid: this.#options.uuid },
    });
    this.#running = { responder, advertised };
    try {
      await service.advertise();
    } catch (error) {
      this.#running = undefined;
      await responder.shutdown();
      throw error;
    }
  }
}
