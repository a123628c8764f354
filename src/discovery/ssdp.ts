/**
 * SSDP: answers searches for Redfish services and announces this one (DSP0266 "Service discovery"). A socket joins its
 * multicast group on each interface that serves; addresses are checked periodically, so that a network that appears later
 * needs no restart.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { RateLimit } from './rate.ts';
import type { ServedAddress } from './served.ts';
import {
  type Identity,
  isSearchFor,
  notification,
  parseSearch,
  searchAnswer,
  ssdpPort,
} from './ssdp-messages.ts';

export type Ipv6Scope = 'Link' | 'Site' | 'Organization';

export interface SsdpSettings {
  /** Seconds between notifications; 0: none. */
  readonly interval: number;
  /** Multicast TTL of notifications. */
  readonly ttl: number;
  readonly scope: Ipv6Scope;
}

export interface SsdpOptions {
  readonly identity: Identity;
  /** Returns the addresses that serve now. */
  readonly served: () => readonly ServedAddress[];
  /** Returns the URL of the service root at an address. */
  readonly url: (address: string) => string;
  readonly log: (text: string, detail: Readonly<Record<string, unknown>>) => void;
}

type Family = ServedAddress['family'];

interface Listening {
  readonly socket: Socket;
  /** Interfaces on which its groups are joined. */
  readonly joined: Set<string>;
  bound: boolean;
}

const ipv4Group = '239.255.255.250';
/** SSDP's group in each scope of RFC 4291 clause 2.7. */
const ipv6Groups: Readonly<Record<Ipv6Scope, string>> = {
  Link: 'ff02::c',
  Site: 'ff05::c',
  Organization: 'ff08::c',
};
const searchGroups: Readonly<Record<Family, readonly string[]>> = {
  IPv4: [ipv4Group],
  IPv6: [ipv6Groups.Link, ipv6Groups.Site],
};

/** Seconds: minimum of max-age (DSP0266). */
const leastMaxAge = 1800;
/** Delayed responses at a time; further searches are dropped. */
const maxWaiting = 32;
/** A response is larger than its search, and senders can be forged: these rates prevent amplification. */
const eachSender = { burst: 6, perSecond: 1 };
const allSenders = { burst: 40, perSecond: 20 };

export class Ssdp {
  readonly #options: SsdpOptions;
  #settings: SsdpSettings = { interval: 0, ttl: 1, scope: 'Link' };
  readonly #listeners = new Map<Family, Listening>();
  readonly #waiting = new Set<NodeJS.Timeout>();
  readonly #limit = new RateLimit(eachSender, allSenders);
  #notify: NodeJS.Timeout | undefined;
  /** The addresses last announced. */
  #announced = '';
  /** Errors by address family, logged once. */
  readonly #errors = new Map<Family, string>();

  constructor(options: SsdpOptions) {
    this.#options = options;
  }

  /** Starts, or applies other settings. */
  start(settings: SsdpSettings): void {
    this.#settings = settings;
    this.#announced = '';
    this.#schedule();
    this.refresh();
  }

  /** Checks the interfaces, and announces the service when its addresses have changed. */
  refresh(): void {
    const served = this.#options.served();
    for (const family of ['IPv4', 'IPv6'] as const) {
      const names = new Set(served.filter((each) => each.family === family).map(({ name }) => name));
      if (names.size > 0) this.#listen(family, served);
      else this.#close(family);
    }
    const announced = served.map(({ name, address }) => `${name} ${this.#options.url(address)}`).join(',');
    if (announced === this.#announced) return;
    this.#announced = announced;
    void this.#announce('alive');
  }

  /** Stops at once; resolves when the goodbye messages are sent. */
  async stop(): Promise<void> {
    clearInterval(this.#notify);
    for (const timer of this.#waiting) clearTimeout(timer);
    this.#waiting.clear();
    for (const family of [...this.#listeners.keys()]) this.#close(family);
    await this.#announce('byebye');
  }

  get #maxAge(): number {
    return Math.max(leastMaxAge, 3 * this.#settings.interval);
  }

  #schedule(): void {
    clearInterval(this.#notify);
    const { interval } = this.#settings;
    if (interval === 0) return;
    this.#notify = setInterval(() => void this.#announce('alive'), interval * 1000);
    this.#notify.unref();
  }

  #listen(family: Family, served: readonly ServedAddress[]): void {
    const open = this.#listeners.get(family);
    if (open !== undefined) {
      this.#join(family, open, served);
      return;
    }
    const socket = createSocket({
      type: family === 'IPv4' ? 'udp4' : 'udp6',
      reuseAddr: true,
      ...(family === 'IPv6' ? { ipv6Only: true } : {}),
    });
    const listener: Listening = { socket, joined: new Set(), bound: false };
    this.#listeners.set(family, listener);
    socket.unref();
    socket.on('error', (error) => {
      this.#logOnce(family, error);
      // The next refresh opens it again.
      if (this.#listeners.get(family) === listener) this.#close(family);
    });
    socket.on('message', (datagram, sender) => this.#received(family, datagram, sender));
    // Bound to the group, the socket receives no unicast from distant hosts.
    socket.bind({ port: ssdpPort, address: family === 'IPv4' ? ipv4Group : '::' }, () => {
      listener.bound = true;
      if (this.#listeners.get(family) === listener) this.#join(family, listener, this.#options.served());
    });
  }

  #join(family: Family, { socket, joined, bound }: Listening, served: readonly ServedAddress[]): void {
    if (!bound) return;
    const mine = served.filter((each) => each.family === family);
    const names = new Set(mine.map(({ name }) => name));
    for (const name of joined) if (!names.has(name)) joined.delete(name);
    for (const { name, address } of mine) {
      if (joined.has(name)) continue;
      try {
        for (const group of searchGroups[family])
          socket.addMembership(group, family === 'IPv4' ? address : `::%${name}`);
        joined.add(name);
      } catch (error) {
        // EADDRINUSE: already joined. Any other error: no multicast on this interface yet.
        if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') joined.add(name);
        else this.#logOnce(family, error);
      }
    }
  }

  #close(family: Family): void {
    const listener = this.#listeners.get(family);
    if (listener === undefined) return;
    this.#listeners.delete(family);
    try {
      listener.socket.close();
    } catch {
      // Already closed.
    }
  }

  #logOnce(family: Family, error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    if (this.#errors.get(family) === text) return;
    this.#errors.set(family, text);
    this.#options.log('SSDP cannot listen; it will try again', { family, error: text });
  }

  #received(family: Family, datagram: Buffer, sender: RemoteInfo): void {
    const search = parseSearch(datagram);
    if (search === undefined || !isSearchFor(search, this.#options.identity)) return;
    if (this.#waiting.size >= maxWaiting || sender.port === 0 || !this.#limit.allows(sender.address)) return;
    const timer = setTimeout(
      () => {
        this.#waiting.delete(timer);
        this.#answer(family, sender);
      },
      Math.random() * search.delay * 1000,
    );
    timer.unref();
    this.#waiting.add(timer);
  }

  /** Responds from the address at which the sender reaches this machine; connecting the socket makes the kernel select it. */
  #answer(family: Family, sender: RemoteInfo): void {
    const { identity, served, url } = this.#options;
    const { socket, end } = shortLived(family);
    socket.connect(sender.port, sender.address);
    socket.once('connect', () => {
      const own = socket.address().address.replace(/%.*$/, '');
      if (served().some(({ address }) => address === own))
        socket.send(searchAnswer(identity, url(own), this.#maxAge), end);
      else end();
    });
  }

  /** Sends one notification per interface and family, unless notifications are off. */
  async #announce(kind: 'alive' | 'byebye'): Promise<void> {
    if (this.#settings.interval === 0) return;
    const sources = new Map<string, ServedAddress>();
    for (const each of this.#options.served()) {
      const key = `${each.name} ${each.family}`;
      const known = sources.get(key);
      // A packet that leaves the link must not have a link-local source.
      const better = each.linkLocal === (this.#settings.scope === 'Link');
      if (known === undefined || (each.family === 'IPv6' && better)) sources.set(key, each);
    }
    await Promise.all([...sources.values()].map((source) => this.#notifyFrom(source, kind)));
  }

  #notifyFrom({ name, family, address }: ServedAddress, kind: 'alive' | 'byebye'): Promise<void> {
    const { identity, url } = this.#options;
    const { ttl, scope } = this.#settings;
    const group = family === 'IPv4' ? ipv4Group : ipv6Groups[scope];
    const text = notification(identity, kind, group, url(address), this.#maxAge);
    const zone = family === 'IPv4' ? '' : `%${name}`;
    return new Promise((resolve) => {
      // Without a route the notification is lost; the next one follows after the interval.
      const { socket, end } = shortLived(family);
      socket.once('close', resolve);
      socket.bind({ address: `${address}${address.startsWith('fe80') ? zone : ''}`, port: 0 }, () => {
        try {
          socket.setMulticastTTL(Math.min(ttl, 255));
          socket.setMulticastInterface(family === 'IPv4' ? address : `::${zone}`);
        } catch {
          end();
          return;
        }
        socket.send(text, ssdpPort, `${group}${zone}`, end);
      });
    });
  }
}

/** Returns a socket for one datagram. `end`, or its first error, closes it. */
function shortLived(family: Family): { readonly socket: Socket; readonly end: () => void } {
  const socket = createSocket(family === 'IPv4' ? 'udp4' : 'udp6');
  let ended = false;
  const end = () => {
    if (ended) return;
    ended = true;
    socket.close();
  };
  socket.on('error', end);
  return { socket, end };
}
