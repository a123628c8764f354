/** The networks that clients come from. Limits count networks: one IPv6 host can use 2^64 addresses. */

export interface ClientNetwork {
  /** One host: an IPv4 address, or the /64 that an IPv6 host has for itself. */
  readonly host: string;
  /** What one customer of a provider has: a /24 of IPv4, a /56 of IPv6. */
  readonly site: string;
}

/** Networks of recent addresses; parsing one costs as much as the rest of a check. */
const recent = new Map<string, ClientNetwork>();
const maxRecent = 512;

/** The network of an IP address as the system reports it; IPv4-mapped IPv6 (RFC 4291 clause 2.5.5.2) counts as IPv4. */
export function networkOf(address: string): ClientNetwork {
  const known = recent.get(address);
  if (known !== undefined) return known;
  if (recent.size >= maxRecent) recent.clear();
  const plain = address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
  const network = plain.includes(':') ? ofIPv6(plain) : ofIPv4(plain);
  recent.set(address, network);
  return network;
}

const ofIPv4 = (address: string): ClientNetwork => ({
  host: address,
  site: `${address.slice(0, Math.max(0, address.lastIndexOf('.')))}.0/24`,
});

function ofIPv6(address: string): ClientNetwork {
  const [text = ''] = address.split('%');
  const [left = '', right] = text.split('::');
  const head = groups(left);
  const tail = right === undefined ? [] : groups(right);
  const gap = right === undefined ? 0 : Math.max(0, 8 - head.length - tail.length);
  const all = [...head, ...Array<number>(gap).fill(0), ...tail];
  const prefix = all.slice(0, 4);
  const last = prefix[3] ?? 0;
  const hex = (parts: readonly number[]) => parts.map((part) => part.toString(16)).join(':');
  return {
    host: `${hex(prefix)}::/64`,
    site: `${hex([...prefix.slice(0, 3), last & 0xff00])}::/56`,
  };
}

const groups = (text: string): number[] =>
  text === '' ? [] : text.split(':').map((part) => Number.parseInt(part, 16) || 0);
