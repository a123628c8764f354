/** Address arithmetic and checks of host and domain names, on text. Pure. */
import { isIPv4, isIPv6 } from 'node:net';

/** Returns an IPv4 address as a 32-bit number. */
export const ipv4Number = (address: string): number =>
  address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);

const ipv4Text = (number: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');

/** Returns the mask of a prefix length: `255.255.255.0` for 24. */
export const maskOf = (prefixLength: number): string => ipv4Text(2 ** 32 - 2 ** (32 - prefixLength));

/** Returns the prefix length of a mask: 24 for `255.255.255.0`; undefined when the text is no mask. */
export function prefixLengthOf(mask: string): number | undefined {
  if (!isIPv4(mask)) return undefined;
  for (let length = 0; length <= 32; length++) if (maskOf(length) === mask) return length;
  return undefined;
}

/** Returns the network address as a 32-bit number. */
const networkOf = (address: string, prefixLength: number): number => {
  const size = 2 ** (32 - prefixLength);
  return Math.floor(ipv4Number(address) / size) * size;
};

export const inSameNetwork = (one: string, other: string, prefixLength: number): boolean =>
  networkOf(one, prefixLength) === networkOf(other, prefixLength);

/** Whether a host can have an IPv4 address: not "this network", loopback, multicast or reserved (RFC 6890). */
export function isHostIpv4(address: string): boolean {
  if (!isIPv4(address)) return false;
  const first = Number(address.split('.')[0]);
  return first !== 0 && first !== 127 && first < 224;
}

/** Whether an address is neither the network address nor the broadcast address of its network. */
export function isHostIn(address: string, prefixLength: number): boolean {
  if (prefixLength > 30) return true;
  const offset = ipv4Number(address) - networkOf(address, prefixLength);
  return offset !== 0 && offset !== 2 ** (32 - prefixLength) - 1;
}

/** Returns an IPv6 address in the form of RFC 5952; undefined when the text is none, or has a zone. */
export function canonicalIpv6(text: string): string | undefined {
  if (!isIPv6(text) || text.includes('%')) return undefined;
  return new URL(`http://[${text}]/`).hostname.slice(1, -1);
}

/** Whether a host can have an IPv6 address: not unspecified, loopback or multicast. */
export function isHostIpv6(text: string): boolean {
  const address = canonicalIpv6(text);
  return address !== undefined && address !== '::' && address !== '::1' && !address.startsWith('ff');
}

/** Whether an address is in fe80::/10. */
export const isLinkLocalIpv6 = (address: string): boolean => /^fe[89ab]/i.test(address);

/** Returns the IPv6 address of a prefix and the modified EUI-64 of a MAC address (RFC 4291 appendix A). */
export function eui64(prefix: string, mac: string): string {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac.split(/[:-]/).map((hex) => Number.parseInt(hex, 16));
  const octets = [a ^ 2, b, c, 0xff, 0xfe, d, e, f];
  const groups = [0, 2, 4, 6].map((index) =>
    ((octets[index] ?? 0) * 256 + (octets[index + 1] ?? 0)).toString(16),
  );
  return canonicalIpv6(`${prefix}${groups.join(':')}`) ?? '::';
}

/** Maximum length of a host name on Linux, domain included (HOST_NAME_MAX). */
export const maxHostName = 64;

const label = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const oneLabel = new RegExp(`^${label}$`);
const dottedLabels = new RegExp(`^${label}(?:\\.${label})*$`);

/** Whether a text is a host name without a domain (RFC 1123 clause 2.1). */
export const isHostName = (text: string): boolean => oneLabel.test(text);

/** Whether a text is a domain name: labels separated by dots, and no IPv4 address. */
export const isDomainName = (text: string): boolean =>
  text.length <= 253 && dottedLabels.test(text) && !/^[\d.]+$/.test(text);
