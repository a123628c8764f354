/** Encryption of payloads. */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PayloadCipher } from '../src/lan/cipher.ts';

const key = Buffer.from('0123456789abcdef');
const bytes = fc.uint8Array({ maxLength: 300 });
const payloads = fc.array(bytes, { minLength: 1, maxLength: 8 });

/** What the specification says, a packet at a time (section 13.29). */
function encrypt(payload: Uint8Array, iv: Uint8Array): Buffer {
  const pad = Array.from({ length: -(payload.length + 1) & 15 }, (_, index) => index + 1);
  const cipher = createCipheriv('aes-128-cbc', key, iv).setAutoPadding(false);
  return Buffer.concat([iv, cipher.update(Buffer.from([...payload, ...pad, pad.length]))]);
}

function decrypt(packet: Buffer): Buffer {
  const decipher = createDecipheriv('aes-128-cbc', key, packet.subarray(0, 16)).setAutoPadding(false);
  const plain = decipher.update(packet.subarray(16));
  return plain.subarray(0, plain.length - 1 - (plain[plain.length - 1] ?? 0));
}

describe('the encryption of payloads', () => {
  test('gives packets that can each be read by itself, none like another', () => {
    fc.assert(
      fc.property(payloads, (all) => {
        const cipher = new PayloadCipher(key);
        const packets = all.map((payload) => cipher.encrypt(payload));
        expect(packets.toReversed().map(decrypt)).toEqual(all.toReversed().map((each) => Buffer.from(each)));
        expect(new Set(packets.map((packet) => packet.toString('hex', 0, 16))).size).toBe(all.length);
        expect(packets.map(({ length }) => length % 16)).toEqual(all.map(() => 0));
      }),
    );
  });

  test('reads packets in whatever order they come, with rubbish between them', () => {
    const part = fc.record({
      payload: bytes,
      iv: fc.uint8Array({ minLength: 16, maxLength: 16 }),
      noise: bytes,
    });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const cipher = new PayloadCipher(key);
        for (const { payload, iv, noise } of parts) {
          cipher.decrypt(noise);
          expect(cipher.decrypt(encrypt(payload, iv))).toEqual(Buffer.from(payload));
        }
      }),
    );
  });

  test('takes no packet that is no whole number of blocks, or has a wrong pad', () => {
    const cipher = new PayloadCipher(key);
    const iv = Buffer.alloc(16, 9);
    for (const length of [0, 15, 16, 31, 33, 47])
      expect(cipher.decrypt(Buffer.alloc(length))).toBeUndefined();
    const whole = (plain: readonly number[]) => {
      const made = createCipheriv('aes-128-cbc', key, iv).setAutoPadding(false);
      return Buffer.concat([iv, made.update(Buffer.from(plain))]);
    };
    const pad = (last: number) => [...Array.from({ length: 15 }, (_, index) => index + 1), last];
    expect(cipher.decrypt(whole(pad(15)))).toEqual(Buffer.alloc(0));
    for (const last of [16, 14, 255]) expect(cipher.decrypt(whole(pad(last)))).toBeUndefined();
  });

  test('accepts a whole block of padding, as phosphor-net-ipmid sends it, and no more', () => {
    const counting = (length: number) => Array.from({ length }, (_, index) => index + 1);
    const sized = fc.nat({ max: 6 }).chain((blocks) => {
      const length = 16 * blocks + 15;
      return fc.uint8Array({ minLength: length, maxLength: length });
    });
    fc.assert(
      fc.property(sized, (payload) => {
        const cipher = new PayloadCipher(key);
        const iv = Buffer.alloc(16, 3);
        const whole = (pad: number) => {
          const made = createCipheriv('aes-128-cbc', key, iv).setAutoPadding(false);
          const plain = Buffer.from([...payload, ...counting(pad), pad]);
          return Buffer.concat([iv, made.update(plain)]);
        };
        expect(cipher.decrypt(whole(0))).toEqual(Buffer.from(payload));
        expect(cipher.decrypt(whole(16))).toEqual(Buffer.from(payload));
        expect(cipher.decrypt(whole(32))).toBeUndefined();
      }),
    );
  });
});
