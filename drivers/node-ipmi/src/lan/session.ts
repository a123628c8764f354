/** What every session has in common: its interface, its credentials, and the packets of an IPMI 2.0 session. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { PRIVILEGE } from '../commands/app.ts';
import { IpmiError } from '../errors.ts';
import { encode20, openPayload, type Packet, SequenceWindow, type SessionKeys } from './packet.ts';
import { secretKey } from './rakp.ts';

/** A session with a controller: seals outgoing payloads, checks and opens incoming packets. */
export interface Session {
  /** A datagram of this session, with its next sequence number. */
  seal(type: number, payload: Uint8Array): Buffer;
  /** The payload of a packet of this session; undefined when it is foreign, forged or a repetition. */
  open(packet: Packet): { readonly type: number; readonly payload: Buffer } | undefined;
  /** ID on the controller's side, for Close Session. */
  readonly id: number;
  readonly encrypted: boolean;
  /** Every packet carries an authentication code. */
  readonly signed: boolean;
}

/** User and secrets of a login. Secrets are kept as bytes and never shown. */
export interface Credentials {
  readonly user: Uint8Array;
  readonly password: Buffer;
  readonly kg: Buffer | undefined;
  readonly privilege: number;
}

/** Sends a datagram, built anew for each try, until `match` accepts an answer; resolves with what `match` returned. */
export type Exchange = <T>(
  what: string,
  datagram: () => Buffer,
  match: (packet: Packet) => T | undefined,
) => Promise<T>;

export function credentials(options: {
  readonly user?: string | undefined;
  readonly password?: string | Uint8Array | undefined;
  readonly kg?: string | Uint8Array | undefined;
  readonly privilege?: number | undefined;
}): Credentials {
  const user = Buffer.from(options.user ?? '', 'utf8');
  if (user.length > 16)
    throw new IpmiError('invalid', 'the user name is longer than 16 bytes, the limit of IPMI');
  return {
    user,
    password: secretKey(options.password ?? '', 'password'),
    kg: options.kg === undefined ? undefined : secretKey(options.kg, 'K_g'),
    privilege: options.privilege ?? PRIVILEGE.administrator,
  };
}

/** Each side chooses the session ID of the packets that it receives; 0 means "no session". */
export function newSessionId(): number {
  return randomBytes(4).readUInt32LE() || 1;
}

/** Compares codes in constant time. A longer code is compared in the length of ours, as other clients do. */
export function equal(ours: Buffer, theirs: Buffer): boolean {
  return theirs.length >= ours.length && timingSafeEqual(ours, theirs.subarray(0, ours.length));
}

/** An IPMI 2.0 session, client or server side: `ours` is the ID in incoming packets, `theirs` in outgoing ones. */
export class Session20 implements Session {
  readonly id: number;
  readonly encrypted: boolean;
  readonly signed: boolean;
  readonly #ours: number;
  readonly #keys: SessionKeys;
  readonly #window = new SequenceWindow();
  #sequence = 0;

  constructor(ours: number, theirs: number, keys: SessionKeys) {
    this.#ours = ours;
    this.id = theirs;
    this.#keys = keys;
    this.encrypted = keys.cipher !== undefined;
    this.signed = keys.integrity !== undefined;
  }

  seal(type: number, payload: Uint8Array): Buffer {
    this.#sequence = this.#sequence === 0xffffffff ? 1 : this.#sequence + 1;
    return encode20(type, this.id, this.#sequence, payload, this.#keys);
  }

  open(packet: Packet): { readonly type: number; readonly payload: Buffer } | undefined {
    if (packet.kind !== '2.0' || packet.session !== this.#ours) return undefined;
    const payload = openPayload(packet, this.#keys);
    if (payload === undefined || !this.#window.accept(packet.sequence)) return undefined;
    return { type: packet.type, payload };
  }
}
