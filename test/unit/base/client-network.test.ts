/** Which addresses count as one client. */
import { describe, expect, it } from 'vitest';
import { networkOf } from '../../../src/base/client-network.ts';

describe('the network of an address', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7', '192.0.2.0/24'],
    ['::ffff:192.0.2.7', '192.0.2.7', '192.0.2.0/24'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64', '2001:db8:1:0::/56'],
    ['2001:db8:1:2::1', '2001:db8:1:2::/64', '2001:db8:1:0::/56'],
    ['2001:db8:1:2ff::', '2001:db8:1:2ff::/64', '2001:db8:1:200::/56'],
    ['2001:db8::1', '2001:db8:0:0::/64', '2001:db8:0:0::/56'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64', 'fe80:0:0:0::/56'],
    ['::1', '0:0:0:0::/64', '0:0:0:0::/56'],
  ])('%s belongs to %s and %s', (address, host, site) => {
    expect(networkOf(address)).toEqual({ host, site });
    expect(networkOf(address)).toEqual({ host, site });
  });

  it('is one for all 2^64 addresses of a host', () => {
    const hosts = new Set(
      Array.from({ length: 2000 }, (_, n) => networkOf(`2001:db8:0:1::${n.toString(16)}`).host),
    );
    expect([...hosts]).toEqual(['2001:db8:0:1::/64']);
  });
});
