/** The part of DNS that DNS-SD over multicast needs (RFC 1035 clause 4, RFC 6762, RFC 6763). Pure. */

export const type = { A: 1, PTR: 12, TXT: 16, AAAA: 28, SRV: 33 } as const;

export interface DnsRecord {
  readonly name: string;
  readonly type: number;
  /** PTR: a name; SRV: target and port; TXT: `key=value` strings; A and AAAA: an address. */
  readonly value: string | readonly string[] | { readonly target: string; readonly port: number };
}

const encodeName = (name: string): Buffer =>
  Buffer.concat([
    ...name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
    Buffer.from([0]),
  ]);

/** Returns a query for one name that accepts a unicast response (RFC 6762 clause 5.4). */
export function encodeQuery(name: string, recordType: number): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(1, 4);
  const tail = Buffer.alloc(4);
  tail.writeUInt16BE(recordType, 0);
  tail.writeUInt16BE(0x8001, 2);
  return Buffer.concat([head, encodeName(name), tail]);
}

/** A name at an offset, and where it ends. @throws RangeError for one that is cut or points in circles */
function readName(message: Buffer, start: number): { name: string; end: number } {
  const labels: string[] = [];
  let at = start;
  let end: number | undefined;
  for (let steps = 0; steps < 128; steps += 1) {
    const length = message.readUInt8(at);
    if (length === 0) return { name: labels.join('.'), end: end ?? at + 1 };
    if (length >= 0xc0) {
      end ??= at + 2;
      at = message.readUInt16BE(at) & 0x3fff;
    } else {
      if (at + 1 + length > message.length) break;
      labels.push(message.toString('utf8', at + 1, at + 1 + length));
      at += 1 + length;
    }
  }
  throw new RangeError('a DNS name is cut or points in circles');
}

function readValue(
  message: Buffer,
  recordType: number,
  at: number,
  length: number,
): DnsRecord['value'] | undefined {
  const data = message.subarray(at, at + length);
  if (recordType === type.PTR) return readName(message, at).name;
  if (recordType === type.SRV)
    return { target: readName(message, at + 6).name, port: message.readUInt16BE(at + 4) };
  if (recordType === type.A && length === 4) return data.join('.');
  if (recordType === type.AAAA && length === 16)
    return Array.from({ length: 8 }, (_, index) => data.readUInt16BE(index * 2).toString(16)).join(':');
  if (recordType !== type.TXT) return undefined;
  const strings: string[] = [];
  for (let place = 0; place < data.length; place += 1 + data.readUInt8(place))
    strings.push(data.toString('utf8', place + 1, place + 1 + data.readUInt8(place)));
  return strings;
}

/** The records of an answer; none for a message that cannot be read. */
export function decodeAnswer(message: Buffer): DnsRecord[] {
  try {
    const questions = message.readUInt16BE(4);
    const count = message.readUInt16BE(6) + message.readUInt16BE(8) + message.readUInt16BE(10);
    let at = 12;
    for (let index = 0; index < questions; index += 1) at = readName(message, at).end + 4;
    const records: DnsRecord[] = [];
    for (let index = 0; index < count; index += 1) {
      const { name, end } = readName(message, at);
      const recordType = message.readUInt16BE(end);
      const length = message.readUInt16BE(end + 8);
      const value = readValue(message, recordType, end + 10, length);
      if (value !== undefined) records.push({ name, type: recordType, value });
      at = end + 10 + length;
    }
    return records;
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}
