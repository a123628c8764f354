/** Parsers of event streams, filters, URIs and discovery, on sound input cut anywhere and on noise. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { servicesOf } from '../../src/discovery/discover.ts';
import { decodeAnswer, type as dnsType, encodeQuery } from '../../src/discovery/dns.ts';
import { parseAnswer, searchRequest, searchTarget } from '../../src/discovery/ssdp.ts';
import { RedfishError } from '../../src/errors.ts';
import { Once, parseRecords } from '../../src/events/records.ts';
import { SseParser } from '../../src/events/sse.ts';
import { parseFilter } from '../../src/filter.ts';
import { Findings } from '../../src/findings.ts';
import { originOf, targetOf, withQuery } from '../../src/origin.ts';

describe('SseParser', () => {
  const stream =
    '\uFEFF: hello\r\nid: 5\r\n\r\nid: 6\nevent: x\ndata: {"a":\ndata: 1}\n\nretry: 250\rdata\r\rdata: no end';

  it('gives the same events however the stream is cut', () => {
    const whole = new SseParser().push(stream);
    expect(whole).toEqual([
      { id: '6', type: 'x', data: '{"a":\n1}' },
      { id: '6', type: 'message', data: '' },
    ]);
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 12 }), (cuts) => {
        const parser = new SseParser();
        const places = [0, ...cuts.sort((a, b) => a - b), stream.length];
        const events = places.slice(1).flatMap((end, index) => parser.push(stream.slice(places[index], end)));
        expect(events).toEqual(whole);
        expect([parser.lastId, parser.retry]).toEqual(['6', 250]);
      }),
    );
  });

  it('keeps the id of a block without data', () => {
    const parser = new SseParser();
    expect(parser.push('id: 9\n\n')).toEqual([]);
    expect(parser.lastId).toBe('9');
  });

  it('takes any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(Array.isArray(new SseParser().push(text))).toBe(true);
      }),
    );
  });
});

describe('event records', () => {
  it('come out of any payload without a throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(Array.isArray(parseRecords(text))).toBe(true);
      }),
    );
  });

  it('pass once, in constant memory, and again under the same id at another time', () => {
    const once = new Once(new Findings(false), '/sse');
    const record = (id: number, time = 'T1') => ({
      EventId: String(id),
      EventTimestamp: time,
      MessageId: 'A.1.0.B',
    });
    expect([once.isNew(record(1)), once.isNew(record(1)), once.isNew(record(1, 'T2'))]).toEqual([
      true,
      false,
      true,
    ]);
    for (let id = 2; id < 25_000; id += 1) expect(once.isNew(record(id))).toBe(true);
    expect(once.isNew(record(24_999))).toBe(false);
  });
});

describe('parseFilter', () => {
  const resource = { PowerState: 'On', Count: 7, Name: "O'Neil", Status: { Health: 'OK' }, Gone: null };

  it.each([
    ["PowerState eq 'On'", true],
    ["PowerState ne 'On'", false],
    ['Count gt 6 and Count le 7', true],
    ["Count lt 7 or Status/Health eq 'OK'", true],
    ['not (Count ge 7)', false],
    ["not Count ge 7 and PowerState eq 'On'", false],
    ["Name eq 'O''Neil'", true],
    ['Gone eq null', true],
    ["(Count eq 1 or Count eq 7) and (Status/Health eq 'OK')", true],
    ['Missing gt 5', false],
    ["'x' eq 'x'", true],
  ])('%s is %j', (text, expected) => expect(parseFilter(text)(resource)).toBe(expected));

  it.each([
    '',
    'Count',
    'Count =',
    'Count eq',
    "Count eq 'x",
    '(Count eq 1',
    'Count eq 1 Count',
    'and',
    'Count like 5',
  ])('refuses %j and says how to write it', (text) => {
    expect(() => parseFilter(text)).toThrow(RedfishError);
    expect(() => parseFilter(text)).toThrow(/write it like/);
  });

  it('throws nothing but usage errors', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseFilter(text)(resource);
        } catch (error) {
          expect((error as RedfishError).kind).toBe('usage');
        }
      }),
    );
  });
});

describe('URIs', () => {
  it('completes an origin', () => {
    expect(originOf('bmc.example')).toBe('https://bmc.example:443');
    expect(originOf('http://[::1]:80/redfish')).toBe('http://[::1]:80');
    expect(() => originOf('ftp://x')).toThrow(/https or http/);
    expect(() => originOf('')).toThrow(RedfishError);
  });

  it('tells its own from foreign targets, and keeps them as written', () => {
    const origin = 'https://bmc:443';
    expect(targetOf(origin, '/redfish/v1/A%2Fb/#/x')).toEqual({ path: '/redfish/v1/A%2Fb/', foreign: false });
    expect(targetOf(origin, 'https://bmc/redfish')).toEqual({ path: '/redfish', foreign: false });
    expect(targetOf(origin, 'https://bmc:444/redfish').foreign).toBe(true);
    expect(targetOf(origin, 'http://bmc/redfish').foreign).toBe(true);
    expect(targetOf(origin, '//evil/redfish').foreign).toBe(true);
    expect(targetOf(origin, '2', '/redfish/v1/Tasks/1')).toEqual({
      path: '/redfish/v1/Tasks/2',
      foreign: false,
    });
  });

  it('adds a query before a fragment', () => {
    expect(withQuery('/a?x=1#/b', ['y=2'])).toBe('/a?x=1&y=2#/b');
    expect(withQuery('/a', [])).toBe('/a');
  });
});

describe('discovery', () => {
  it('asks as DSP0266 says', () => {
    expect(searchRequest(3)).toContain(`ST: ${searchTarget}\r\n`);
    expect(searchRequest(3)).toContain('MAN: "ssdp:discover"');
  });

  it('reads an answer of SSDP', () => {
    const uuid = '2d3f3a5c-0d4b-4c6e-9a51-8b8a3c1d7e60';
    const text = `HTTP/1.1 200 OK\r\nCACHE-CONTROL:max-age=1800\r\nST:urn:dmtf-org:service:redfish-rest:1:20\r\nUSN:uuid:${uuid}::urn:dmtf-org:service:redfish-rest:1:20\r\nAL:<https://10.0.0.9/redfish/v1/>\r\n\r\n`;
    expect(parseAnswer(text, '10.0.0.9')).toEqual({
      url: 'https://10.0.0.9/redfish/v1/',
      uuid,
      address: '10.0.0.9',
      by: 'ssdp',
    });
    expect(parseAnswer(text.replace('redfish-rest', 'other'), '10.0.0.9')).toBeUndefined();
    fc.assert(
      fc.property(fc.string(), (noise) => {
        expect(parseAnswer(noise, 'x')).toBeUndefined();
      }),
    );
  });

  it('reads an answer of DNS-SD, names compressed', () => {
    const query = encodeQuery('_redfish._tcp.local', dnsType.PTR);
    const name = (labels: string) =>
      Buffer.concat([
        ...labels.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
      ]);
    const record = (owner: Buffer, recordType: number, data: Buffer) => {
      const head = Buffer.alloc(10);
      head.writeUInt16BE(recordType, 0);
      head.writeUInt16BE(1, 2);
      head.writeUInt16BE(data.length, 8);
      return Buffer.concat([owner, head, data]);
    };
    const service = Buffer.from([0xc0, 12]);
    const instance = Buffer.concat([name('bmc7'), service]);
    const target = Buffer.concat([name('bmc7.local'), Buffer.from([0])]);
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(4, 6);
    const message = Buffer.concat([
      header,
      query.subarray(12),
      record(service, dnsType.PTR, instance),
      record(instance, dnsType.SRV, Buffer.concat([Buffer.from([0, 0, 0, 0, 0x20, 0xfb]), target])),
      record(
        instance,
        dnsType.TXT,
        Buffer.concat(
          ['txtvers=1', 'path=/redfish/v1/', 'uuid=ABC'].map((text) =>
            Buffer.from([text.length, ...Buffer.from(text)]),
          ),
        ),
      ),
      record(target, dnsType.A, Buffer.from([192, 0, 2, 7])),
    ]);
    expect(servicesOf(decodeAnswer(message), '192.0.2.1')).toEqual([
      { url: 'https://192.0.2.7:8443/redfish/v1/', uuid: 'abc', address: '192.0.2.1', by: 'dns-sd' },
    ]);
  });

  it('takes any bytes for DNS', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(Array.isArray(decodeAnswer(Buffer.from(bytes)))).toBe(true);
      }),
    );
  });
});
