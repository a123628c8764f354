import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { concat } from '../bytes.ts';
import { le, Reader } from '../command.ts';
import { PRIVILEGE } from '../commands/app.ts';
import { type AuthenticationCapabilities, getAuthenticationCapabilities } from '../commands/channel.ts';
import { rmcpStatusText } from '../completion.ts';
import { completionError, IpmiError } from '../errors.ts';
import { BMC_ADDRESS, CONSOLE_ADDRESS, decodeIpmb, encodeIpmb } from '../message.ts';
import {
  AUTH_TYPE,
  encode15,
  encode20,
  openPayload,
  PAYLOAD,
  type Packet,
  SequenceWindow,
  type SessionKeys,
} from './packet.ts';
import {
  CIPHER_SUITES,
  type CipherSuite,
  type Handshake,
  integrityKey,
  openRequest,
  rakp1,
  rakp2Code,
  rakp3Code,
  rakp4Code,
  rakpHead,
  rakpMessage,
  secretKey,
  sessionKeys,
} from './rakp.ts';

/** A session with a controller: what it takes to send and to believe packets. */
export interface Session {
  /** A datagram of this session, with its next sequence number. */
  seal(type: number, payload: Uint8Array): Buffer;
  /** The payload of a packet of this session; undefined where it is another's, forged, or was seen before. */
  open(packet: Packet): { readonly type: number; readonly payload: Buffer } | undefined;
  /** ID on the controller's side, for Close Session. */
  readonly id: number;
  /** Whether packets are signed and encrypted. */
  readonly encrypted: boolean;
}

/** Who logs in. Secrets are kept as bytes and never shown. */
export interface Credentials {
  readonly user: Uint8Array;
  readonly password: Buffer;
  readonly kg: Buffer | undefined;
  readonly privilege: number;
}

/** Sends a datagram, made anew for each try where no answer comes, and gives the first answer that `match` takes. */
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
    throw new IpmiError('invalid', 'the user name is longer than the 16 bytes that IPMI knows');
  return {
    user,
    password: secretKey(options.password ?? '', 'password'),
    kg: options.kg === undefined ? undefined : secretKey(options.kg, 'K_g'),
    privilege: options.privilege ?? PRIVILEGE.administrator,
  };
}

/** Session IDs are chosen by each side for the packets it gets; 0 is no session. */
export function newSessionId(): number {
  return randomBytes(4).readUInt32LE() || 1;
}

/** Opens an IPMI 2.0 session with the first of the suites that the controller takes. */
export async function openSession20(
  exchange: Exchange,
  who: Credentials,
  suites: readonly CipherSuite[],
): Promise<Session> {
  let refusal: unknown;
  for (const suite of suites) {
    try {
      return await handshake(exchange, who, suite);
    } catch (error) {
      // Only a refused algorithm is worth another try: a refused password stays refused.
      if (!(error instanceof IpmiError) || !SUITE_STATUS.has(error.code ?? 0)) throw error;
      refusal = error;
    }
  }
  throw refusal ?? new IpmiError('invalid', 'no cipher suite was given');
}

/** RMCP+ statuses that say that the controller does not have an algorithm. */
const SUITE_STATUS = new Set([0x04, 0x05, 0x06, 0x07, 0x10, 0x11]);

async function handshake(exchange: Exchange, who: Credentials, suite: CipherSuite): Promise<Session> {
  const tag = randomBytes(1)[0] ?? 0;
  const consoleSession = newSessionId();
  const step = (
    what: string,
    send: number,
    payload: Buffer,
    receive: number,
    length: number,
  ): Promise<Buffer> =>
    exchange(
      what,
      () => encode20(send, 0, 0, payload),
      (packet) => {
        if (packet.kind !== '2.0' || packet.type !== receive || packet.session !== 0) return undefined;
        const head = rakpHead(packet.payload);
        if (head === undefined || head.tag !== tag) return undefined;
        if (head.status !== 0) return refused(what, suite, head.status);
        return head.session === consoleSession && packet.payload.length >= length
          ? packet.payload
          : undefined;
      },
    );

  const request = openRequest(tag, who.privilege, consoleSession, suite);
  const open = await step('Open Session', PAYLOAD.openRequest, request, PAYLOAD.openResponse, 12);
  const systemSession = open.readUInt32LE(8);
  const consoleRandom = randomBytes(16);
  // Bit 4: look the user up by name, not by name and privilege.
  const role = who.privilege | 0x10;
  const first = rakp1(tag, systemSession, consoleRandom, role, who.user);
  const second = await step('RAKP 1', PAYLOAD.rakp1, first, PAYLOAD.rakp2, 40);
  const shake: Handshake = {
    suite,
    consoleSession,
    systemSession,
    consoleRandom,
    systemRandom: Buffer.from(second.subarray(8, 24)),
    guid: Buffer.from(second.subarray(24, 40)),
    role,
    user: who.user,
  };
  if (!equal(rakp2Code(shake, who.password), second.subarray(40))) {
    throw new IpmiError(
      'refused',
      'the password is wrong: the code that the controller made with its own does not match',
      {
        code: 0x0f,
      },
    );
  }
  const third = rakpMessage(tag, 0, systemSession, rakp3Code(shake, who.password));
  const fourth = await step('RAKP 3', PAYLOAD.rakp3, third, PAYLOAD.rakp4, 8);
  const sik = integrityKey(shake, who.kg ?? who.password);
  if (!equal(rakp4Code(shake, sik), fourth.subarray(8))) {
    throw new IpmiError(
      'refused',
      'K_g is wrong: the code that the controller made with its own does not match',
      {
        code: 0x0f,
      },
    );
  }
  return new Session20(consoleSession, systemSession, sessionKeys(suite, sik));
}

function equal(ours: Buffer, theirs: Buffer): boolean {
  return theirs.length === ours.length && timingSafeEqual(ours, theirs);
}

function refused(what: string, suite: CipherSuite, status: number): never {
  const words = SUITE_STATUS.has(status)
    ? `cipher suite ${suite}: ${rmcpStatusText(status)}`
    : rmcpStatusText(status);
  const message = `${what}: the controller refused the session: ${words} (RMCP+ status 0x${status.toString(16)})`;
  throw new IpmiError('refused', message, { code: status });
}

/** An IPMI 2.0 session of either side: `ours` is in the packets that come in, `theirs` in those that go out. */
export class Session20 implements Session {
  readonly id: number;
  readonly encrypted: boolean;
  readonly #ours: number;
  readonly #keys: SessionKeys;
  readonly #window = new SequenceWindow();
  #sequence = 0;

  constructor(ours: number, theirs: number, keys: SessionKeys) {
    this.#ours = ours;
    this.id = theirs;
    this.#keys = keys;
    this.encrypted = keys.cipher !== undefined;
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

/** A command outside any session, in an IPMI 1.5 packet as the specification wants it. */
export async function sessionless(
  exchange: Exchange,
  what: string,
  command: number,
  data: readonly number[],
): Promise<Reader> {
  const message = {
    to: BMC_ADDRESS,
    toLun: 0,
    from: CONSOLE_ADDRESS,
    fromLun: 0,
    netFn: 6,
    sequence: 0,
    command,
  };
  const bytes = encodeIpmb({ ...message, data: Uint8Array.from(data) });
  return exchange(
    what,
    () => encode15(AUTH_TYPE.none, 0, 0, bytes),
    (packet) => {
      const answer = packet.kind === '1.5' ? decodeIpmb(packet.payload) : undefined;
      return answer?.netFn === 7 && answer.command === command ? answerReader(what, answer.data) : undefined;
    },
  );
}

function answerReader(what: string, data: Uint8Array): Reader {
  const reader = new Reader(data, what);
  const code = reader.u8();
  if (code !== 0) throw completionError(what, code, SESSION_CODES);
  return reader;
}

/** Of Get Session Challenge and Activate Session (sections 22.16 and 22.17). */
const SESSION_CODES = {
  129: 'there is no such user name, or no session slot is free',
  130: 'anonymous log-in is disabled, or no slot is free for this user',
  131: 'no session slot is free for this user and privilege',
  132: 'the session sequence number is out of range',
  133: 'the session ID is invalid',
  134: 'the privilege level exceeds the limit of the user or the channel',
};

/** What the controller says it can, before any session. */
export async function askCapabilities(
  exchange: Exchange,
  privilege: number,
): Promise<AuthenticationCapabilities> {
  const { name, command } = getAuthenticationCapabilities;
  const request = { privilege };
  const data = Array.from(getAuthenticationCapabilities.encode(request));
  return getAuthenticationCapabilities.decode(await sessionless(exchange, name, command, data), request);
}

/** Opens an IPMI 1.5 session, with MD5 where the controller has it, else by plain password, else without. */
export async function openSession15(
  exchange: Exchange,
  who: Credentials,
  capabilities: AuthenticationCapabilities,
): Promise<Session> {
  const { md5, password, none } = capabilities;
  const authType = md5 ? AUTH_TYPE.md5 : password ? AUTH_TYPE.password : none ? AUTH_TYPE.none : undefined;
  if (authType === undefined)
    throw new IpmiError('refused', 'the controller has no authentication type that we know');
  if (who.password.subarray(16).some((byte) => byte !== 0)) {
    throw new IpmiError('invalid', 'the password is longer than the 16 bytes that IPMI 1.5 knows');
  }
  const name = Buffer.concat([who.user, Buffer.alloc(16 - who.user.length)]);
  const challenge = await sessionless(exchange, 'Get Session Challenge', 0x39, [authType, ...name]);
  const temporary = challenge.u32();
  const outbound = newSessionId();
  const activate = encodeIpmb({
    to: BMC_ADDRESS,
    toLun: 0,
    from: CONSOLE_ADDRESS,
    fromLun: 0,
    netFn: 6,
    sequence: 1,
    command: 0x3a,
    data: concat([authType, who.privilege], challenge.bytes(16), le(outbound, 4)),
  });
  const code = authCode15(authType, who.password, temporary, 0, activate);
  const datagram = encode15(authType, temporary, 0, activate, code);
  return exchange(
    'Activate Session',
    () => datagram,
    (packet) => {
      if (packet.kind !== '1.5') return undefined;
      const answer = decodeIpmb(packet.payload);
      if (answer?.netFn !== 7 || answer.command !== 0x3a) return undefined;
      const reader = answerReader('Activate Session', answer.data);
      const messageType = reader.u8() & 15;
      const id = reader.u32();
      return new Session15(messageType, who.password, id, reader.u32(), outbound);
    },
  );
}

function authCode15(
  authType: number,
  password: Buffer,
  session: number,
  sequence: number,
  message: Uint8Array,
): Buffer | undefined {
  const key = password.subarray(0, 16);
  if (authType === AUTH_TYPE.password) return key;
  if (authType !== AUTH_TYPE.md5) return undefined;
  const middle = [Uint8Array.from(le(session, 4)), message, Uint8Array.from(le(sequence, 4))];
  return createHash('md5')
    .update(Buffer.concat([key, ...middle, key]))
    .digest();
}

class Session15 implements Session {
  readonly id: number;
  readonly encrypted = false;
  readonly #authType: number;
  readonly #password: Buffer;
  readonly #window: SequenceWindow;
  #sequence: number;

  constructor(authType: number, password: Buffer, id: number, sequence: number, outbound: number) {
    this.#window = new SequenceWindow(outbound - 1);
    this.#authType = authType;
    this.#password = password;
    this.id = id;
    this.#sequence = sequence;
  }

  seal(type: number, payload: Uint8Array): Buffer {
    if (type !== PAYLOAD.ipmi)
      throw new IpmiError('invalid', 'an IPMI 1.5 session carries IPMI messages only');
    const sequence = this.#sequence;
    this.#sequence = sequence === 0xffffffff ? 1 : sequence + 1;
    const code = authCode15(this.#authType, this.#password, this.id, sequence, payload);
    return encode15(this.#authType, this.id, sequence, payload, code);
  }

  open(packet: Packet): { readonly type: number; readonly payload: Buffer } | undefined {
    if (packet.kind !== '1.5' || packet.session !== this.id || packet.authType !== this.#authType)
      return undefined;
    const code = authCode15(this.#authType, this.#password, this.id, packet.sequence, packet.payload);
    if (code !== undefined && (packet.authCode === undefined || !equal(code, packet.authCode)))
      return undefined;
    return this.#window.accept(packet.sequence) ? { type: PAYLOAD.ipmi, payload: packet.payload } : undefined;
  }
}

/** Suites of a session in the order to try: the stronger first. */
export const DEFAULT_SUITES: readonly CipherSuite[] = [17, 3];

export function isSuite(value: number): value is CipherSuite {
  return value in CIPHER_SUITES;
}
