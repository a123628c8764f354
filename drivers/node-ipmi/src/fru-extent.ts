/** How much of a FRU EEPROM must be read to decode it. */
import { sum8 } from './bytes.ts';
import { FORMAT_VERSION, FRU_HEADER, RECORD_HEADER } from './fru-layout.ts';

/**
 * The number of bytes that a FRU takes, as far as its beginning shows: more than the length of `beginning` while something is missing.
 * Areas lie anywhere in the EEPROM, but it is mostly larger than they are. Infinite when only the end of the EEPROM limits it: for
 * contents that are no FRU, and for an internal use area with nothing behind it.
 */
export function fruExtent(beginning: Uint8Array): number {
  if (beginning.length < FRU_HEADER) return FRU_HEADER;
  const header = beginning.subarray(0, FRU_HEADER);
  if (header.every((byte) => byte === 0) || header.every((byte) => byte === 0xff)) return FRU_HEADER;
  if (sum8(header) !== 0 || ((header[0] ?? 0) & 15) !== FORMAT_VERSION) return Number.POSITIVE_INFINITY;
  const [internal = 0, ...starts] = Array.from(header.subarray(1, 6), (eights) => 8 * eights);
  const records = starts.at(-1) ?? 0;
  const ends = [FRU_HEADER, internalEnd(internal, starts), recordsEnd(beginning, records)];
  return Math.max(...ends, ...starts.slice(0, -1).map((start) => infoEnd(beginning, start)));
}

function internalEnd(start: number, others: readonly number[]): number {
  if (start === 0) return 0;
  return Math.min(...others.filter((other) => other > start));
}

/** A chassis, board or product area has its length in eights of bytes in its second byte. */
function infoEnd(bytes: Uint8Array, start: number): number {
  if (start === 0) return 0;
  return start + Math.max(2, 8 * (bytes[start + 1] ?? 0));
}

/** Multirecords follow each other until one has the mark of the last. */
function recordsEnd(bytes: Uint8Array, start: number): number {
  if (start === 0) return 0;
  for (let at = start; ; ) {
    const header = bytes.subarray(at, at + RECORD_HEADER);
    if (header.length < RECORD_HEADER || sum8(header) !== 0) return at + RECORD_HEADER;
    const [, flags = 0, length = 0] = header;
    at += RECORD_HEADER + length;
    if ((flags & 0x80) !== 0 || at > bytes.length) return at;
  }
}
