/** Values as services send them, comparison and redaction. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedBetween, etagForms, ignoredIn, SeenResources } from '../../src/etag.ts';
import {
  booleanOf,
  dateOf,
  equal,
  isExactDate,
  type JsonObject,
  numberOf,
  paths,
  valueAt,
} from '../../src/json.ts';
import { messageKey, messagesOf } from '../../src/messages.ts';
import { hidden, redact, redactHeaders } from '../../src/redact.ts';

describe('lenient values', () => {
  it.each([
    ['42', 42],
    [42, 42],
    [' 1.5 ', 1.5],
    ['N/A', undefined],
    ['', undefined],
    [null, undefined],
    [true, undefined],
  ])('reads the number %j as %j', (value, number) => expect(numberOf(value)).toBe(number));

  it.each([
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000Z'],
    ['2026-01-02T03:04:05.123456Z', '2026-01-02T03:04:05.123Z'],
    ['2026-01-02T03:04:05-0600', '2026-01-02T09:04:05.000Z'],
    ['2026-01-02T03:04:05+02:00', '2026-01-02T01:04:05.000Z'],
    ['2026-01-02T03:04:05', '2026-01-02T03:04:05.000Z'],
    ['0000-00-00T00:00:00Z', undefined],
    ['2026-02-31T25:00:00Z', undefined],
    ['00:00:00Z', undefined],
    ['yesterday', undefined],
    [7, undefined],
  ])('reads the date %j as %j', (value, date) => expect(dateOf(value)?.toISOString()).toBe(date));

  it('reads every date that JavaScript writes, and calls it exact', () => {
    const range = {
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    };
    fc.assert(
      fc.property(fc.date(range), (date) => {
        expect(dateOf(date.toISOString())?.getTime()).toBe(date.getTime());
        expect(isExactDate(date.toISOString())).toBe(true);
      }),
    );
  });

  it('reads booleans of any case', () => {
    expect([booleanOf('TRUE'), booleanOf('false'), booleanOf(true), booleanOf('yes')]).toEqual([
      true,
      false,
      true,
      undefined,
    ]);
  });

  it('finds values by path, and nothing inherited', () => {
    const body = { Boot: { Order: ['a', { B: 1 }] } };
    expect(valueAt(body, 'Boot/Order/1/B')).toBe(1);
    expect(valueAt(body, '/Boot/Order/0')).toBe('a');
    expect(valueAt(body, 'Boot/constructor')).toBeUndefined();
    expect(valueAt(body, 'Boot/Order/7/B')).toBeUndefined();
  });

  it('compares JSON by value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(equal(value, JSON.parse(JSON.stringify(value)))).toBe(true);
      }),
    );
    expect(equal({ a: 1 }, { a: 1, b: undefined })).toBe(false);
    expect(equal([1, 2], [2, 1])).toBe(false);
  });
});

describe('changes', () => {
  const before = { AssetTag: 'a', Boot: { Target: 'None', Order: [1, 2] }, Status: { Health: 'OK' } };

  it('names the paths that are written', () => {
    expect(paths({ AssetTag: 'b', Boot: { Target: 'Pxe', Order: [2] }, Oem: {} })).toEqual([
      ...['/AssetTag', '/Boot/Target', '/Boot/Order', '/Oem'],
    ]);
  });

  it('sees which of them another client changed', () => {
    const now = { ...before, Boot: { Target: 'Pxe', Order: [1, 2] }, Status: { Health: 'Warning' } };
    expect(changedBetween(before, now, { AssetTag: 'b', Boot: { Order: [3] } })).toEqual([]);
    expect(changedBetween(before, now, { Boot: { Target: 'Hdd' } })).toEqual(['/Boot/Target']);
  });

  it('sees which of them the service ignored', () => {
    expect(
      ignoredIn(
        { AssetTag: 'a', List: [{ A: 1, B: 2 }, null] },
        { AssetTag: 'b', Password: 'x', List: [{ A: 1 }] },
      ),
    ).toEqual(['/AssetTag']);
  });

  it('tries each form of a tag once, the plain one before none', () => {
    expect(etagForms('W/"1-gzip"')).toEqual(['W/"1-gzip"', '"1-gzip"', '"1"', '1', undefined]);
    expect(etagForms('"1"')).toEqual(['"1"', '1', undefined]);
  });

  it('remembers a limited number of resources', () => {
    const seen = new SeenResources(3);
    for (let index = 0; index < 10; index += 1) seen.add(`/${index}`, `"${index}"`, {});
    expect([seen.at('/6'), seen.at('/7')?.etag]).toEqual([undefined, '"7"']);
  });
});

describe('messages', () => {
  it('drops the version of a message', () => {
    expect(['Base.1.19.Success', 'iLO.2.27.0.X', 'Success', ''].map(messageKey)).toEqual([
      'Base.Success',
      'iLO.X',
      'Success',
      '',
    ]);
  });

  it('reads whatever a body is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(Array.isArray(messagesOf(value))).toBe(true);
      }),
    );
    expect(
      messagesOf({ 'AssetTag@Message.ExtendedInfo': [{ MessageId: 'Base.1.0.PropertyUnknown' }] })[0]?.key,
    ).toBe('Base.PropertyUnknown');
  });
});

describe('redaction', () => {
  it('hides secrets wherever they are, and nothing else', () => {
    const body = {
      ...{
        UserName: 'carol',
        Password: 'one',
        KeyType: 'AES',
        PublicKey: 'shown',
        MaxPasswordLength: 20,
        Token: null,
      },
      Nested: [{ AuthenticationKey: 'two', SessionToken: 'three' }],
      Certificate: '-----BEGIN EC PRIVATE KEY-----\nfour',
      Members: { Password: { Deep: 'shown' } },
    };
    const text = JSON.stringify(redact(body));
    for (const secret of ['one', 'two', 'three', 'four']) expect(text).not.toContain(`"${secret}`);
    expect(redact(body)).toMatchObject({
      UserName: 'carol',
      KeyType: 'AES',
      PublicKey: 'shown',
      MaxPasswordLength: 20,
      Token: null,
    });
    expect(redactHeaders({ 'X-Auth-Token': 'x', Accept: 'y' })).toEqual({
      'X-Auth-Token': hidden,
      Accept: 'y',
    });
  });

  it('never leaves a secret of any property that ends in Password', () => {
    const secret = 'S3cr3t-value';
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (value, name) => {
        const body: JsonObject = { Other: value, [`${name}Password`]: secret };
        expect(JSON.stringify(redact(body))).not.toContain(secret);
      }),
    );
  });
});
