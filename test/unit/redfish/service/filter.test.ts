import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FilterError, parseFilter, passes } from '../../../../src/redfish/service/query/filter.ts';

const member = {
  Name: "CPU0's VR",
  Reading: 41.5,
  Status: { State: 'Enabled', Health: 'OK' },
  Created: '2026-03-01T10:00:00+00:00',
  Reserved: null,
  Resolved: false,
};

describe('$filter', () => {
  it.each([
    ['Reading gt 40', true],
    ['Reading gt 41.5', false],
    ['Reading ge 41.5', true],
    ['Reading lt -1e3', false],
    ["Status/Health eq 'OK'", true],
    ["Status/Health ne 'OK'", false],
    ["Name eq 'CPU0''s VR'", true],
    ['Reserved eq null', true],
    ['Missing eq null', true],
    ['Missing gt 1', false],
    ['Missing lt 1', false],
    ['Resolved eq false', true],
    ['not (Reading gt 40)', false],
    ["Reading gt 40 and Status/State eq 'Disabled' or Resolved eq false", true],
    ["Reading gt 40 and (Status/State eq 'Disabled' or Resolved eq true)", false],
    // The same instant in another zone, and a date whose plus sign arrived as a space.
    ["Created eq '2026-03-01T11:00:00+01:00'", true],
    ['Created lt 2026-03-01T10:00:01Z', true],
    ['Created le 2026-03-01T10:00:00 00:00', true],
    ['40 lt Reading', true],
  ])('%s is %s', (text, expected) => {
    expect(passes(parseFilter(text), member)).toBe(expected);
  });

  it.each([
    ['', 'a property or a value missing at the end'],
    ['Reading', 'eq, ne, gt, ge, lt or le missing'],
    ['Reading gt', 'a property or a value missing'],
    ['Reading like 4', "instead of 'like'"],
    ['(Reading gt 4', "')' missing"],
    ['Reading gt 4 Name', "'and' or 'or' expected instead of 'Name'"],
    ["Name eq 'open", "cannot read 'open"],
    // Text without its quotes would be taken for a property that is not there, and silently match nothing.
    ['Status/Health eq OK', "a value, within '' if it is text, expected instead of 'OK'"],
    ['1 eq 2', "a property expected instead of '2'"],
  ])('%s is refused', (text, why) => {
    expect(() => parseFilter(text)).toThrow(why);
  });

  it('refuses what is too long', () => {
    expect(() => parseFilter('A'.repeat(3000))).toThrow('longer than');
    expect(() => parseFilter(`${'('.repeat(40)}A eq 1`)).toThrow('nested deeper');
  });

  it('never fails but by FilterError, whatever the text', () => {
    const words = [
      'A',
      'eq',
      'gt',
      'and',
      'or',
      'not',
      '(',
      ')',
      "'x'",
      '12',
      'null',
      '/',
      "'",
      '-',
      '2026-01-01T00:00:00Z',
    ];
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(fc.constantFrom(...words)).map((list) => list.join(' ')),
        ),
        (text) => {
          try {
            passes(parseFilter(text), member);
          } catch (error) {
            expect(error).toBeInstanceOf(FilterError);
          }
        },
      ),
    );
  });
});
