import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fill, pathSegments, Router } from '../../../../src/redfish/service/router.ts';

describe('a request path', () => {
  it.each([
    ['/redfish/v1/', ['redfish', 'v1']],
    ['/redfish/v1/Chassis/a%2Db', ['redfish', 'v1', 'Chassis', 'a-b']],
    ['/redfish//v1', undefined],
    ['/redfish/../v1', undefined],
    ['/redfish/%2e%2e/v1', undefined],
    ['/redfish/a%2Fb', undefined],
    ['/redfish/a%00', undefined],
    ['/redfish/%ff', undefined],
    ['/redfish/%', undefined],
    ['redfish', undefined],
  ])('%s', (path, expected) => {
    expect(pathSegments(path)).toEqual(expected);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        pathSegments(`/${text}`);
      }),
    );
  });
});

describe('the router', () => {
  const router = new Router<string>();
  router.add('/a', 'a');
  router.add('/a/{X}', 'member');
  router.add('/a/{X}/b', 'below');
  router.add('/a/fixed', 'fixed');

  it('prefers what is written out, and fills in the rest', () => {
    expect(router.match(['a', 'fixed'])?.value).toBe('fixed');
    expect(router.match(['a', '7', 'b'])).toEqual({ value: 'below', params: { X: '7' } });
    expect(router.match(['a', '7', 'c'])).toBeUndefined();
    expect(router.match([])).toBeUndefined();
  });

  it('refuses two declarations of one path', () => {
    expect(() => router.add('/a/{X}', 'again')).toThrow('declared twice');
    expect(() => router.add('/a/{Y}', 'other')).toThrow('{Y} stands where {X} does');
  });

  it('fills templates', () => {
    expect(fill('/a/{X}/b', { X: '7' })).toBe('/a/7/b');
    expect(() => fill('/a/{X}', {})).toThrow('no value for {X}');
  });
});
