import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalIpv6,
  eui64,
  inSameNetwork,
  isDomainName,
  isHostIn,
  isHostIpv4,
  isHostIpv6,
  isHostName,
  maskOf,
  prefixLengthOf,
} from '../../../src/network/addresses.ts';
import { ipv4Address } from './support.ts';

describe('addresses', () => {
  it('a mask and its length are one another', () => {
    for (let length = 0; length <= 32; length++) expect(prefixLengthOf(maskOf(length))).toBe(length);
    expect(maskOf(20)).toBe('255.255.240.0');
  });

  it.each(['255.0.255.0', '255.255.255.1', '0.0.0.255', '24', '', '255.255.255.256', '255.255.255'])(
    '%j is no mask',
    (text) => {
      expect(prefixLengthOf(text)).toBeUndefined();
    },
  );

  it('two addresses are in one network when the bits of the mask agree', () => {
    expect(inSameNetwork('192.0.2.1', '192.0.2.254', 24)).toBe(true);
    expect(inSameNetwork('192.0.2.1', '192.0.3.1', 24)).toBe(false);
    expect(inSameNetwork('192.0.2.1', '192.0.3.1', 23)).toBe(true);
    expect(inSameNetwork('223.255.255.255', '128.0.0.0', 1)).toBe(true);
    fc.assert(
      fc.property(ipv4Address, fc.integer({ min: 1, max: 32 }), (address, length) =>
        inSameNetwork(address, address, length),
      ),
    );
  });

  it('the ends of a network are no hosts, but in one of two addresses both are', () => {
    expect(isHostIn('192.0.2.0', 24)).toBe(false);
    expect(isHostIn('192.0.2.255', 24)).toBe(false);
    expect(isHostIn('192.0.2.128', 24)).toBe(true);
    expect(isHostIn('192.0.2.128', 25)).toBe(false);
    expect(isHostIn('192.0.2.0', 31)).toBe(true);
  });

  it.each(['0.1.2.3', '127.0.0.1', '224.0.0.1', '255.255.255.255', '1.2.3', '999.1.1.1', ''])(
    'no host is %j',
    (text) => {
      expect(isHostIpv4(text)).toBe(false);
    },
  );

  it.each(['::', '::1', 'ff02::1', 'fe80::1%eth0', '192.0.2.1', '2001:db8::1/64', 'x'])(
    'no host is %j',
    (text) => {
      expect(isHostIpv6(text)).toBe(false);
    },
  );

  it('an IPv6 address has one form', () => {
    expect(canonicalIpv6('2001:DB8:0:0:0:0:0:1')).toBe('2001:db8::1');
    expect(canonicalIpv6('::ffff:0:0')).toBe('::ffff:0:0');
    expect(isHostIpv6('2001:db8::1')).toBe(true);
  });

  it('an interface makes its identifier of its MAC address', () => {
    expect(eui64('fe80:0:0:0:', '00:00:5e:10:20:30')).toBe('fe80::200:5eff:fe10:2030');
  });

  it.each([
    ['bmc', true, true],
    ['bmc-7', true, true],
    ['7up', true, true],
    ['bmc.lab.example', false, true],
    ['-bmc', false, false],
    ['bmc-', false, false],
    ['b mc', false, false],
    ['bmc\nNTP=evil', false, false],
    ['', false, false],
    ['.', false, false],
    ['a'.repeat(64), false, false],
    ['192.0.2.1', false, false],
    ['bmc.', false, false],
  ])('%j is a host name: %s, a domain name: %s', (text, host, domain) => {
    expect([isHostName(text), isDomainName(text)]).toEqual([host, domain]);
  });
});
