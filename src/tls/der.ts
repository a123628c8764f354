/** Reads DER (ITU-T X.690), as far as certificates use it. Pure. */

/** One encoded value: identifier octet and contents. */
export interface Der {
  readonly tag: number;
  readonly content: Uint8Array;
}

/** Identifier octets of the universal types in certificates (X.680 clause 8.6), and of context tags. */
export const tag = {
  boolean: 0x01,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
  /** `[n] EXPLICIT`, or `[n] IMPLICIT` of a constructed type. */
  context: (number: number) => 0xa0 + number,
  /** `[n] IMPLICIT` of a primitive type. */
  contextPrimitive: (number: number) => 0x80 + number,
} as const;

/** The bytes are not the expected DER. */
export class DerError extends Error {}

/** Returns the only value of `bytes`. @throws DerError */
export function readDer(bytes: Uint8Array): Der {
  const [only, ...rest] = readAll(bytes);
  if (only === undefined || rest.length > 0) throw new DerError('expected one value');
  return only;
}

/** Returns the values of a constructed value. @throws DerError */
export const children = (value: Der): readonly Der[] => readAll(value.content);

function readAll(bytes: Uint8Array): Der[] {
  const found: Der[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { start, end } = extent(bytes, at);
    found.push({ tag: bytes[at] ?? 0, content: bytes.subarray(start, end) });
    at = end;
  }
  return found;
}

/** Returns start and end of the contents of the value at `at` (X.690 clause 8.1.3, definite form). */
function extent(bytes: Uint8Array, at: number): { readonly start: number; readonly end: number } {
  const first = bytes[at + 1];
  if (first === undefined || ((bytes[at] ?? 0) & 0x1f) === 0x1f) throw new DerError(`no value at ${at}`);
  let start = at + 2;
  let length = first;
  if (first >= 0x80) {
    const octets = first - 0x80;
    if (octets === 0 || octets > 4) throw new DerError(`no definite length at ${at}`);
    length = 0;
    for (const octet of bytes.subarray(start, start + octets)) length = length * 256 + octet;
    start += octets;
  }
  const end = start + length;
  if (end > bytes.length) throw new DerError(`the value at ${at} is cut off`);
  return { start, end };
}

/** Returns an object identifier in dotted form (X.690 clause 8.19). */
export function oidOf({ content }: Der): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const octet of content) {
    arc = arc * 128 + (octet & 0x7f);
    if (octet < 0x80) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const [first = 0, ...rest] = arcs;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - root * 40, ...rest].join('.');
}

/** Returns a character string; undefined when the value has no string type of names. */
export function stringOf({ tag: type, content }: Der): string | undefined {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  switch (type) {
    case tag.utf8String:
    case tag.printableString:
    case tag.ia5String:
      return bytes.toString('utf8');
    case tag.teletexString:
      return bytes.toString('latin1');
    case tag.bmpString:
      return new TextDecoder('utf-16be').decode(bytes);
    default:
      return undefined;
  }
}

/** Returns the numbers of the set bits; the first bit is 0 (X.690 clause 8.6). */
export function bitsOf({ content }: Der): number[] {
  const bits: number[] = [];
  for (const [index, octet] of content.subarray(1).entries()) {
    for (let bit = 0; bit < 8; bit++) if ((octet & (0x80 >> bit)) !== 0) bits.push(index * 8 + bit);
  }
  return bits;
}
