import { describe, expect, it } from 'vitest';
import { matchesEtag, tagOf } from '../../../../src/redfish/service/read/etag.ts';

const etagOf = (...args: Parameters<typeof tagOf>) => tagOf(...args).etag;

describe('an ETag', () => {
  const body = {
    Name: 'Inlet',
    Reading: 24,
    ReadingTime: 'now',
    Thresholds: { UpperCritical: { Reading: 40 } },
  };

  it('is quoted', () => {
    expect(etagOf(body, undefined, 0)).toMatch(/^"[\w-]{16}"$/);
  });

  it('stays when a reading or a clock moves', () => {
    expect(etagOf({ ...body, Reading: 25, ReadingTime: 'later' }, undefined, 0)).toBe(
      etagOf(body, undefined, 0),
    );
  });

  it('moves with state, with hidden state, and with the order of a list', () => {
    const before = etagOf({ ...body, List: ['a', 'b'] }, undefined, 0);
    expect(etagOf({ ...body, Name: 'Outlet', List: ['a', 'b'] }, undefined, 0)).not.toBe(before);
    expect(etagOf({ ...body, List: ['a', 'b'] }, undefined, 1)).not.toBe(before);
    expect(etagOf({ ...body, List: ['b', 'a'] }, undefined, 0)).not.toBe(before);
  });

  it('moves with a limit, which is called a reading too', () => {
    const moved = { ...body, Thresholds: { UpperCritical: { Reading: 41 } } };
    expect(etagOf(moved, undefined, 0)).not.toBe(etagOf(body, undefined, 0));
  });

  it('knows whether it stands for the whole body', () => {
    expect(tagOf(body, undefined, 0).exact).toBe(false);
    expect(tagOf({ Name: 'Inlet', Thresholds: body.Thresholds }, undefined, 0).exact).toBe(true);
    expect(tagOf({ Count: 1 }, ['Count'], 0).exact).toBe(false);
  });

  it('leaves out what the resource itself calls volatile', () => {
    expect(etagOf({ Count: 1 }, ['Count'], 0)).toBe(etagOf({ Count: 2 }, ['Count'], 0));
  });
});

describe('a conditional field', () => {
  it.each([
    ['"abc"', true],
    ['"x", "abc"', true],
    ['W/"abc"', true],
    ['*', true],
    [' * ', true],
    ['"abcd"', false],
    ['abc', false],
    // A list with anything but tags in it is no list: nothing in it may match.
    ['"abc"foobar', false],
    ['"x" junk "abc"', false],
    ['', false],
  ])('%s', (field, expected) => {
    expect(matchesEtag(field, '"abc"')).toBe(expected);
  });
});
