/** Datagrams and sequence numbers. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodePacket,
  encode15,
  encode20,
  encodeAsf,
  openPayload,
  SequenceWindow,
  type SessionKeys,
} from '../src/lan/packet.ts';
import { sessionKeys } from '../src/lan/rakp.ts';

const suites = ([0, 3, 17] as const).map((suite) => sessionKeys(suite, Buffer.alloc(20, 7)));
const keys: fc.Arbitrary<SessionKeys> = fc.constantFrom(...suites);
const payload = fc.uint8Array({ maxLength: 300 });
const id = fc.nat(0xffffffff);

describe('RMCP+ packets', () => {
  test('come back as they were, in every cipher suite', () => {
    fc.assert(
      fc.property(keys, payload, id, id, fc.nat(63), (some, data, session, sequence, type) => {
        fc.pre(type !== 2);
        const packet = decodePacket(encode20(type, session, sequence, data, some));
        if (packet?.kind !== '2.0') throw new Error('no RMCP+ packet');
        expect(packet).toMatchObject({ type, session, sequence });
        expect(openPayload(packet, some)).toEqual(Buffer.from(data));
      }),
    );
  });

  test('are refused with one byte changed, cut short, or under other keys', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...suites.slice(1)),
        payload,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (some, data, at, change) => {
          const open = (datagram: Buffer): Buffer | undefined => {
            const packet = decodePacket(datagram);
            return packet?.kind === '2.0' ? openPayload(packet, some) : undefined;
          };
          const good = encode20(0, 1, 1, data, some);
          expect(open(good.subarray(0, at % good.length))).toBeUndefined();
          const signed = 4 + (at % (good.length - 4));
          const changed = Buffer.from(good);
          changed[signed] = (changed[signed] ?? 0) ^ change;
          expect(open(changed)).toBeUndefined();
          expect(open(encode20(0, 1, 1, data, sessionKeys(17, Buffer.alloc(20, 8))))).toBeUndefined();
          expect(open(encode20(0, 1, 1, data))).toBeUndefined();
        },
      ),
    );
  });

  test('never make the decoder fail, whatever comes', () => {
    const head = fc.constantFrom(
      [6, 0, 255, 7, 6],
      [6, 0, 255, 7, 2],
      [6, 0, 255, 7, 0],
      [6, 0, 255, 6, 0, 0, 17, 190],
    );
    fc.assert(
      fc.property(head, fc.uint8Array({ maxLength: 80 }), keys, (start, rest, some) => {
        const packet = decodePacket(Buffer.from([...start, ...rest]));
        if (packet?.kind === '2.0') openPayload(packet, some);
      }),
      { numRuns: 2000 },
    );
  });

  test('of IPMI 1.5 and ASF are told apart', () => {
    const plain = decodePacket(encode15(0, 5, 6, Buffer.from('abc')));
    expect(plain).toMatchObject({ kind: '1.5', session: 5, sequence: 6, authCode: undefined });
    const signed = decodePacket(encode15(2, 5, 6, Buffer.from('abc'), Buffer.alloc(16, 9)));
    expect(signed).toMatchObject({ kind: '1.5', authType: 2, authCode: Buffer.alloc(16, 9) });
    expect(decodePacket(encodeAsf(0x80, 3))).toMatchObject({ kind: 'asf', type: 0x80, tag: 3 });
  });
});

describe('SequenceWindow', () => {
  test('takes every number once, in any order within 31 of the highest', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 200 }), (numbers) => {
        const window = new SequenceWindow();
        const seen = new Set<number>();
        let highest = 0;
        for (const number of numbers) {
          const expected = !seen.has(number) && number > highest - 32;
          expect(window.accept(number)).toBe(expected);
          if (!expected) continue;
          seen.add(number);
          highest = Math.max(highest, number);
        }
      }),
    );
  });

  test('goes on over the end of 32 bits', () => {
    const window = new SequenceWindow();
    for (const number of [0x7fffffff, 0xfffffffe, 0xffffffff, 1, 2]) expect(window.accept(number)).toBe(true);
    for (const number of [0xffffffff, 1, 2]) expect(window.accept(number)).toBe(false);
  });
});
