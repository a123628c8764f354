/** An SMBIOS table as the requests of a blob transfer: open, writes in order, commit, close. */
import { le } from 'node-ipmi';
import type { Words } from './firmware-words.ts';

const enterprise = [0xcf, 0xc2, 0x00] as const;
const id = [...Buffer.from('/smbios\0', 'latin1')];
/** Bytes in one write. */
const part = 96;

/** CRC-16 of polynomial 1021h, begun with FFFFh, over the data and sixteen zero bits. */
function checksum(bytes: readonly number[]): number {
  let crc = 0xffff;
  for (const byte of [...bytes, 0, 0]) {
    for (let bit = 7; bit >= 0; bit--) {
      const carries = crc & 0x8000;
      crc = ((crc << 1) & 0xffff) | ((byte >> bit) & 1);
      if (carries !== 0) crc ^= 0x1021;
    }
  }
  return crc;
}

const words = (sub: number, body: readonly number[]): Words => [
  0x2e,
  0x80,
  ...enterprise,
  sub,
  ...le(checksum(body), 2),
  ...body,
];

/** Opens the blob; the answer has the number of the session behind enterprise number and checksum. */
export const openWords: Words = words(2, [...le(2, 2), ...id]);
export const sessionOf = (answer: readonly number[]): number => (answer[5] ?? 0) | ((answer[6] ?? 0) << 8);

/** What follows in a session that is open. */
export function tableWords(table: Uint8Array, session: number): readonly Words[] {
  const writes: Words[] = [];
  for (let at = 0; at < table.length; at += part)
    writes.push(words(4, [...le(session, 2), ...le(at, 4), ...table.subarray(at, at + part)]));
  return [...writes, words(5, le(session, 2)), words(6, le(session, 2))];
}
