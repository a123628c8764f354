/** The codes and keys of the RAKP handshake. */
import { createHmac } from 'node:crypto';
import { IpmiError } from '../errors.ts';
import { PayloadCipher } from './cipher.ts';
import type { SessionKeys } from './packet.ts';

/**
 * RAKP: how a console and a controller prove to each other that they know the password, and agree on keys
 * (IPMI v2.0, sections 13.17 to 13.32). Messages both ways, for client and server.
 */

/** Cipher suites (table 22-19): algorithm numbers and how long the codes are. */
export const CIPHER_SUITES = {
  0: { authentication: 0, integrity: 0, confidentiality: 0, hash: undefined, codeLength: 0 },
  3: { authentication: 1, integrity: 1, confidentiality: 1, hash: 'sha1', codeLength: 12 },
  17: { authentication: 3, integrity: 4, confidentiality: 1, hash: 'sha256', codeLength: 16 },
} as const;
export type CipherSuite = keyof typeof CIPHER_SUITES;

/** Both sides' part in a session that is being made. */
export interface Handshake {
  readonly suite: CipherSuite;
  readonly consoleSession: number;
  readonly systemSession: number;
  readonly consoleRandom: Uint8Array;
  readonly systemRandom: Uint8Array;
  readonly guid: Uint8Array;
  /** Role byte of RAKP 1: privilege level, and bit 4 where the user is looked up by name alone. */
  readonly role: number;
  readonly user: Uint8Array;
}

/** Passwords and K_g are 20 bytes, filled up with zeros; longer ones fail `invalid`. */
export function secretKey(secret: string | Uint8Array, what: string): Buffer {
  const bytes = Buffer.from(secret);
  if (bytes.length > 20)
    throw new IpmiError('invalid', `the ${what} is longer than the 20 bytes that IPMI knows`);
  return Buffer.concat([bytes, Buffer.alloc(20 - bytes.length)]);
}

function u32(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(value >>> 0);
  return out;
}

function hmac(suite: CipherSuite, key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer {
  const { hash } = CIPHER_SUITES[suite];
  return hash === undefined ? Buffer.alloc(0) : createHmac(hash, key).update(Buffer.concat(parts)).digest();
}

function roleAndUser(h: Handshake): Buffer {
  return Buffer.concat([Buffer.from([h.role, h.user.length]), h.user]);
}

/** Code of RAKP 2: the controller knows the password. */
export function rakp2Code(h: Handshake, password: Uint8Array): Buffer {
  const sessions = [u32(h.consoleSession), u32(h.systemSession)];
  return hmac(h.suite, password, ...sessions, h.consoleRandom, h.systemRandom, h.guid, roleAndUser(h));
}

/** Code of RAKP 3: the console knows the password. */
export function rakp3Code(h: Handshake, password: Uint8Array): Buffer {
  return hmac(h.suite, password, h.systemRandom, u32(h.consoleSession), roleAndUser(h));
}

/** Session integrity key, from K_g where there is one, else from the password. */
export function integrityKey(h: Handshake, kg: Uint8Array): Buffer {
  return hmac(h.suite, kg, h.consoleRandom, h.systemRandom, roleAndUser(h));
}

/** Code of RAKP 4: both have the same session integrity key. */
export function rakp4Code(h: Handshake, sik: Uint8Array): Buffer {
  const code = hmac(h.suite, sik, h.consoleRandom, u32(h.systemSession), h.guid);
  return code.subarray(0, CIPHER_SUITES[h.suite].codeLength);
}

/** Keys of the session's packets: K1 signs, the first 16 bytes of K2 encrypt. */
export function sessionKeys(suite: CipherSuite, sik: Uint8Array): SessionKeys {
  const { hash, codeLength } = CIPHER_SUITES[suite];
  if (hash === undefined) return { integrity: undefined, cipher: undefined };
  return {
    integrity: { hash, key: hmac(suite, sik, Buffer.alloc(20, 1)), length: codeLength },
    cipher: new PayloadCipher(hmac(suite, sik, Buffer.alloc(20, 2)).subarray(0, 16)),
  };
}

/** Open Session Request: the three algorithms proposed. */
export function openRequest(
  tag: number,
  privilege: number,
  consoleSession: number,
  suite: CipherSuite,
): Buffer {
  return Buffer.concat([Buffer.from([tag, privilege, 0, 0]), u32(consoleSession), algorithms(suite)]);
}

/** The algorithms of a suite, as Open Session Request and Response hold them. */
export function algorithms(suite: CipherSuite): Buffer {
  const { authentication, integrity, confidentiality } = CIPHER_SUITES[suite];
  const payload = (type: number, algorithm: number): number[] => [type, 0, 0, 8, algorithm, 0, 0, 0];
  return Buffer.from([
    ...payload(0, authentication),
    ...payload(1, integrity),
    ...payload(2, confidentiality),
  ]);
}

export function rakp1(
  tag: number,
  systemSession: number,
  random: Uint8Array,
  role: number,
  user: Uint8Array,
): Buffer {
  const tail = Buffer.from([role, 0, 0, user.length]);
  return Buffer.concat([Buffer.from([tag, 0, 0, 0]), u32(systemSession), random, tail, user]);
}

/** RAKP 2, 3 and 4, and Open Session Response, all start like this; a status other than 0 ends there. */
export function rakpMessage(
  tag: number,
  status: number,
  session: number,
  ...rest: readonly Uint8Array[]
): Buffer {
  return Buffer.concat([Buffer.from([tag, status, 0, 0]), u32(session), ...rest]);
}

/**
 * The head of any message of the handshake. A refusal should be 8 bytes long too; some controllers send no
 * more than its tag and status, so that the session of a short one is 0.
 */
export function rakpHead(payload: Buffer): { tag: number; status: number; session: number } | undefined {
  const [tag, status] = payload;
  if (tag === undefined || status === undefined) return undefined;
  return { tag, status, session: payload.length < 8 ? 0 : payload.readUInt32LE(4) };
}
