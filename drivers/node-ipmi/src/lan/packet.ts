/** Datagrams of IPMI over LAN. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { PayloadCipher } from './cipher.ts';

/**
 * Datagrams of IPMI over LAN: RMCP header, IPMI 1.5 and 2.0 session headers, integrity and encryption
 * (IPMI v2.0, sections 13.6, 13.8, 13.28 and 13.29). Decoding never throws and never reads past the end.
 */

/** Payload types (table 13-16). */
export const PAYLOAD = {
  ipmi: 0x00,
  sol: 0x01,
  openRequest: 0x10,
  openResponse: 0x11,
  rakp1: 0x12,
  rakp2: 0x13,
  rakp3: 0x14,
  rakp4: 0x15,
} as const;

/** Authentication types of the session header (table 13-8). */
export const AUTH_TYPE = { none: 0, md2: 1, md5: 2, password: 4, rmcpPlus: 6 } as const;

/** What protects the packets of a session; both are absent in cipher suite 0. */
export interface SessionKeys {
  readonly integrity:
    | { readonly hash: 'sha1' | 'sha256'; readonly key: Uint8Array; readonly length: number }
    | undefined;
  readonly cipher: PayloadCipher | undefined;
}

export interface Packet20 {
  readonly kind: '2.0';
  readonly type: number;
  readonly encrypted: boolean;
  readonly authenticated: boolean;
  readonly session: number;
  readonly sequence: number;
  /** As sent: encrypted where `encrypted`. */
  readonly payload: Buffer;
  /** The whole datagram; what is signed starts behind the RMCP header. */
  readonly datagram: Buffer;
}

export interface Packet15 {
  readonly kind: '1.5';
  readonly authType: number;
  readonly session: number;
  readonly sequence: number;
  readonly authCode: Buffer | undefined;
  readonly payload: Buffer;
}

/** ASF message, class 6 of RMCP: presence ping and pong. */
export interface AsfPacket {
  readonly kind: 'asf';
  readonly type: number;
  readonly tag: number;
  readonly data: Buffer;
}

export type Packet = Packet20 | Packet15 | AsfPacket;

const RMCP_LENGTH = 4;
const HEADER_20 = RMCP_LENGTH + 12;
const RMCP_IPMI = [0x06, 0x00, 0xff, 0x07] as const;
const ASF_IANA = 4542;
const NEXT_HEADER = 0x07;

/** The packet in a datagram, or undefined where it is none. Nothing is verified yet. */
export function decodePacket(datagram: Buffer): Packet | undefined {
  if (datagram.length < RMCP_LENGTH + 8 || datagram[0] !== 0x06) return undefined;
  const messageClass = (datagram[3] ?? 0) & 0x1f;
  if (messageClass === 0x06) return decodeAsf(datagram);
  if (messageClass !== 0x07) return undefined;
  return datagram[4] === AUTH_TYPE.rmcpPlus ? decode20(datagram) : decode15(datagram);
}

function decodeAsf(datagram: Buffer): AsfPacket | undefined {
  if (datagram.readUInt32BE(4) !== ASF_IANA) return undefined;
  const length = datagram[11] ?? 0;
  if (datagram.length < 12 + length) return undefined;
  return {
    kind: 'asf',
    type: datagram[8] ?? 0,
    tag: datagram[9] ?? 0,
    data: datagram.subarray(12, 12 + length),
  };
}

function decode20(datagram: Buffer): Packet20 | undefined {
  if (datagram.length < HEADER_20) return undefined;
  const flags = datagram[5] ?? 0;
  // Explicit OEM payloads carry six more header bytes; none is ours.
  if ((flags & 0x3f) === 2) return undefined;
  const length = datagram.readUInt16LE(14);
  if (datagram.length < HEADER_20 + length) return undefined;
  return {
    kind: '2.0',
    type: flags & 0x3f,
    encrypted: (flags & 0x80) !== 0,
    authenticated: (flags & 0x40) !== 0,
    session: datagram.readUInt32LE(6),
    sequence: datagram.readUInt32LE(10),
    payload: datagram.subarray(HEADER_20, HEADER_20 + length),
    datagram,
  };
}

function decode15(datagram: Buffer): Packet15 | undefined {
  const authType = datagram[4] ?? 0;
  const codeLength = authType === AUTH_TYPE.none ? 0 : 16;
  const lengthAt = RMCP_LENGTH + 9 + codeLength;
  const length = datagram[lengthAt];
  if (length === undefined || datagram.length < lengthAt + 1 + length) return undefined;
  return {
    kind: '1.5',
    authType,
    sequence: datagram.readUInt32LE(5),
    session: datagram.readUInt32LE(9),
    authCode: codeLength === 0 ? undefined : datagram.subarray(13, 13 + codeLength),
    payload: datagram.subarray(lengthAt + 1, lengthAt + 1 + length),
  };
}

/**
 * Checks and decrypts the payload of a session's packet. Undefined when the packet does not belong to this session:
 * unsigned, wrongly signed, not encrypted although the session is, or damaged.
 */
export function openPayload(packet: Packet20, keys: SessionKeys): Buffer | undefined {
  if (
    packet.encrypted !== (keys.cipher !== undefined) ||
    packet.authenticated !== (keys.integrity !== undefined)
  ) {
    return undefined;
  }
  const { datagram, payload } = packet;
  if (keys.integrity !== undefined) {
    const { hash, key, length } = keys.integrity;
    const end = datagram.length - length;
    // Behind the payload: padding, its length, the next header and the code. The code covers the padding, so its exact size
    // is not checked: peers differ in it.
    if (end < HEADER_20 + payload.length) return undefined;
    const code = createHmac(hash, key).update(datagram.subarray(RMCP_LENGTH, end)).digest();
    if (!timingSafeEqual(code.subarray(0, length), datagram.subarray(end))) return undefined;
  }
  return keys.cipher === undefined ? payload : keys.cipher.decrypt(payload);
}

/** An IPMI 2.0 datagram; signed and encrypted where the session is. Keys are absent outside a session. */
export function encode20(
  type: number,
  session: number,
  sequence: number,
  payload: Uint8Array,
  keys?: SessionKeys,
): Buffer {
  const cipher = keys?.cipher;
  const integrity = keys?.integrity;
  const body = cipher === undefined ? payload : cipher.encrypt(payload);
  const codeLength = integrity?.length ?? 0;
  const pad = integrity === undefined ? 0 : -(body.length + 2) & 3;
  const trailer = integrity === undefined ? 0 : pad + 2;
  const out = Buffer.allocUnsafe(HEADER_20 + body.length + trailer + codeLength);
  out.set(RMCP_IPMI);
  out[4] = AUTH_TYPE.rmcpPlus;
  out[5] = type | (cipher === undefined ? 0 : 0x80) | (integrity === undefined ? 0 : 0x40);
  out.writeUInt32LE(session, 6);
  out.writeUInt32LE(sequence, 10);
  out.writeUInt16LE(body.length, 14);
  out.set(body, HEADER_20);
  if (integrity !== undefined) {
    const padAt = HEADER_20 + body.length;
    out.fill(0xff, padAt, padAt + pad);
    out[padAt + pad] = pad;
    out[padAt + pad + 1] = NEXT_HEADER;
    const end = padAt + trailer;
    const code = createHmac(integrity.hash, integrity.key).update(out.subarray(RMCP_LENGTH, end)).digest();
    code.copy(out, end, 0, codeLength);
  }
  return out;
}

/** An IPMI 1.5 datagram. */
export function encode15(
  authType: number,
  session: number,
  sequence: number,
  payload: Uint8Array,
  authCode?: Uint8Array,
): Buffer {
  const head = Buffer.alloc(9);
  head[0] = authType;
  head.writeUInt32LE(sequence, 1);
  head.writeUInt32LE(session, 5);
  return Buffer.concat([
    Buffer.from(RMCP_IPMI),
    head,
    authCode ?? Buffer.alloc(0),
    Buffer.from([payload.length]),
    payload,
  ]);
}

/** An ASF message (DSP0136, section 3.2): type 0x80 is presence ping, 0x40 presence pong. */
export function encodeAsf(type: number, tag: number, data: Uint8Array = new Uint8Array()): Buffer {
  const head = Buffer.from([0x06, 0x00, 0xff, 0x06, 0, 0, 0, 0, type, tag, 0, data.length]);
  head.writeUInt32BE(ASF_IANA, 4);
  return Buffer.concat([head, data]);
}

/**
 * Which sequence numbers were seen (section 6.12.13): the highest, and the 31 before it. Numbers ahead are
 * taken however far they are: they are signed, and after a long loss nothing else could follow.
 */
export class SequenceWindow {
  #highest: number;
  #seen = 0;

  /** `before` the first number that is expected. */
  constructor(before = 0) {
    this.#highest = before >>> 0;
  }

  /** Whether the number is new; it counts as seen from now on. */
  accept(sequence: number): boolean {
    const ahead = (sequence - this.#highest) >>> 0;
    if (ahead === 0) return false;
    if (ahead < 0x8000_0000) {
      this.#seen = ahead > 31 ? 0 : (this.#seen << ahead) | (1 << (ahead - 1));
      this.#highest = sequence;
      return true;
    }
    const behind = (this.#highest - sequence) >>> 0;
    if (behind > 31) return false;
    const bit = 1 << (behind - 1);
    if ((this.#seen & bit) !== 0) return false;
    this.#seen |= bit;
    return true;
  }
}
