/** What is said in SSDP: UPnP Device Architecture 1.1 clause 1, with the headers of DSP0266 "Service discovery". */

/** What a search for Redfish services names; ours adds the minor version that it speaks. */
export const redfishTarget = 'urn:dmtf-org:service:redfish-rest:1';

export interface Identity {
  /** UUID of the service root. */
  readonly uuid: string;
  /** RedfishVersion of the service root. */
  readonly redfishVersion: string;
}

export interface Search {
  readonly target: string;
  /** Seconds within which an answer is to come. */
  readonly delay: number;
}

/** No search comes near this size; what does is none. */
const maxSearch = 1024;
/** Whoever asks for a longer delay than this is answered within it all the same. */
const maxDelay = 3;

/** The search in a datagram, or undefined where it holds none. */
export function parseSearch(datagram: Buffer): Search | undefined {
  if (datagram.length > maxSearch) return undefined;
  const [start = '', ...lines] = datagram.toString('latin1').split(/\r?\n/);
  if (!/^M-SEARCH \* HTTP\/1\.[01]$/.test(start)) return undefined;
  const headers = new Map(
    lines.flatMap((line) => {
      const colon = line.indexOf(':');
      return colon < 0 ? [] : [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]];
    }),
  );
  const target = headers.get('st');
  if (target === undefined || !/^"?ssdp:discover"?$/.test(headers.get('man') ?? '')) return undefined;
  const delay = Number(headers.get('mx') ?? 1);
  return { target, delay: Number.isFinite(delay) ? Math.min(Math.max(delay, 0), maxDelay) : 1 };
}

/** The type of this service: the minor version is left out when it is 0. */
export function serviceType({ redfishVersion }: Identity): string {
  const minor = redfishVersion.split('.')[1] ?? '0';
  return minor === '0' ? redfishTarget : `${redfishTarget}:${minor}`;
}

export const isSearchFor = ({ target }: Search, identity: Identity): boolean =>
  target === 'ssdp:all' || target === redfishTarget || target === serviceType(identity);

/** @param url of the service root at the address that the asker can reach */
export function searchAnswer(identity: Identity, url: string, maxAge: number): Buffer {
  return lines([
    'HTTP/1.1 200 OK',
    `CACHE-CONTROL: max-age=${maxAge}`,
    'EXT:',
    `ST: ${serviceType(identity)}`,
    `USN: ${usn(identity)}`,
    `AL: ${url}`,
  ]);
}

/** A notification to the group of that address. */
export function notification(
  identity: Identity,
  kind: 'alive' | 'byebye',
  group: string,
  url: string,
  maxAge: number,
): Buffer {
  return lines([
    'NOTIFY * HTTP/1.1',
    `HOST: ${group.includes(':') ? `[${group}]` : group}:${ssdpPort}`,
    ...(kind === 'alive' ? [`CACHE-CONTROL: max-age=${maxAge}`] : []),
    `NT: ${serviceType(identity)}`,
    `NTS: ssdp:${kind}`,
    `USN: ${usn(identity)}`,
    ...(kind === 'alive' ? [`AL: ${url}`] : []),
  ]);
}

export const ssdpPort = 1900;

const usn = (identity: Identity): string => `uuid:${identity.uuid.toLowerCase()}::${serviceType(identity)}`;

const lines = (texts: readonly string[]): Buffer => Buffer.from(`${texts.join('\r\n')}\r\n\r\n`, 'latin1');
