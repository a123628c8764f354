/** SSDP, as Redfish uses it (DSP0266 "Discovery"; UPnP Device Architecture 2.0, 1.3). */
import { createSocket } from 'node:dgram';

export const searchTarget = 'urn:dmtf-org:service:redfish-rest:1';
const group = '239.255.255.250';
const port = 1900;

export interface FoundService {
  /** URL of the service root. */
  readonly url: string;
  readonly uuid: string | undefined;
  /** Address that answered. */
  readonly address: string;
  readonly by: 'ssdp' | 'dns-sd';
}

/** The search that is sent. @param seconds within which answers are wanted, 1 to 5 */
export const searchRequest = (seconds: number): string =>
  `M-SEARCH * HTTP/1.1\r\nHOST: ${group}:${port}\r\nMAN: "ssdp:discover"\r\nMX: ${seconds}\r\nST: ${searchTarget}\r\n\r\n`;

/** What an answer says; undefined for one that is not of a Redfish service. `AL` is the service root (DSP0266). */
export function parseAnswer(text: string, address: string): FoundService | undefined {
  const [line = '', ...lines] = text.split(/\r?\n/);
  if (!/^HTTP\/1\.[01] 200/.test(line)) return undefined;
  const headers = new Map(
    lines.map((entry) => {
      const at = entry.indexOf(':');
      return [entry.slice(0, at).trim().toLowerCase(), entry.slice(at + 1).trim()];
    }),
  );
  if (!headers.get('st')?.startsWith('urn:dmtf-org:service:redfish-rest:')) return undefined;
  const url = headers.get('al')?.replace(/^<|>$/g, '') ?? headers.get('location');
  if (url === undefined || !URL.canParse(url) || !/^https?:/.test(url)) return undefined;
  const uuid = /^uuid:([0-9a-f-]{36})/i.exec(headers.get('usn') ?? '')?.[1]?.toLowerCase();
  return { url, uuid, address, by: 'ssdp' };
}

/** Searches once and calls back for each answer until the signal aborts. */
export function searchSsdp(
  found: (service: FoundService) => void,
  seconds: number,
  signal: AbortSignal,
): Promise<void> {
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
      const service = parseAnswer(message.toString('latin1'), address);
      if (service) found(service);
    });
    signal.addEventListener('abort', end, { once: true });
    socket.bind(0, () =>
      socket.send(searchRequest(Math.max(1, Math.min(5, Math.floor(seconds)))), port, group),
    );
  });
}
