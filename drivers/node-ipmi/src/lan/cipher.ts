import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';

const ALGORITHM = 'aes-128-cbc';
const BLOCK = 16;

/**
 * The encryption of a session's payloads, AES-CBC-128 (IPMI v2.0, section 13.29): an initialization vector, and the payload
 * with its pad, encrypted.
 *
 * One pair of contexts serves all packets, since making them costs more than their work. The chain goes on from packet to
 * packet, then. A random block at the head of each packet that goes out becomes its vector, which nobody can foresee; of one
 * that comes in the block that the vector decrypts to depends on the packet before, and is thrown away.
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

  /** Undefined where the bytes are nothing that was encrypted like that. */
  decrypt(bytes: Uint8Array): Buffer | undefined {
    if (bytes.length < 2 * BLOCK || bytes.length % BLOCK !== 0) return undefined;
    const plain = this.#decrypt.update(bytes);
    const pad = plain[plain.length - 1] ?? 0;
    // The pad counts 1, 2, 3 and so on, with its length behind it.
    if (pad >= BLOCK) return undefined;
    const end = plain.length - 1 - pad;
    for (let i = 0; i < pad; i++) if (plain[end + i] !== i + 1) return undefined;
    return plain.subarray(BLOCK, end);
  }
}

/** Random bytes are drawn many at a time: one call for each packet would cost more than its encryption. */
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
