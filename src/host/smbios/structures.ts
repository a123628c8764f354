/** Structures of an SMBIOS table (DMTF DSP0134, section 6.1). Damaged tables give what comes before the damage. */

/** One structure. Reading beyond its formatted area gives undefined: older firmware has shorter ones. */
export interface Structure {
  readonly type: number;
  readonly handle: number;
  readonly length: number;
  u8(offset: number): number | undefined;
  u16(offset: number): number | undefined;
  u32(offset: number): number | undefined;
  u64(offset: number): bigint | undefined;
  bytes(offset: number, length: number): Uint8Array | undefined;
  /** The string whose number is at `offset`, without surrounding blanks; undefined where it is empty. */
  text(offset: number): string | undefined;
}

/** "End-of-table". */
const end = 127;
/** More than any table of 64 KiB can hold of the shortest structures is a loop or a lie. */
const maxStructures = 8192;
/** Longest text that is shown. */
const longestText = 256;

/** The structures of a table, in order. Never throws. */
export function structuresOf(table: Uint8Array): Structure[] {
  const bytes = Buffer.from(table.buffer, table.byteOffset, table.byteLength);
  const found: Structure[] = [];
  let at = 0;
  while (at + 4 <= bytes.length && found.length < maxStructures) {
    const [type = end, length = 0] = [bytes[at], bytes[at + 1]];
    if (length < 4 || at + length > bytes.length) break;
    let stop = at + length;
    while (stop + 1 < bytes.length && (bytes[stop] !== 0 || bytes[stop + 1] !== 0)) stop++;
    found.push(
      structure(
        type,
        bytes.subarray(at, at + length),
        bytes.subarray(at + length, Math.min(stop, bytes.length)),
      ),
    );
    if (type === end) break;
    at = stop + 2;
  }
  return found;
}

function structure(type: number, body: Buffer, strings: Buffer): Structure {
  const has = (offset: number, size: number) => offset >= 0 && offset + size <= body.length;
  let texts: readonly string[] | undefined;
  return {
    type,
    handle: body.readUInt16LE(2),
    length: body.length,
    u8: (offset) => (has(offset, 1) ? body.readUInt8(offset) : undefined),
    u16: (offset) => (has(offset, 2) ? body.readUInt16LE(offset) : undefined),
    u32: (offset) => (has(offset, 4) ? body.readUInt32LE(offset) : undefined),
    u64: (offset) => (has(offset, 8) ? body.readBigUInt64LE(offset) : undefined),
    bytes: (offset, length) =>
      has(offset, length) ? Uint8Array.from(body.subarray(offset, offset + length)) : undefined,
    text(offset) {
      const number = has(offset, 1) ? body.readUInt8(offset) : 0;
      if (number === 0) return undefined;
      texts ??= strings.toString('latin1').split('\0');
      const text = printable(texts[number - 1] ?? '');
      return text === '' ? undefined : text;
    },
  };
}

/** What firmware wrote, as text for people: one line, without control characters. */
export const printable = (text: string): string =>
  text
    .replace(/[^ -~\u00a0-\u00ff]/g, ' ')
    .trim()
    .slice(0, longestText);

/**
 * The table in a dump: behind an entry point (`_SM3_`, `_SM_`) at its begin, before one at its end, or raw. Firmware
 * that sends its tables by blobs writes the table first and the entry point behind it.
 */
export function tableOf(dump: Uint8Array): Uint8Array {
  const bytes = Buffer.from(dump.buffer, dump.byteOffset, dump.byteLength);
  if (bytes.length >= 24 && bytes.toString('latin1', 0, 5) === '_SM3_') {
    const start = Number(bytes.readBigUInt64LE(16));
    return start < bytes.length ? bytes.subarray(start) : bytes.subarray(24);
  }
  if (bytes.length >= 31 && bytes.toString('latin1', 0, 4) === '_SM_') {
    const start = bytes.readUInt32LE(0x18);
    return start < bytes.length ? bytes.subarray(start) : bytes.subarray(31);
  }
  return bytes;
}
