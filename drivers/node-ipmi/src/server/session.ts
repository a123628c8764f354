/** The server side of RMCP+ sessions. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { RemoteInfo } from 'node:dgram';
import { PRIVILEGE } from '../commands/app.ts';
import type { CipherSuite, Handshake } from '../lan/rakp.ts';
import {
  algorithms,
  CIPHER_SUITES,
  integrityKey,
  rakp2Code,
  rakp3Code,
  rakp4Code,
  rakpMessage,
  sessionKeys,
} from '../lan/rakp.ts';
import { newSessionId, Session20 } from '../lan/session.ts';
import type { SessionView } from './router.ts';
import type { SolServer } from './sol.ts';

/** The controller's side of opening an RMCP+ session. */

/** A user of the server: an account with a limit. The password is kept as 20 bytes. */
export interface ServerUser {
  /** 1-based, as user commands count them. */
  readonly number: number;
  readonly name: Buffer;
  readonly password: Buffer;
  readonly limit: number;
}

/** RMCP+ statuses that the server gives (IPMI v2.0, table 13-15). */
export const STATUS = {
  ok: 0x00,
  noResources: 0x01,
  invalidSession: 0x02,
  authentication: 0x04,
  integrity: 0x05,
  role: 0x09,
  unauthorizedRole: 0x0a,
  nameLength: 0x0c,
  name: 0x0d,
  integrityCheck: 0x0f,
  confidentiality: 0x10,
  noSuite: 0x11,
  illegal: 0x12,
} as const;

const PRIVILEGE_MAX = 5;

/** A session that is being opened, step by step; `opened` once both sides have proved themselves. */
export class Opening {
  readonly systemSession = newSessionId();
  readonly consoleSession: number;
  readonly suite: CipherSuite;
  readonly since = Date.now();
  user: ServerUser | undefined;
  privilege = 0;
  #handshake: Handshake | undefined;
  /** The first and the last message of the hand-shake's second half, for an answer that was lost. */
  #third: Buffer | undefined;
  #fourth: Buffer | undefined;

  constructor(consoleSession: number, suite: CipherSuite) {
    this.consoleSession = consoleSession;
    this.suite = suite;
  }

  /** Answers RAKP 1: who logs in, with which privilege. */
  rakp1(payload: Buffer, users: readonly ServerUser[], guid: Uint8Array): Buffer {
    const tag = payload[0] ?? 0;
    const fail = (status: number): Buffer => rakpMessage(tag, status, this.consoleSession);
    const nameLength = payload[27] ?? 0;
    if (payload.length < 28 + nameLength) return fail(STATUS.illegal);
    if (nameLength > 16) return fail(STATUS.nameLength);
    const role = payload[24] ?? 0;
    const asked = role & 15;
    const name = Buffer.from(payload.subarray(28, 28 + nameLength));
    if (asked > PRIVILEGE_MAX) return fail(STATUS.role);
    const byName = users.filter((user) => user.name.equals(name));
    const user = byName.find((one) => asked <= one.limit);
    if (user === undefined) return fail(byName.length === 0 ? STATUS.name : STATUS.unauthorizedRole);
    this.user = user;
    this.privilege = asked === 0 ? user.limit : asked;
    const consoleRandom = Buffer.from(payload.subarray(8, 24));
    // A repeated RAKP 1 is the same question and gets the same answer.
    const isRepeated =
      this.#handshake?.consoleRandom !== undefined && consoleRandom.equals(this.#handshake.consoleRandom);
    const systemRandom =
      isRepeated && this.#handshake !== undefined ? this.#handshake.systemRandom : randomBytes(16);
    this.#handshake = {
      suite: this.suite,
      consoleSession: this.consoleSession,
      systemSession: this.systemSession,
      consoleRandom,
      systemRandom,
      guid,
      role,
      user: name,
    };
    const code = rakp2Code(this.#handshake, user.password);
    return rakpMessage(tag, STATUS.ok, this.consoleSession, systemRandom, guid, code);
  }

  /** Answers RAKP 3; with a session where the console knows the password. */
  rakp3(payload: Buffer, kg: Buffer | undefined): { readonly answer: Buffer; readonly session?: Session20 } {
    const tag = payload[0] ?? 0;
    const fail = (status: number): { answer: Buffer } => ({
      answer: rakpMessage(tag, status, this.consoleSession),
    });
    if (this.#third?.equals(payload) && this.#fourth !== undefined) return { answer: this.#fourth };
    if (this.#handshake === undefined || this.user === undefined) return fail(STATUS.invalidSession);
    const expected = rakp3Code(this.#handshake, this.user.password);
    const code = payload.subarray(8);
    if (code.length !== expected.length || !timingSafeEqual(code, expected))
      return fail(STATUS.integrityCheck);
    const sik = integrityKey(this.#handshake, kg ?? this.user.password);
    this.#third = Buffer.from(payload);
    this.#fourth = rakpMessage(tag, STATUS.ok, this.consoleSession, rakp4Code(this.#handshake, sik));
    const keys = sessionKeys(this.suite, sik);
    return { answer: this.#fourth, session: new Session20(this.systemSession, this.consoleSession, keys) };
  }
}

/** Answers an Open Session Request: the suite that was proposed, where the server has it. */
export function answerOpen(
  payload: Buffer,
  suites: readonly CipherSuite[],
): { readonly answer: Buffer; readonly opening?: Opening } {
  const tag = payload[0] ?? 0;
  const consoleSession = payload.length < 8 ? 0 : payload.readUInt32LE(4);
  const fail = (status: number): { answer: Buffer } => ({ answer: rakpMessage(tag, status, consoleSession) });
  if (payload.length < 32 || consoleSession === 0) return fail(STATUS.illegal);
  const [authentication = 0, integrity = 0, confidentiality = 0] = [12, 20, 28].map(
    (at) => (payload[at] ?? 0) & 0x3f,
  );
  const known = suites.map((suite) => CIPHER_SUITES[suite]);
  if (!known.some((suite) => suite.authentication === authentication)) return fail(STATUS.authentication);
  if (!known.some((suite) => suite.integrity === integrity)) return fail(STATUS.integrity);
  if (!known.some((suite) => suite.confidentiality === confidentiality)) return fail(STATUS.confidentiality);
  const suite = suites.find((name) => {
    const one = CIPHER_SUITES[name];
    return (
      one.authentication === authentication &&
      one.integrity === integrity &&
      one.confidentiality === confidentiality
    );
  });
  if (suite === undefined) return fail(STATUS.noSuite);
  const opening = new Opening(consoleSession, suite);
  const system = Buffer.alloc(4);
  system.writeUInt32LE(opening.systemSession);
  const answer = rakpMessage(tag, STATUS.ok, consoleSession, system, algorithms(suite));
  // The third byte is the highest privilege of the suite: what was asked (0 asks for the highest). The user's
  // own limit shows in RAKP 2.
  answer[2] = payload[1] || PRIVILEGE.administrator;
  return { answer, opening };
}

/** A session that is open. */
export class ServerSession implements SessionView {
  readonly handle: number;
  readonly session: Session20;
  readonly opening: Opening;
  readonly user: ServerUser;
  readonly limit: number;
  readonly id: number;
  privilege: number;
  address: string;
  port: number;
  receivedAt = Date.now();
  sol: SolServer | undefined;
  /** Requests and their answers, by sequence number; an answer is absent while it is made. */
  readonly answers = new Map<number, { readonly request: Buffer; answer: Uint8Array | undefined }>();

  constructor(handle: number, opening: Opening, user: ServerUser, session: Session20, from: RemoteInfo) {
    this.handle = handle;
    this.opening = opening;
    this.session = session;
    this.user = user;
    this.id = opening.systemSession;
    this.limit = opening.privilege;
    this.privilege = Math.min(PRIVILEGE.user, opening.privilege);
    this.address = from.address;
    this.port = from.port;
  }
}
