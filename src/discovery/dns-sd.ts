/**
 * DNS-based service discovery (RFC 6763) over multicast DNS (RFC 6762): `_redfish._tcp`, by a library that is loaded when it
 * is switched on.
 */
import type { Responder } from '@homebridge/ciao';
import type { ServedAddress } from './served.ts';

export interface DnsSdOptions {
  readonly served: () => readonly ServedAddress[];
  readonly port: () => number;
  /** What the service is called among others of its kind, and the machine's own name without a domain. */
  readonly names: () => { readonly service: string; readonly host: string };
  readonly uuid: string;
  readonly log: (text: string, detail: Readonly<Record<string, unknown>>) => void;
}

export class DnsSd {
  readonly #options: DnsSdOptions;
  #running: { readonly responder: Responder; readonly said: string } | undefined;
  /** Starts and stops follow one another. */
  #turn: Promise<void> = Promise.resolve();
  #wanted = false;
  /** What last kept it from working, said once. */
  #complaint = '';

  constructor(options: DnsSdOptions) {
    this.#options = options;
  }

  start(): void {
    this.#wanted = true;
    void this.look();
  }

  /** Resolves when it has said goodbye. */
  stop(): Promise<void> {
    this.#wanted = false;
    return this.look();
  }

  /** Makes what is advertised what is so now. Never fails: without a network it is tried again at the next look. */
  look(): Promise<void> {
    this.#turn = this.#turn
      .then(() => this.#settle())
      .catch((error: unknown) => {
        const text = error instanceof Error ? error.message : String(error);
        if (text === this.#complaint) return;
        this.#complaint = text;
        this.#options.log('DNS-SD cannot advertise the service; it will try again', { error: text });
      });
    return this.#turn;
  }

  async #settle(): Promise<void> {
    const interfaces = [...new Set(this.#options.served().map(({ name }) => name))].sort();
    const { service: name, host: hostname } = this.#options.names();
    const port = this.#options.port();
    const said = JSON.stringify([interfaces, name, hostname, port]);
    if (this.#wanted && this.#running?.said === said) return;
    const before = this.#running;
    this.#running = undefined;
    await before?.responder.shutdown();
    if (!this.#wanted || interfaces.length === 0) return;
    const { getResponder } = await import('@homebridge/ciao');
    const responder = getResponder({ interface: interfaces });
    const service = responder.createService({
      ...{ name, hostname, port, type: 'redfish' },
      txt: { path: '/redfish/v1/', uuid: this.#options.uuid },
    });
    this.#running = { responder, said };
    try {
      await service.advertise();
    } catch (error) {
      this.#running = undefined;
      await responder.shutdown();
      throw error;
    }
  }
}
