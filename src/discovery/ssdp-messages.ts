/** SSDP messages: UPnP Device Architecture 1.1 clause 1, with the headers of DSP0266 "Service discovery". */

/** Search target of Redfish services; the service type adds its minor version. */
export const redfishTarget = 'urn:dmtf-org:service:redfish-rest:1';

export interface Identity {
  /** UUID of the service root. */
  readonly uuid: string;
  /** RedfishVersion of the service root. */
  readonly redfishVersion: string;
}

export interface Search {
  readonly target: string;
  /** Seconds within which to respond (MX). */
  readonly delay: number;
}

/** Bytes; a longer datagram is not a search. */
const maxSearch = 1024;
/** Seconds: upper bound of the delay that a search can ask for. */
const maxDelay = 3;

/** Returns the search in a datagram; undefined when there is none. */
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

/** Returns the service type. The minor version is omitted when it is 0. */
export function serviceType({ redfishVersion }: Identity): string {
  const minor = redfishVersion.split('.')[1] ?? '0';
  return minor === '0' ? redfishTarget : `${redfishTarget}:${minor}`;
}

export const isSearchFor = ({ target }: Search, identity: Identity): boolean =>
  target === 'ssdp:all' || target === redfishTarget || target === serviceType(identity);

/** Returns the response to a search. @param url service root at an address that the sender can reach */
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

/** Returns a notification to a multicast group. */
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
