/** IPMI 1.5: commands outside a session, and sessions that sign packets with MD5 or a plain password. */
import { createHash } from 'node:crypto';
import { concat } from '../bytes.ts';
import { FieldReader, le } from '../command.ts';
import { type AuthenticationCapabilities, getAuthenticationCapabilities } from '../commands/channel.ts';
import { completionError, IpmiError } from '../errors.ts';
import { BMC_ADDRESS, CONSOLE_ADDRESS, decodeIpmb, encodeIpmb } from '../message.ts';
import { AUTH_TYPE, encode15, PAYLOAD, type Packet, SequenceWindow } from './packet.ts';
import { type Credentials, type Exchange, equal, newSessionId, type Session } from './session.ts';

/** A command outside any session, in an IPMI 1.5 packet as the specification wants it. */
export async function sessionless(
  exchange: Exchange,
  what: string,
  command: number,
  data: readonly number[],
): Promise<FieldReader> {
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

function answerReader(what: string, data: Uint8Array): FieldReader {
  const reader = new FieldReader(data, what);
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

/**
 * What the controller supports, asked before any session. The bit that asks for the IPMI 2.0 part of the answer is reserved
 * in IPMI 1.5, so a controller that refuses it is asked without.
 */
export async function askCapabilities(
  exchange: Exchange,
  privilege: number,
): Promise<AuthenticationCapabilities> {
  const { name, command } = getAuthenticationCapabilities;
  const ask = async (extended: boolean): Promise<AuthenticationCapabilities> => {
    const request = { privilege, extended };
    const data = Array.from(getAuthenticationCapabilities.encode(request));
    return getAuthenticationCapabilities.decode(await sessionless(exchange, name, command, data), request);
  };
  try {
    return await ask(true);
  } catch (error) {
    if (!(error instanceof IpmiError) || error.kind !== 'completion') throw error;
    return ask(false);
  }
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
    throw new IpmiError(
      'refused',
      'the controller offers none of the authentication types MD5, password and none',
    );
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
  readonly signed: boolean;
  readonly #authType: number;
  readonly #password: Buffer;
  readonly #window: SequenceWindow;
  #sequence: number;

  constructor(authType: number, password: Buffer, id: number, sequence: number, outbound: number) {
    this.#window = new SequenceWindow(outbound - 1);
    this.signed = authType !== AUTH_TYPE.none;
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
