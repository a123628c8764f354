/**
 * Sum of all bytes, or of a part, modulo 256. IPMI areas, records and messages are built so that it comes out as zero. (A
 * view of a part would cost several times what the sum does: arrays as small as messages have no buffer until they need one.)
 */
export function sum8(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let sum = 0;
  for (let at = start; at < end; at++) sum += bytes[at] ?? 0;
  return sum & 0xff;
}

/** The byte that makes the sum of `bytes` and itself zero modulo 256 (IPMI v2.0, section 13.8, "checksum"). */
export function checksum8(bytes: Uint8Array, start = 0, end = bytes.length): number {
  return -sum8(bytes, start, end) & 0xff;
}

/** The parts behind one another in one array. */
export function concat(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** A copy of a part, as a plain array: `slice` of a Buffer would be a view into it. */
export function copyOf(bytes: Uint8Array, start = 0, end = bytes.length): Uint8Array {
  return new Uint8Array(bytes.subarray(start, end));
}

/** Lower-case hexadecimal, two digits a byte, no separators. */
export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

/** The bytes of a hexadecimal text, or undefined where it is none. */
export function fromHex(text: string): Uint8Array | undefined {
  return /^(?:[0-9a-f]{2})*$/i.test(text) ? new Uint8Array(Buffer.from(text, 'hex')) : undefined;
}

/** View for numbers of more than one byte; IPMI sends the least significant byte first by default. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
