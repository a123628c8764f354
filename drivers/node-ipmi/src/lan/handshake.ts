/** Opening an IPMI 2.0 session: Open Session, RAKP 1 to 4 (IPMI v2.0, sections 13.17 to 13.24). */
import { randomBytes } from 'node:crypto';
import { rmcpStatusText } from '../completion.ts';
import { IpmiError } from '../errors.ts';
import { encode20, PAYLOAD } from './packet.ts';
import {
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
  sessionKeys,
} from './rakp.ts';
import { type Credentials, type Exchange, equal, newSessionId, type Session, Session20 } from './session.ts';

/** Cipher suites in order of preference: the stronger first. */
export const DEFAULT_SUITES: readonly CipherSuite[] = [17, 3];

/** RMCP+ statuses that name the cipher suite as the reason, whatever step they answer. */
const SUITE_STATUS: ReadonlySet<number> = new Set([0x04, 0x05, 0x06, 0x07, 0x10, 0x11]);

/**
 * Opens an IPMI 2.0 session with the first suite that the controller accepts. The Open Session step holds no secret, so a
 * refusal and silence there both lead to the next suite: some controllers drop requests whose algorithms they do not know.
 *
 * @throws IpmiError `refused` with the first refusal, `timeout` when no suite was answered, or as `exchange` fails.
 */
export async function openSession20(
  exchange: Exchange,
  who: Credentials,
  suites: readonly CipherSuite[],
): Promise<Session> {
  const failures: IpmiError[] = [];
  for (const suite of suites) {
    const handshake = new RakpHandshake(exchange, who, suite);
    try {
      await handshake.openRequest();
    } catch (error) {
      if (!(error instanceof IpmiError) || (error.kind !== 'refused' && error.kind !== 'timeout'))
        throw error;
      failures.push(error);
      continue;
    }
    try {
      return await handshake.authenticate();
    } catch (error) {
      // Past Open Session only a refused algorithm is worth another suite: a refused password stays refused.
      if (!(error instanceof IpmiError) || !SUITE_STATUS.has(error.code ?? 0)) throw error;
      failures.push(error);
    }
  }
  throw (
    failures.find(({ kind }) => kind === 'refused') ??
    failures[0] ??
    new IpmiError('invalid', 'no cipher suite was given')
  );
}

interface Step {
  readonly name: string;
  readonly send: number;
  readonly receive: number;
  /** Least length of the answer. */
  readonly length: number;
}

const OPEN: Step = {
  name: 'Open Session',
  send: PAYLOAD.openRequest,
  receive: PAYLOAD.openResponse,
  length: 12,
};
const RAKP_1: Step = { name: 'RAKP 1', send: PAYLOAD.rakp1, receive: PAYLOAD.rakp2, length: 40 };
const RAKP_3: Step = { name: 'RAKP 3', send: PAYLOAD.rakp3, receive: PAYLOAD.rakp4, length: 8 };

/** The messages of one attempt with one cipher suite. */
class RakpHandshake {
  readonly #exchange: Exchange;
  readonly #who: Credentials;
  readonly #suite: CipherSuite;
  readonly #tag = randomBytes(1)[0] ?? 0;
  readonly #consoleSession = newSessionId();
  #systemSession = 0;

  constructor(exchange: Exchange, who: Credentials, suite: CipherSuite) {
    this.#exchange = exchange;
    this.#who = who;
    this.#suite = suite;
  }

  async openRequest(): Promise<void> {
    const request = openRequest(this.#tag, this.#who.privilege, this.#consoleSession, this.#suite);
    this.#systemSession = (await this.#step(OPEN, request)).readUInt32LE(8);
  }

  async authenticate(): Promise<Session> {
    const { privilege, user, password, kg } = this.#who;
    const consoleRandom = randomBytes(16);
    // Bit 4: look the user up by name alone, not by name and privilege.
    const role = privilege | 0x10;
    const first = rakp1(this.#tag, this.#systemSession, consoleRandom, role, user);
    const second = await this.#step(RAKP_1, first);
    const shake: Handshake = {
      suite: this.#suite,
      consoleSession: this.#consoleSession,
      systemSession: this.#systemSession,
      consoleRandom,
      systemRandom: Buffer.from(second.subarray(8, 24)),
      guid: Buffer.from(second.subarray(24, 40)),
      role,
      user,
    };
    if (!equal(rakp2Code(shake, password), second.subarray(40))) throw wrongSecret('the password');
    const third = rakpMessage(this.#tag, 0, this.#systemSession, rakp3Code(shake, password));
    const fourth = await this.#step(RAKP_3, third);
    const sik = integrityKey(shake, kg ?? password);
    if (!equal(rakp4Code(shake, sik), fourth.subarray(8))) throw wrongSecret('K_g');
    return new Session20(this.#consoleSession, this.#systemSession, sessionKeys(this.#suite, sik));
  }

  /** Sends one message until its answer comes. */
  #step({ name, send, receive, length }: Step, payload: Buffer): Promise<Buffer> {
    return this.#exchange(
      name,
      () => encode20(send, 0, 0, payload),
      (packet) => {
        if (packet.kind !== '2.0' || packet.type !== receive || packet.session !== 0) return undefined;
        const head = rakpHead(packet.payload);
        if (head === undefined) return undefined;
        const isOurs = head.session === this.#consoleSession;
        // OpenBMC before 2019 and OpenPOWER answer RAKP 1 with tag 0; the session ID identifies the answer as well.
        if (head.tag !== this.#tag && !(head.tag === 0 && isOurs)) return undefined;
        if (head.status !== 0) throw refused(name, this.#suite, head.status);
        return isOurs && packet.payload.length >= length ? packet.payload : undefined;
      },
    );
  }
}

const wrongSecret = (secret: string): IpmiError =>
  new IpmiError(
    'refused',
    `${secret} is wrong: the code that the controller made with its own does not match`,
    { code: 0x0f },
  );

function refused(step: string, suite: CipherSuite, status: number): IpmiError {
  const reason = SUITE_STATUS.has(status)
    ? `cipher suite ${suite}: ${rmcpStatusText(status)}`
    : rmcpStatusText(status);
  const message = `${step}: the controller refused the session: ${reason} (RMCP+ status 0x${status.toString(16)})`;
  return new IpmiError('refused', message, { code: status });
}
