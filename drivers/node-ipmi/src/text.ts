/** The encodings of texts in FRU areas and sensor data records, both ways. */
import { fromHex, hex } from './bytes.ts';

/**
 * How a text is stored: `latin1` is 8-bit ASCII with Latin-1, `utf16` is 2-byte Unicode (FRU fields whose
 * language is not English), `binary` shows its bytes as hexadecimal digits.
 */
export type TextEncoding = 'binary' | 'bcd' | 'sixbit' | 'latin1' | 'utf16';

/** A text together with the way it is stored, so that writing it back changes nothing else. */
export interface TypedText {
  readonly text: string;
  readonly encoding: TextEncoding;
}

/** BCD plus: the digits and six marks (IPMI v2.0, section 43.15; the FRU definition reserves the last three). */
const BCD_CHARACTERS = '0123456789 -.:,_';

/**
 * Type code in bits 7:6 of a type/length byte (FRU Information Storage v1.3, section 13; IPMI v2.0,
 * section 43.15). Type 3 depends on the language in a FRU, and is always Latin-1 in an SDR; type 0 is binary
 * in a FRU and Unicode in an SDR.
 */
const FRU_TYPES = ['binary', 'bcd', 'sixbit'] as const;

/** The text of a FRU field; the language of its area is English or another one. */
export function decodeFruText(typeLength: number, bytes: Uint8Array, english: boolean): TypedText {
  return typedText(bytes, FRU_TYPES[typeLength >> 6] ?? (english ? 'latin1' : 'utf16'));
}

/** The text of an SDR ID string. */
export function decodeSdrText(typeLength: number, bytes: Uint8Array): TypedText {
  const type = typeLength >> 6;
  return typedText(bytes, type === 0 ? 'utf16' : (FRU_TYPES[type] ?? 'latin1'));
}

/**
 * A text in the encoding that its type code states, unless the bytes contradict it. Some controllers (OpenBMC's Intel layer)
 * state 2-byte Unicode for ASCII: UTF-16 of that text would have a zero in every second byte.
 */
function typedText(bytes: Uint8Array, stated: TextEncoding): TypedText {
  const encoding = stated === 'utf16' && isAscii(bytes) ? 'latin1' : stated;
  return { text: decodeText(bytes, encoding), encoding };
}

/** Printable ASCII, perhaps padded with NUL. A single UTF-16 letter, such as 41 00, is not. */
function isAscii(bytes: Uint8Array): boolean {
  const end = bytes.findLastIndex((byte) => byte !== 0) + 1;
  return end > 0 && bytes[1] !== 0 && bytes.subarray(0, end).every((byte) => byte >= 0x20 && byte <= 0x7e);
}

/** Text of the stored bytes. Never fails: every byte sequence means something in every encoding. */
export function decodeText(bytes: Uint8Array, encoding: TextEncoding): string {
  switch (encoding) {
    case 'binary':
      return hex(bytes);
    case 'bcd':
      return Array.from(bytes, (byte) => `${BCD_CHARACTERS[byte >> 4]}${BCD_CHARACTERS[byte & 15]}`).join('');
    case 'sixbit':
      return decodeSixBit(bytes);
    case 'latin1':
      return trimNul(Buffer.from(bytes).toString('latin1'));
    case 'utf16':
      return trimNul(Buffer.from(bytes.subarray(0, bytes.length & ~1)).toString('utf16le'));
  }
}

/**
 * Bytes of a text, or undefined when the encoding cannot represent it. BCD has two digits a byte and is filled with
 * a space.
 */
export function encodeText(text: string, encoding: TextEncoding): Uint8Array | undefined {
  switch (encoding) {
    case 'binary':
      return fromHex(text);
    case 'bcd':
      return encodeBcd(text);
    case 'sixbit':
      return encodeSixBit(text);
    case 'latin1':
      return /^[\0-\xff]*$/.test(text) ? new Uint8Array(Buffer.from(text, 'latin1')) : undefined;
    case 'utf16':
      return new Uint8Array(Buffer.from(text, 'utf16le'));
  }
}

/** Type code (bits 7:6 of the type/length byte) of an encoding in a FRU field. */
export function fruType(encoding: TextEncoding): number {
  const index = (FRU_TYPES as readonly string[]).indexOf(encoding);
  return index < 0 ? 3 : index;
}

/** Many fields are padded with NUL. */
function trimNul(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0) end--;
  return text.slice(0, end);
}

function encodeBcd(text: string): Uint8Array | undefined {
  const out = new Uint8Array((text.length + 1) >> 1);
  for (let i = 0; i < out.length; i++) {
    const high = BCD_CHARACTERS.indexOf(text.charAt(2 * i));
    const low = BCD_CHARACTERS.indexOf(text.charAt(2 * i + 1) || ' ');
    if (high < 0 || low < 0) return undefined;
    out[i] = (high << 4) | low;
  }
  return out;
}

/** 6-bit packed ASCII: characters 0x20 to 0x5F, four in three bytes, the first in the lowest bits. */
function decodeSixBit(bytes: Uint8Array): string {
  const count = Math.floor((bytes.length * 8) / 6);
  let text = '';
  for (let i = 0; i < count; i++) {
    const bit = i * 6;
    const pair = (bytes[bit >> 3] ?? 0) | ((bytes[(bit >> 3) + 1] ?? 0) << 8);
    text += String.fromCharCode(0x20 + ((pair >> (bit & 7)) & 0x3f));
  }
  return text;
}

function encodeSixBit(text: string): Uint8Array | undefined {
  const out = new Uint8Array(Math.ceil((text.length * 6) / 8));
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i) - 0x20;
    if (code < 0 || code > 0x3f) return undefined;
    const at = (i * 6) >> 3;
    const shifted = code << ((i * 6) & 7);
    out[at] = (out[at] ?? 0) | (shifted & 0xff);
    if (shifted > 0xff) out[at + 1] = shifted >> 8;
  }
  return out;
}
