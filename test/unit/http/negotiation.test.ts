import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chosenCoding, isJsonType, takesType } from '../../../src/http/negotiation.ts';

describe('an Accept field', () => {
  it.each([
    ['application/json', true],
    ['application/json;charset=utf-8', true],
    ['application/json; charset=utf-8; odata.metadata=minimal', true],
    ['APPLICATION/JSON', true],
    ['application/*;charset=utf-8', true],
    ['*/*;charset=utf-8', true],
    ['*/*', true],
    ['text/html, application/xhtml+xml, */*;q=0.8', true],
    ['text/html,application/json;q=0.1', true],
    ['', true],
    [';;;', true],
    ['text/html', false],
    ['application/xml, text/*', false],
    ['application/json;q=0', false],
    ['application/json;q=0, */*', false],
    ['*/*;q=0', false],
    ['application/*;q=0, */*;q=1', false],
    ['application/jsonx', false],
  ])('%s takes JSON: %s', (field, expected) => {
    expect(takesType(field, 'application/json')).toBe(expected);
  });

  it('never fails', () => {
    fc.assert(fc.property(fc.string(), (field) => typeof takesType(field, 'application/json') === 'boolean'));
  });
});

describe('an Accept-Encoding field', () => {
  const codings = ['br', 'gzip'] as const;

  it.each([
    ['gzip, deflate, br', 'br'],
    ['gzip', 'gzip'],
    ['gzip;q=1, br;q=0.5', 'gzip'],
    ['*', 'br'],
    ['*;q=0.5, gzip', 'gzip'],
    ['br;q=0, *', 'gzip'],
    ['GZIP', 'gzip'],
    ['identity', undefined],
    ['gzip;q=0', undefined],
    ['deflate', undefined],
    ['', undefined],
    ['gzip;q=nonsense', undefined],
  ])('%s: %s', (field, expected) => {
    expect(chosenCoding(field, codings)).toBe(expected);
  });
});

describe('a Content-Type field', () => {
  it.each([
    ['application/json', true],
    ['application/json;charset=utf-8', true],
    ['application/json; charset=UTF-8', true],
    ['application/json; charset="utf-8"', true],
    ['application/json;charset=utf8', true],
    ['Application/JSON ; Charset = utf-8', true],
    ['application/json;odata.metadata=minimal;charset=utf-8', true],
    ['application/json;charset=iso-8859-1', false],
    ['application/json;charset=utf-16', false],
    ['text/json', false],
    ['text/plain', false],
    ['application/x-www-form-urlencoded', false],
    ['application/jsonp', false],
    ['', false],
  ])('%s is JSON: %s', (field, expected) => {
    expect(isJsonType(field)).toBe(expected);
  });
});
