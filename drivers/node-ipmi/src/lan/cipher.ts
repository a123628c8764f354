/** AES-CBC-128 for session payloads. */
import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';

const ALGORITHM = 'aes-128-cbc';
const BLOCK = 16;

/**
 * The encryption of a session's payloads, AES-CBC-128 (IPMI v2.0, section 13.29): an initialization vector, and the payload
 * with its pad, encrypted.
 *
 * One pair of contexts serves all packets, because creating a context costs more than encrypting a packet. The cipher chain
 * therefore continues from packet to packet. Outgoing: a random block at the head of each packet serves as its
 * unpredictable vector. Incoming: the vector decrypts to a block that depends on the previous packet, which is discarded.
 */
export class PayloadCipher {
  readonly #encrypt: ReturnType<typeof createCipheriv>;
  readonly #decrypt: ReturnType<typeof createDecipheriv>;

  /** `key` has 16 bytes. */
  constructor(key: Uint8Array) {
    this.#encrypt = createCipheriv(ALGORITHM, key, Buffer.alloc(BLOCK)).setAutoPadding(false);
    this.#decrypt = createDecipheriv(ALGORITHM, key, Buffer.alloc(BLOCK)).setAutoPadding(false);
  }

  encrypt(payload: Uint8Array): Buffer {
    const pad = -(payload.length + 1) & (BLOCK - 1);
    const plain = Buffer.allocUnsafe(BLOCK + payload.length + pad + 1);
    putRandomBlock(plain);
    plain.set(payload, BLOCK);
    const end = BLOCK + payload.length;
    for (let i = 0; i < pad; i++) plain[end + i] = i + 1;
    plain[end + pad] = pad;
    return this.#encrypt.update(plain);
  }

  /** The payload, or undefined when the length or the pad is invalid. */
  decrypt(bytes: Uint8Array): Buffer | undefined {
    if (bytes.length < 2 * BLOCK || bytes.length % BLOCK !== 0) return undefined;
    const plain = this.#decrypt.update(bytes);
    const pad = plain[plain.length - 1] ?? 0;
    // The pad counts 1, 2, 3 and so on, with its length behind it. It needs 0 to 15 bytes; phosphor-net-ipmid (OpenBMC) adds
    // a whole block where none is needed.
    const end = plain.length - 1 - pad;
    if (pad > BLOCK || end < BLOCK) return undefined;
    for (let i = 0; i < pad; i++) if (plain[end + i] !== i + 1) return undefined;
    return plain.subarray(BLOCK, end);
  }
}

/** Random bytes are drawn in bulk: one call per packet costs more than its encryption. */
const pool = Buffer.alloc(256 * BLOCK);
let drawn = pool.length;

function putRandomBlock(to: Buffer): void {
  if (drawn === pool.length) {
    randomFillSync(pool);
    drawn = 0;
  }
  pool.copy(to, 0, drawn, drawn + BLOCK);
  drawn += BLOCK;
}
