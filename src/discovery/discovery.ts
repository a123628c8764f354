/** Announces the service by SSDP and DNS-SD; each is switched by a durable setting. */
import { isLike } from '../network/shape.ts';
import type { Settings } from '../store/settings.ts';
import { DnsSd } from './dns-sd.ts';
import { servedAddresses, serviceUrl } from './served.ts';
import { Ssdp, type SsdpSettings } from './ssdp.ts';

export interface DiscoverySettings {
  readonly ssdp: SsdpSettings & { readonly enabled: boolean };
  readonly dnsSd: { readonly enabled: boolean };
}

export interface DiscoveryOptions {
  readonly settings: Settings;
  /** Whether SSDP is on by default: on a board, not on a desk. */
  readonly ssdp: boolean;
  readonly redfishVersion: string;
  /** Instance name of the service, and the host name. */
  readonly names: () => { readonly service: string; readonly host: string };
  readonly log: (text: string, detail: Readonly<Record<string, unknown>>) => void;
}

/** Address and port on which the service listens. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

const key = 'discovery';

/** Milliseconds between checks of the machine's addresses. */
const checkPeriod = 10_000;

export class Discovery {
  readonly #options: DiscoveryOptions;
  readonly #ssdp: Ssdp;
  readonly #dnsSd: DnsSd;
  #settings: DiscoverySettings;
  #endpoint: (() => Endpoint) | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: DiscoveryOptions) {
    this.#options = options;
    const { settings, redfishVersion, names, log } = options;
    // Interval and TTL as recommended by the schema ManagerNetworkProtocol.
    const initial: DiscoverySettings = {
      ssdp: { enabled: options.ssdp, interval: 600, ttl: 2, scope: 'Link' },
      dnsSd: { enabled: false },
    };
    this.#settings = settings.json(key, (value) => (isLike(value, initial) ? value : undefined), initial);
    const uuid = settings.serviceUuid;
    const served = () => servedAddresses(this.#endpoint?.().address ?? '');
    const port = () => this.#endpoint?.().port ?? 443;
    const url = (address: string) => serviceUrl(address, port());
    this.#ssdp = new Ssdp({ served, url, log, identity: { uuid, redfishVersion } });
    this.#dnsSd = new DnsSd({ served, port, names, uuid, log });
  }

  get settings(): DiscoverySettings {
    return this.#settings;
  }

  /** Starts once the service listens. @param endpoint returns the current address and port */
  start(endpoint: () => Endpoint): void {
    this.#endpoint = endpoint;
    const { ssdp, dnsSd } = this.#settings;
    if (ssdp.enabled) this.#ssdp.start(ssdp);
    if (dnsSd.enabled) this.#dnsSd.start();
    this.#timer = setInterval(() => this.refresh(), checkPeriod);
    this.#timer.unref();
  }

  /** Stores and applies settings; a protocol that was switched off is silent once this resolves. @throws StoreError */
  async configure(next: DiscoverySettings): Promise<void> {
    const before = this.#settings;
    this.#options.settings.setJson(key, next);
    this.#settings = next;
    if (this.#endpoint === undefined) return;
    if (before.ssdp.enabled && !next.ssdp.enabled) await this.#ssdp.stop();
    if (next.ssdp.enabled) this.#ssdp.start(next.ssdp);
    if (before.dnsSd.enabled && !next.dnsSd.enabled) await this.#dnsSd.stop();
    if (!before.dnsSd.enabled && next.dnsSd.enabled) this.#dnsSd.start();
  }

  /** Applies the current addresses, after the port or the network has changed. */
  refresh(): void {
    if (this.#settings.ssdp.enabled) this.#ssdp.refresh();
    if (this.#settings.dnsSd.enabled) void this.#dnsSd.refresh();
  }

  /** Stops both protocols with their goodbye messages. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#endpoint === undefined) return;
    const { ssdp, dnsSd } = this.#settings;
    await Promise.all([
      ssdp.enabled ? this.#ssdp.stop() : undefined,
      dnsSd.enabled ? this.#dnsSd.stop() : undefined,
    ]);
    this.#endpoint = undefined;
  }
}
