/** Registers of a chip as its datasheet lays them out, and their contents as numbers. */

/** Bytes to be written, and how many milliseconds the chip then needs. */
export interface SelectMessage {
  readonly bytes: readonly number[];
  readonly wait?: number;
}

export interface Register {
  readonly address: number;
  /** Address for writing, where it is another (the LM90 family). */
  readonly written?: number;
  /** Width, at most 6. */
  readonly bytes: number;
  readonly order: 'le' | 'be';
  /** Page, or bank; selected before the access by the PAGE command or the chip's own page register. */
  readonly page?: number;
  /** Address of the low byte, where the two bytes of a register are read one by one. */
  readonly low?: number;
  /** Lies `at` bytes into an answer of `of` bytes that can only be read whole (a block and its count). */
  readonly within?: { readonly at: number; readonly of: number };
  /** A check byte follows the value, as Sensirion's sensors send it; see `checkByte`. */
  readonly checked?: true;
  /** Naming the register starts a conversion of so many milliseconds, after which it is read without being named again. */
  readonly conversion?: number;
  /** A message that selects what the register holds (an input to convert, an address elsewhere). */
  readonly request?: SelectMessage;
}

/** The PMBus command that selects a page (PMBus 1.2 part II, 11.10). */
export const pageCommand = 0x00;

export const byte = (address: number, page?: number): Register => ({
  address,
  bytes: 1,
  order: 'be',
  ...(page === undefined ? {} : { page }),
});

/** A 16-bit register, high byte first, as most sensors have it. */
export const word = (address: number): Register => ({ address, bytes: 2, order: 'be' });

/** A 16-bit value in two registers of a byte each. */
export const split = (high: number, low: number, page?: number): Register => ({
  ...byte(high, page),
  bytes: 2,
  low,
});

/** A content of nothing but ones. */
export const allOnes = (register: Register) => 2 ** (8 * register.bytes) - 1;

export const sameRegister = (one: Register, other: Register) =>
  one.address === other.address && one.page === other.page && one.within?.at === other.within?.at;

/** Big- or little-endian bytes as a number; up to 48 bits, so not with bit operators. */
export const numberOf = (bytes: Uint8Array, order: Register['order']): number =>
  (order === 'be' ? bytes : bytes.toReversed()).reduce((value, next) => value * 256 + next, 0);

/** CRC-8 with polynomial x^8 + x^5 + x^4 + 1 and initial value FFh (Sensirion SHT3x-DIS, table 20). */
export function checkByte(bytes: Iterable<number>): number {
  let crc = 0xff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? ((crc << 1) ^ 0x31) & 0xff : crc << 1;
  }
  return crc;
}

export function bytesOf(value: number, { bytes, order }: Register): Uint8Array {
  const found = Uint8Array.from({ length: bytes }, (_, index) => Math.floor(value / 256 ** index) % 256);
  return order === 'be' ? found.toReversed() : found;
}
