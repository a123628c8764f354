/**
 * Blob transfer over IPMI: network function 2Eh, command 80h, enterprise number 49871, a subcommand, a checksum and its data.
 * One blob, `/smbios`: written in order from its begin, then committed.
 */
import { type FieldReader, NETFN, type Route, refuse } from 'node-ipmi';

const enterprise = [0xcf, 0xc2, 0x00] as const;
const command = 0x80;
const id = Buffer.from('/smbios\0', 'latin1');
/** Largest blob, bytes. */
const limit = 64 * 1024;

const SUB = {
  count: 0,
  enumerate: 1,
  open: 2,
  read: 3,
  write: 4,
  commit: 5,
  close: 6,
  delete: 7,
  stat: 8,
  sessionStat: 9,
} as const;
/** Bits of the state of a blob. */
const state = { openForWrite: 0x02, committed: 0x08 } as const;
const writeFlag = 0x02;
const invalid = 0xcc;

/** CRC of polynomial 1021h, begun with FFFFh, with sixteen zero bits behind the data. */
export function blobChecksum(bytes: ArrayLike<number>): number {
  let crc = 0xffff;
  for (let at = 0; at < bytes.length + 2; at++) {
    for (let bit = 7; bit >= 0; bit--) {
      const carries = (crc & 0x8000) !== 0;
      crc = ((crc << 1) & 0xffff) | (((bytes[at] ?? 0) >> bit) & 1);
      if (carries) crc ^= 0x1021;
    }
  }
  return crc;
}

interface OpenBlob {
  readonly session: number;
  readonly parts: Uint8Array[];
  length: number;
  state: number;
}

export class Blobs {
  readonly #committed: (blob: Uint8Array) => void;
  #sessions = 0;
  #open: OpenBlob | undefined;

  /** @param committed receives each complete blob */
  constructor(committed: (blob: Uint8Array) => void) {
    this.#committed = committed;
  }

  /** The host begins anew: what it has not committed is void. */
  restarted(): void {
    this.#open = undefined;
  }

  routes(): readonly Route[] {
    return [[NETFN.oemGroup, command, 0, (request) => this.#handle(request)]];
  }

  #handle(request: FieldReader): readonly number[] {
    for (const byte of enterprise) if (request.u8() !== byte) return refuse(invalid);
    const sub = request.u8();
    // A request without data has no checksum.
    if (request.left === 0) return this.#answer(sub, new Uint8Array());
    const checksum = request.u16();
    const body = request.rest();
    if (body.length > 0 && blobChecksum(body) !== checksum) return refuse(invalid);
    return this.#answer(sub, body);
  }

  #answer(sub: number, body: Uint8Array): readonly number[] {
    const data = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    switch (sub) {
      case SUB.count:
        return answer(number(1, 4));
      case SUB.enumerate:
        return data.length === 4 && data.readUInt32LE(0) === 0 ? answer([...id]) : refuse(invalid);
      case SUB.open:
        return this.#begin(data);
      case SUB.stat:
        if (!data.equals(id)) return refuse(invalid);
        return answer(this.#status(this.#open));
      case SUB.write:
      case SUB.commit:
      case SUB.close:
      case SUB.sessionStat:
        return this.#ofSession(sub, data);
      default:
        return refuse(sub === SUB.read || sub === SUB.delete ? invalid : 0xc1);
    }
  }

  #begin(data: Buffer): readonly number[] {
    if (data.length < 3 || !data.subarray(2).equals(id)) return refuse(invalid);
    if ((data.readUInt16LE(0) & writeFlag) === 0) return refuse(invalid);
    this.#sessions = (this.#sessions + 1) & 0xffff;
    // Firmware that was reset in the middle begins again.
    this.#open = { session: this.#sessions, parts: [], length: 0, state: state.openForWrite };
    return answer(number(this.#sessions, 2));
  }

  #ofSession(sub: number, data: Buffer): readonly number[] {
    const open = this.#open;
    if (open === undefined || data.length < 2 || data.readUInt16LE(0) !== open.session)
      return refuse(invalid);
    if (sub === SUB.sessionStat) return answer(this.#status(open));
    if (sub === SUB.write) return write(open, data);
    if (sub === SUB.commit) {
      open.state = state.committed;
      this.#committed(Buffer.concat(open.parts));
    } else this.#open = undefined;
    return [...enterprise];
  }

  /** State, size, and no metadata. */
  #status(open: OpenBlob | undefined): readonly number[] {
    return [...number(open?.state ?? 0, 2), ...number(open?.length ?? 0, 4), 0];
  }
}

function write(open: OpenBlob, data: Buffer): readonly number[] {
  if (data.length < 6 || open.state !== state.openForWrite) return refuse(invalid);
  const part = data.subarray(6);
  if (data.readUInt32LE(2) !== open.length || open.length + part.length > limit) return refuse(invalid);
  open.parts.push(Uint8Array.from(part));
  open.length += part.length;
  return [...enterprise];
}

const number = (value: number, bytes: number): number[] =>
  Array.from({ length: bytes }, (_, index) => Math.floor(value / 2 ** (8 * index)) & 0xff);

function answer(body: readonly number[]): readonly number[] {
  return [...enterprise, ...number(blobChecksum(body), 2), ...body];
}
