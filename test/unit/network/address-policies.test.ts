import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalPrefix,
  defaultPolicies,
  formatGaiConf,
  parseGaiConf,
} from '../../../src/network/address-policies.ts';
import { ipv6Address } from './support.ts';

const policy = fc.record({
  prefix: fc
    .tuple(ipv6Address, fc.integer({ min: 0, max: 128 }))
    .map(([address, length]) => `${address}/${length}`),
  precedence: fc.integer({ min: 1, max: 100 }),
  label: fc.integer({ min: 0, max: 100 }),
});

describe('the table of address selection', () => {
  it('is that of RFC 6724 by default', () => {
    expect(parseGaiConf('# label ::1/128 0\nreload yes\n')).toEqual(defaultPolicies);
  });

  it('is read as it was written, whatever else stands in the file', () => {
    const table = fc.uniqueArray(policy, { selector: ({ prefix }) => prefix, minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(
        table,
        fc.constantFrom('', '# a comment\n', 'scopev4 ::ffff:127.0.0.0/104 2\n\n'),
        (policies, before) => {
          const text = formatGaiConf(policies, before);
          expect(parseGaiConf(text)).toEqual(policies);
          expect(text.startsWith(before.trim())).toBe(true);
          expect(formatGaiConf(policies, text)).toBe(text);
        },
      ),
    );
  });

  it.each([
    ['2001:DB8:0::/32', '2001:db8::/32'],
    ['::/0', '::/0'],
    ['::/129', undefined],
    ['::', undefined],
    ['192.0.2.0/24', undefined],
    ['::/1/2', undefined],
    ['::/0x1', undefined],
  ])('the prefix %j is %j', (text, canonical) => {
    expect(canonicalPrefix(text)).toBe(canonical);
  });
});
