import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Preferences } from '../../../../src/redfish/service/write/preferences.ts';

describe('the Prefer header', () => {
  it.each([
    ['confirm-within=60', '60'],
    ['Confirm-Within = "60"', '60'],
    ['respond-async, confirm-within=60; x=1', '60'],
    ['confirm-within=60, confirm-within=90', '60'],
    ['x="a,confirm-within=5", confirm-within=60', '60'],
    ['confirm-within="a\\"b"', 'a"b'],
    ['confirm-within', ''],
    ['confirm-within=', undefined],
    ['respond-async', undefined],
    ['', undefined],
  ])('%j asks for %j', (field, value) => {
    expect(new Preferences(field).get('confirm-within')).toBe(value);
  });

  it('the answer names what was heeded and nothing else', () => {
    const preferences = new Preferences('respond-async, confirm-within=60, handling=strict');
    expect(preferences.headers).toEqual({});
    preferences.apply('confirm-within');
    preferences.apply('respond-async');
    expect(preferences.headers).toEqual({ 'Preference-Applied': 'confirm-within=60, respond-async' });
  });

  it('no header makes the reader fail', () => {
    fc.assert(
      fc.property(fc.string(), (field) => {
        new Preferences(field).get('x');
      }),
    );
  });

  it('are none in a field that is longer than any client sends, whatever it costs to match', () => {
    const begun = process.cpuUsage();
    const hostile = new Preferences(`a="${'\\"'.repeat(7900)}`);
    expect(process.cpuUsage(begun).user / 1000).toBeLessThan(100);
    expect(hostile.get('a')).toBeUndefined();
    expect(new Preferences(`respond-async, x="${'y'.repeat(600)}"`).get('respond-async')).toBeUndefined();
  });
});
