/**
 * SSDP: answers searches for Redfish services and tells of this one (DSP0266 "Service discovery"). Every socket joins its
 * group on each interface where the service is reached, and the addresses are looked at again from time to time: a network
 * that is not there yet, or comes back, needs no restart.
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
  /** Seconds between notifications; 0 for none at all. */
  readonly interval: number;
  /** Hops that a notification lives. */
  readonly ttl: number;
  readonly scope: Ipv6Scope;
}

export interface SsdpOptions {
  readonly identity: Identity;
  /** Where the service is reached now. */
  readonly served: () => readonly ServedAddress[];
  /** URL of the service root at an address. */
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
/** RFC 4291 clause 2.7 gives the scopes; the group is SSDP's in each of them. */
const ipv6Groups: Readonly<Record<Ipv6Scope, string>> = {
  Link: 'ff02::c',
  Site: 'ff05::c',
  Organization: 'ff08::c',
};
const searchGroups: Readonly<Record<Family, readonly string[]>> = {
  IPv4: [ipv4Group],
  IPv6: [ipv6Groups.Link, ipv6Groups.Site],
};

/** Least lifetime of what is said, in seconds (DSP0266). */
const leastMaxAge = 1800;
/** Answers that wait for their time; a flood of searches must not pile them up. */
const maxWaiting = 32;
/** An answer is larger than its question, and the question's sender can be forged: nobody is flooded through us. */
const eachAsker = { burst: 6, perSecond: 1 };
const allAskers = { burst: 40, perSecond: 20 };

export class Ssdp {
  readonly #options: SsdpOptions;
  #settings: SsdpSettings = { interval: 0, ttl: 1, scope: 'Link' };
  readonly #listeners = new Map<Family, Listening>();
  readonly #waiting = new Set<NodeJS.Timeout>();
  readonly #limit = new RateLimit(eachAsker, allAskers);
  #notify: NodeJS.Timeout | undefined;
  /** Where the service was last told to be. */
  #told = '';
  /** What kept a family from working, said once. */
  readonly #complaints = new Map<Family, string>();

  constructor(options: SsdpOptions) {
    this.#options = options;
  }

  /** Begins, or goes on with other settings. */
  start(settings: SsdpSettings): void {
    this.#settings = settings;
    this.#told = '';
    this.#schedule();
    this.look();
  }

  /** Looks at the interfaces again, and tells of the service when it is reached elsewhere than before. */
  look(): void {
    const served = this.#options.served();
    for (const family of ['IPv4', 'IPv6'] as const) {
      const names = new Set(served.filter((each) => each.family === family).map(({ name }) => name));
      if (names.size > 0) this.#listen(family, served);
      else this.#close(family);
    }
    const told = served.map(({ name, address }) => `${name} ${this.#options.url(address)}`).join(',');
    if (told === this.#told) return;
    this.#told = told;
    void this.#tell('alive');
  }

  /** Silent at once; resolves when it has also said goodbye. */
  async stop(): Promise<void> {
    clearInterval(this.#notify);
    for (const timer of this.#waiting) clearTimeout(timer);
    this.#waiting.clear();
    for (const family of [...this.#listeners.keys()]) this.#close(family);
    await this.#tell('byebye');
  }

  get #maxAge(): number {
    return Math.max(leastMaxAge, 3 * this.#settings.interval);
  }

  #schedule(): void {
    clearInterval(this.#notify);
    const { interval } = this.#settings;
    if (interval === 0) return;
    this.#notify = setInterval(() => void this.#tell('alive'), interval * 1000);
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
      this.#complain(family, error);
      // The next look opens it anew.
      if (this.#listeners.get(family) === listener) this.#close(family);
    });
    socket.on('message', (datagram, asker) => this.#hear(family, datagram, asker));
    // Bound to the group, the socket never sees what somebody far away sends to this machine alone.
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
        // In use: it had been joined before. Anything else: no multicast there yet.
        if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') joined.add(name);
        else this.#complain(family, error);
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
      // It had closed itself.
    }
  }

  #complain(family: Family, error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    if (this.#complaints.get(family) === text) return;
    this.#complaints.set(family, text);
    this.#options.log('SSDP cannot listen; it will try again', { family, error: text });
  }

  #hear(family: Family, datagram: Buffer, asker: RemoteInfo): void {
    const search = parseSearch(datagram);
    if (search === undefined || !isSearchFor(search, this.#options.identity)) return;
    if (this.#waiting.size >= maxWaiting || asker.port === 0 || !this.#limit.allows(asker.address)) return;
    const timer = setTimeout(
      () => {
        this.#waiting.delete(timer);
        this.#answer(family, asker);
      },
      Math.random() * search.delay * 1000,
    );
    timer.unref();
    this.#waiting.add(timer);
  }

  /** From the address at which the asker reaches this machine, which the kernel tells once the socket is connected. */
  #answer(family: Family, asker: RemoteInfo): void {
    const { identity, served, url } = this.#options;
    const { socket, end } = shortLived(family);
    socket.connect(asker.port, asker.address);
    socket.once('connect', () => {
      const own = socket.address().address.replace(/%.*$/, '');
      if (served().some(({ address }) => address === own))
        socket.send(searchAnswer(identity, url(own), this.#maxAge), end);
      else end();
    });
  }

  /** Once on each interface and in each family; nothing where notifications are off. */
  async #tell(kind: 'alive' | 'byebye'): Promise<void> {
    if (this.#settings.interval === 0) return;
    const speakers = new Map<string, ServedAddress>();
    for (const each of this.#options.served()) {
      const key = `${each.name} ${each.family}`;
      const known = speakers.get(key);
      // What goes beyond the link must not come from an address of the link.
      const better = each.linkLocal === (this.#settings.scope === 'Link');
      if (known === undefined || (each.family === 'IPv6' && better)) speakers.set(key, each);
    }
    await Promise.all([...speakers.values()].map((speaker) => this.#speak(speaker, kind)));
  }

  #speak({ name, family, address }: ServedAddress, kind: 'alive' | 'byebye'): Promise<void> {
    const { identity, url } = this.#options;
    const { ttl, scope } = this.#settings;
    const group = family === 'IPv4' ? ipv4Group : ipv6Groups[scope];
    const text = notification(identity, kind, group, url(address), this.#maxAge);
    const zone = family === 'IPv4' ? '' : `%${name}`;
    return new Promise((resolve) => {
      // Without a way to send, nobody hears it: the next time is the next chance.
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

/** A socket for one datagram, and what ends it; its first error does too. */
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
