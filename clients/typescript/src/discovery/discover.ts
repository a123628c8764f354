/** Finds Redfish services in the local network: SSDP and DNS-SD at once, each service once. */
import { createSocket } from 'node:dgram';
import { setTimeout as wait } from 'node:timers/promises';
import { Queue } from '../events/queue.ts';
import { type DnsRecord, decodeAnswer, type as dnsType, encodeQuery } from './dns.ts';
import { type FoundService, searchSsdp } from './ssdp.ts';

const serviceName = '_redfish._tcp.local';

/** The services that an answer of DNS-SD names: host, port and path of the root (TXT `path`, DSP0266). */
export function servicesOf(records: readonly DnsRecord[], address: string): FoundService[] {
  return records.flatMap((record) => {
    const { name, value } = record;
    if (
      record.type !== dnsType.SRV ||
      !name.endsWith(serviceName) ||
      typeof value !== 'object' ||
      !('port' in value)
    )
      return [];
    const txt = records.find((other) => other.type === dnsType.TXT && other.name === name)?.value;
    const entries = new Map(
      (Array.isArray(txt) ? txt : []).map((text: string) => [
        text.split('=', 1)[0]?.toLowerCase(),
        text.slice(text.indexOf('=') + 1),
      ]),
    );
    const found = records.find((other) => other.type === dnsType.A && other.name === value.target)?.value;
    const host = typeof found === 'string' ? found : address;
    const shown = host.includes(':') ? `[${host}]` : host;
    const protocol = entries.get('protocol') === 'http' ? 'http' : 'https';
    const path = entries.get('path') ?? '/redfish/v1/';
    return [
      {
        url: `${protocol}://${shown}:${value.port}${path}`,
        uuid: entries.get('uuid')?.toLowerCase(),
        address,
        by: 'dns-sd' as const,
      },
    ];
  });
}

function searchDnsSd(found: (service: FoundService) => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const socket = createSocket({ type: 'udp4', reuseAddr: true });
    let open = true;
    const end = (): void => {
      if (open) socket.close(resolve);
      open = false;
    };
    // A machine without a route for multicast finds nothing this way.
    socket.on('error', end);
    socket.on('message', (message, { address }) => {
      for (const service of servicesOf(decodeAnswer(message), address)) found(service);
    });
    signal.addEventListener('abort', end, { once: true });
    socket.bind(0, () => socket.send(encodeQuery(serviceName, dnsType.PTR), 5353, '224.0.0.251'));
  });
}

export interface DiscoverOptions {
  /** Seconds to listen; default 3. */
  readonly seconds?: number;
  readonly signal?: AbortSignal;
}

/** Yields services as they answer. A service that answers both ways, or twice, comes once. */
export async function* discover(options: DiscoverOptions = {}): AsyncGenerator<FoundService> {
  const { seconds = 3, signal } = options;
  const over = new AbortController();
  const queue = new Queue<FoundService>();
  const known = new Set<string>();
  const found = (service: FoundService): void => {
    const key = service.uuid ?? service.url;
    if (known.has(key)) return;
    known.add(key);
    queue.push(service);
  };
  const searches = [searchSsdp(found, seconds, over.signal), searchDnsSd(found, over.signal)];
  const timer = wait(seconds * 1000, undefined, signal ? { signal } : {}).catch(() => {});
  void timer.then(() => over.abort());
  void Promise.all(searches).then(() => queue.end());
  try {
    yield* queue.items();
  } finally {
    over.abort();
  }
}
