import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateLimit } from '../../../src/discovery/rate.ts';
import { servedAddresses, serviceUrl } from '../../../src/discovery/served.ts';
import { isSearchFor, parseSearch, serviceType } from '../../../src/discovery/ssdp-messages.ts';

const identity = { uuid: '5b1d3c52-6d0f-4c1c-8b43-6f5f0c2f7a11', redfishVersion: '1.22.0' };
const search = (...lines: string[]) =>
  parseSearch(Buffer.from(['M-SEARCH * HTTP/1.1', ...lines, '', ''].join('\r\n')));

describe('a search', () => {
  it('names what it looks for and how long it waits', () => {
    expect(search('Host: x:1900', 'Man: "ssdp:discover"', 'ST: ssdp:all', 'MX: 2')).toEqual({
      ...{ target: 'ssdp:all', delay: 2 },
    });
    expect(search('ST:ssdp:all', 'man:"ssdp:discover"')).toEqual({ target: 'ssdp:all', delay: 1 });
  });

  it.each([
    ['0', 0],
    ['-5', 0],
    ['120', 3],
    ['soon', 1],
    ['Infinity', 1],
  ])('that gives %s seconds is answered within %s', (mx, delay) => {
    expect(search('MAN: "ssdp:discover"', 'ST: ssdp:all', `MX: ${mx}`)?.delay).toBe(delay);
  });

  it.each([
    [['ST: ssdp:all']],
    [['MAN: "ssdp:discover"']],
    [['MAN: "ssdp:other"', 'ST: ssdp:all']],
    [['MAN: "ssdp:discover"', 'ST: ssdp:all', `X: ${'x'.repeat(1024)}`]],
  ])('is none without all that belongs to it: %j', (lines) => {
    expect(search(...lines)).toBeUndefined();
  });

  it('is read from no bytes that are none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        expect(parseSearch(Buffer.from(bytes))).toBeUndefined();
      }),
    );
  });

  it.each([
    ['ssdp:all', true],
    ['urn:dmtf-org:service:redfish-rest:1', true],
    ['urn:dmtf-org:service:redfish-rest:1:22', true],
    ['urn:dmtf-org:service:redfish-rest:1:21', false],
    ['urn:dmtf-org:service:redfish-rest:2', false],
    ['upnp:rootdevice', false],
    ['', false],
  ])('for %j is for us: %s', (target, ours) => {
    expect(isSearchFor({ target, delay: 0 }, identity)).toBe(ours);
  });

  it('a service of minor version 0 does not name it', () => {
    expect(serviceType({ ...identity, redfishVersion: '1.0.2' })).toBe('urn:dmtf-org:service:redfish-rest:1');
  });
});

describe('where the service is reached', () => {
  const info = (address: string, scopeid?: number) => ({
    ...{ address, netmask: '', mac: '', cidr: null, internal: address === '127.0.0.1' || address === '::1' },
    ...(address.includes(':')
      ? { family: 'IPv6' as const, scopeid: scopeid ?? 0 }
      : { family: 'IPv4' as const }),
  });
  const machine = {
    lo: [info('127.0.0.1'), info('::1')],
    eth0: [info('192.0.2.5'), info('2001:db8::5'), info('fe80::5', 2)],
  };
  const at = (host: string, all = machine) => servedAddresses(host, all).map(({ address }) => address);

  it.each([
    ['::', ['192.0.2.5', '2001:db8::5', 'fe80::5']],
    ['0.0.0.0', ['192.0.2.5']],
    ['192.0.2.5', ['192.0.2.5']],
    ['127.0.0.1', ['127.0.0.1']],
    ['fe80::5%eth0', ['fe80::5']],
    ['198.51.100.1', []],
    ['', []],
  ])('a listener on %j is reached at %j', (host, addresses) => {
    expect(at(host)).toEqual(addresses);
  });

  it('the loopback interface is better than none', () => {
    expect(at('::', { ...machine, eth0: [] })).toEqual(['127.0.0.1', '::1']);
  });

  it('knows addresses that mean something on their own link only', () => {
    expect(servedAddresses('::', machine).map(({ linkLocal }) => linkLocal)).toEqual([false, false, true]);
  });

  it.each([
    ['192.0.2.5', 443, 'https://192.0.2.5/redfish/v1/'],
    ['2001:db8::5', 8443, 'https://[2001:db8::5]:8443/redfish/v1/'],
    ['fe80::5%eth0', 443, 'https://[fe80::5]/redfish/v1/'],
  ])('%s and port %s are %s', (address, port, url) => {
    expect(serviceUrl(address, port)).toBe(url);
  });
});

describe('a limit of rates', () => {
  it('grants a burst and then so many a second, to each and to all', () => {
    let now = 0;
    const limit = new RateLimit({ burst: 2, perSecond: 1 }, { burst: 3, perSecond: 10 }, () => now);
    expect([1, 2, 3].map(() => limit.allows('a'))).toEqual([true, true, false]);
    expect([limit.allows('b'), limit.allows('b')]).toEqual([true, false]);
    now = 1000;
    expect([limit.allows('a'), limit.allows('a'), limit.allows('b')]).toEqual([true, false, true]);
    now = 0;
    expect(limit.allows('a')).toBe(false);
  });

  it('one who asks too much takes nothing from the others', () => {
    const limit = new RateLimit({ burst: 1, perSecond: 0 }, { burst: 2, perSecond: 0 }, () => 0);
    for (let asked = 0; asked < 50; asked++) limit.allows('greedy');
    expect(limit.allows('modest')).toBe(true);
  });

  it('forgets whom it has not met for long rather than growing', () => {
    const limit = new RateLimit({ burst: 1, perSecond: 0 }, { burst: 1e6, perSecond: 0 }, () => 0);
    expect(limit.allows('first')).toBe(true);
    for (let asked = 0; asked < 256; asked++) limit.allows(`${asked}`);
    expect(limit.allows('first')).toBe(true);
  });
});
