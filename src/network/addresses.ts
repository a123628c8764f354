/** Arithmetic of addresses and the rules of names, on text as configuration files and Redfish have it. */
import { isIPv4, isIPv6 } from 'node:net';

/** The address as a number of 32 bits. */
export const ipv4Number = (address: string): number =>
  address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);

const ipv4Text = (number: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');

/** `255.255.255.0` for 24. */
export const maskOf = (prefixLength: number): string => ipv4Text(2 ** 32 - 2 ** (32 - prefixLength));

/** 24 for `255.255.255.0`; undefined for what is no mask. */
export function prefixLengthOf(mask: string): number | undefined {
  if (!isIPv4(mask)) return undefined;
  for (let length = 0; length <= 32; length++) if (maskOf(length) === mask) return length;
  return undefined;
}

/** The first address of the network that `address` is in. */
const networkOf = (address: string, prefixLength: number): number => {
  const size = 2 ** (32 - prefixLength);
  return Math.floor(ipv4Number(address) / size) * size;
};

export const inSameNetwork = (one: string, other: string, prefixLength: number): boolean =>
  networkOf(one, prefixLength) === networkOf(other, prefixLength);

/** An IPv4 address that a host can have: no "this network", loopback, multicast or reserved one (RFC 6890). */
export function isHostIpv4(address: string): boolean {
  if (!isIPv4(address)) return false;
  const first = Number(address.split('.')[0]);
  return first !== 0 && first !== 127 && first < 224;
}

/** Neither the network's own address nor its broadcast address. */
export function isHostIn(address: string, prefixLength: number): boolean {
  if (prefixLength > 30) return true;
  const offset = ipv4Number(address) - networkOf(address, prefixLength);
  return offset !== 0 && offset !== 2 ** (32 - prefixLength) - 1;
}

/** An IPv6 address in the form of RFC 5952, or undefined where the text is none (a zone counts as none). */
export function canonicalIpv6(text: string): string | undefined {
  if (!isIPv6(text) || text.includes('%')) return undefined;
  return new URL(`http://[${text}]/`).hostname.slice(1, -1);
}

/** An IPv6 address that a host can have: not unspecified, loopback or multicast. */
export function isHostIpv6(text: string): boolean {
  const address = canonicalIpv6(text);
  return address !== undefined && address !== '::' && address !== '::1' && !address.startsWith('ff');
}

/** fe80::/10 */
export const isLinkLocalIpv6 = (address: string): boolean => /^fe[89ab]/i.test(address);

/** The interface identifier that an interface forms from its MAC address, below `prefix` (RFC 4291, appendix A). */
export function eui64(prefix: string, mac: string): string {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac.split(/[:-]/).map((hex) => Number.parseInt(hex, 16));
  const octets = [a ^ 2, b, c, 0xff, 0xfe, d, e, f];
  const groups = [0, 2, 4, 6].map((index) =>
    ((octets[index] ?? 0) * 256 + (octets[index + 1] ?? 0)).toString(16),
  );
  return canonicalIpv6(`${prefix}${groups.join(':')}`) ?? '::';
}

/** Linux holds no longer host name than this, the domain included. */
export const maxHostName = 64;

const label = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const oneLabel = new RegExp(`^${label}$`);
const dottedLabels = new RegExp(`^${label}(?:\\.${label})*$`);

/** A host name without a domain (RFC 1123 clause 2.1). */
export const isHostName = (text: string): boolean => oneLabel.test(text);

/** Labels with dots between; what looks like an IPv4 address is none. */
export const isDomainName = (text: string): boolean =>
  text.length <= 253 && dottedLabels.test(text) && !/^[\d.]+$/.test(text);
