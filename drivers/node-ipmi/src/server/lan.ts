/** The server side of IPMI over LAN (RMCP+). */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { PRIVILEGE } from '../commands/app.ts';
import { COMPLETION } from '../completion.ts';
import { IpmiError } from '../errors.ts';
import {
  AUTH_TYPE,
  decodePacket,
  encode15,
  encode20,
  encodeAsf,
  PAYLOAD,
  type Packet15,
  type Packet20,
} from '../lan/packet.ts';
import { type CipherSuite, rakpHead, rakpMessage, secretKey } from '../lan/rakp.ts';
import {
  BMC_ADDRESS,
  decodeIpmb,
  encodeIpmb,
  type IpmbMessage,
  type IpmiResponse,
  NETFN,
  responseTo,
} from '../message.ts';
import { LAN_CHANNEL, lanRoutes } from './lan-commands.ts';
import type { Carry, LanServerOptions } from './lan-options.ts';
import type { IpmiNode } from './node.ts';
import type { RequestContext } from './router.ts';
import { answerOpen, type Opening, ServerSession, type ServerUser, STATUS } from './session.ts';

/** Milliseconds after which an unfinished handshake is dropped, and how many may be under way. */
const OPENING_TIMEOUT = 10_000;
const MAX_OPENINGS = 32;
/** Answers kept for requests that are repeated because an answer was lost. */
const REMEMBERED = 16;

/** An IPMI 2.0 LAN interface (RMCP+) in front of a simulated controller. */
export class LanServer {
  readonly #node: IpmiNode;
  readonly #users: readonly ServerUser[];
  readonly #kg: Buffer | undefined;
  readonly #suites: readonly CipherSuite[];
  readonly #maxSessions: number;
  readonly #idleTimeout: number;
  readonly #carry: Carry;
  readonly #openings = new Map<number, Opening>();
  readonly #sessions = new Map<number, ServerSession>();
  #socket: Socket | undefined;
  #sweeper: NodeJS.Timeout | undefined;
  #handles = 0;

  constructor(options: LanServerOptions) {
    this.#node = options.node;
    this.#users = options.users.map(({ name, password, privilege = PRIVILEGE.administrator }, index) => ({
      number: index + 2,
      name: Buffer.from(name, 'utf8'),
      password: secretKey(password, 'password'),
      limit: privilege,
    }));
    this.#kg = options.kg === undefined ? undefined : secretKey(options.kg, 'K_g');
    this.#suites = options.suites ?? [17, 3];
    this.#maxSessions = options.maxSessions ?? 32;
    this.#idleTimeout = options.idleTimeout ?? 60_000;
    this.#carry = options.carry ?? ((datagram, _toServer, deliver) => deliver(datagram));
    this.#node.addRoutes(
      lanRoutes({
        node: this.#node,
        users: this.#users,
        hasKg: this.#kg !== undefined,
        suites: this.#suites,
        sessions: this.#sessions,
        maxSessions: this.#maxSessions,
        solRetry: options.solRetry ?? 250,
        port: () => this.port,
        end: (session) => this.#end(session),
        send: (session, type, payload) => this.#send(session, type, payload),
      }),
    );
  }

  /** Port that was bound. */
  get port(): number {
    return this.#socket?.address().port ?? 0;
  }

  /** Open sessions. */
  get sessions(): number {
    return this.#sessions.size;
  }

  async listen(port = 623, host = '127.0.0.1'): Promise<void> {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', (cause) => {
        socket.close();
        reject(new IpmiError('unreachable', `cannot listen on ${host}:${port}: ${cause.message}`, { cause }));
      });
      socket.bind(port, host, resolve);
    });
    socket.removeAllListeners('error');
    // An answer to a console that is gone is dropped; the console would repeat its request.
    socket.on('error', () => undefined);
    socket.on('message', (datagram, from) =>
      this.#carry(datagram, true, (carried) => this.#receive(carried, from)),
    );
    this.#socket = socket;
    this.#sweeper = setInterval(() => this.#dropIdle(), Math.min(this.#idleTimeout, 1000)).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    for (const session of this.#sessions.values()) session.sol?.close();
    this.#sessions.clear();
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket !== undefined) await new Promise<void>((resolve) => socket.close(resolve));
  }

  /** Drops all sessions without notice, as a reset controller does. */
  reset(): void {
    for (const session of this.#sessions.values()) session.sol?.close(true);
    this.#sessions.clear();
    this.#openings.clear();
  }

  #dropIdle(): void {
    const now = Date.now();
    for (const [id, opening] of this.#openings) {
      if (now - opening.since > OPENING_TIMEOUT) this.#openings.delete(id);
    }
    for (const session of this.#sessions.values()) {
      if (now - session.receivedAt > this.#idleTimeout) this.#end(session);
    }
  }

  #end(session: ServerSession): void {
    session.sol?.close();
    this.#sessions.delete(session.id);
    this.#openings.delete(session.id);
  }

  #reply(datagram: Buffer, to: { readonly address: string; readonly port: number }): void {
    const { address, port } = to;
    this.#carry(datagram, false, (carried) => this.#socket?.send(carried, port, address));
  }

  #receive(datagram: Buffer, from: RemoteInfo): void {
    const packet = decodePacket(datagram);
    if (packet === undefined) return;
    if (packet.kind === 'asf') {
      // Presence pong: IANA of ASF, OEM data, IPMI supported and ASF 1.0, no interactions.
      const data = [0, 0, 0x11, 0xbe, 0, 0, 0, 0, 0x81, 0, 0, 0, 0, 0, 0, 0];
      if (packet.type === 0x80) this.#reply(encodeAsf(0x40, packet.tag, Uint8Array.from(data)), from);
    } else if (packet.kind === '1.5') {
      this.#sessionless15(packet, from);
    } else if (packet.session === 0) {
      this.#outside(packet, from);
    } else {
      this.#inside(packet, from);
    }
  }

  #sessionless15(packet: Packet15, from: RemoteInfo): void {
    if (packet.session !== 0 || packet.authType !== AUTH_TYPE.none) return;
    const message = decodeIpmb(packet.payload);
    if (message === undefined) return;
    void this.#answer(message, this.#anybody).then((answer) => {
      if (answer !== undefined) this.#reply(encode15(AUTH_TYPE.none, 0, 0, answer), from);
    });
  }

  readonly #anybody: RequestContext = { privilege: 0, channel: LAN_CHANNEL, user: 0 };

  /** A packet outside any session: a command that needs none, or a handshake step. */
  #outside(packet: Packet20, from: RemoteInfo): void {
    const { type, payload } = packet;
    const reply = (kind: number, data: Uint8Array): void => this.#reply(encode20(kind, 0, 0, data), from);
    if (type === PAYLOAD.ipmi) {
      const message = decodeIpmb(payload);
      if (message === undefined) return;
      void this.#answer(message, this.#anybody).then((answer) => {
        if (answer !== undefined) reply(PAYLOAD.ipmi, answer);
      });
      return;
    }
    const head = rakpHead(payload);
    if (head === undefined) return;
    if (type === PAYLOAD.openRequest) {
      if (
        this.#sessions.size >= this.#maxSessions ||
        this.#openings.size >= this.#maxSessions + MAX_OPENINGS
      ) {
        reply(PAYLOAD.openResponse, rakpMessage(head.tag, STATUS.noResources, head.session));
        return;
      }
      const { answer, opening } = answerOpen(payload, this.#suites);
      if (opening !== undefined) this.#openings.set(opening.systemSession, opening);
      reply(PAYLOAD.openResponse, answer);
      return;
    }
    const answerType = { [PAYLOAD.rakp1]: PAYLOAD.rakp2, [PAYLOAD.rakp3]: PAYLOAD.rakp4 }[type];
    if (answerType === undefined) return;
    const opening = this.#openings.get(head.session);
    if (opening === undefined) {
      reply(answerType, rakpMessage(head.tag, STATUS.invalidSession, 0));
    } else if (type === PAYLOAD.rakp1) {
      // An old packet does not restart a session that is open.
      if (!this.#sessions.has(opening.systemSession)) {
        reply(answerType, opening.rakp1(payload, this.#users, this.#node.guid));
      }
    } else {
      const { answer, session } = opening.rakp3(payload, this.#kg);
      const { user } = opening;
      if (session !== undefined && user !== undefined) {
        this.#handles = (this.#handles % 0x3f) + 1;
        this.#sessions.set(
          opening.systemSession,
          new ServerSession(this.#handles, opening, user, session, from),
        );
      } else if (!this.#sessions.has(opening.systemSession)) {
        this.#openings.delete(opening.systemSession);
      }
      reply(answerType, answer);
    }
  }

  #inside(packet: Packet20, from: RemoteInfo): void {
    const session = this.#sessions.get(packet.session);
    const opened = session?.session.open(packet);
    if (session === undefined || opened === undefined) return;
    session.receivedAt = Date.now();
    session.address = from.address;
    session.port = from.port;
    if (opened.type === PAYLOAD.sol) session.sol?.receive(opened.payload);
    if (opened.type !== PAYLOAD.ipmi) return;
    const message = decodeIpmb(opened.payload);
    if (message === undefined) return;
    const known = session.answers.get(message.sequence);
    if (known?.request.equals(opened.payload)) {
      if (known.answer !== undefined) this.#send(session, PAYLOAD.ipmi, known.answer);
      return;
    }
    void this.#perform(session, message, opened.payload);
  }

  async #perform(session: ServerSession, message: IpmbMessage, bytes: Buffer): Promise<void> {
    const entry = { request: Buffer.from(bytes), answer: undefined as Uint8Array | undefined };
    session.answers.delete(message.sequence);
    session.answers.set(message.sequence, entry);
    const [oldest] = session.answers.keys();
    if (session.answers.size > REMEMBERED && oldest !== undefined) session.answers.delete(oldest);
    const context: RequestContext = {
      privilege: session.privilege,
      channel: LAN_CHANNEL,
      user: session.user.number,
      session,
    };
    const isBridged =
      message.netFn === NETFN.app && message.command === 0x34 && ((message.data[0] ?? 0) & 0xc0) === 0x40;
    entry.answer = isBridged
      ? await this.#bridge(session, message, context)
      : await this.#answer(message, context);
    if (entry.answer !== undefined) this.#send(session, PAYLOAD.ipmi, entry.answer);
  }

  #send(session: ServerSession, type: number, payload: Uint8Array): void {
    this.#reply(session.session.seal(type, payload), session);
  }

  async #answer(message: IpmbMessage, context: RequestContext): Promise<Uint8Array | undefined> {
    const { netFn, command, data, toLun: lun } = message;
    if (message.to !== BMC_ADDRESS || netFn % 2 !== 0) return undefined;
    return encodeIpmb(responseTo(message, await this.#node.handle({ netFn, command, data, lun }, context)));
  }

  /**
   * Send Message with tracking: its own answer comes first and is empty, then the node's answer itself under
   * the number of the request (section 6.13.2).
   */
  async #bridge(session: ServerSession, outer: IpmbMessage, context: RequestContext): Promise<Uint8Array> {
    const answer = (code: number): Uint8Array =>
      encodeIpmb(responseTo(outer, { code, data: new Uint8Array() }));
    const inner = decodeIpmb(outer.data.subarray(1));
    if (context.privilege < PRIVILEGE.user) return answer(COMPLETION.insufficientPrivilege);
    if (inner === undefined) return answer(COMPLETION.invalidField);
    const node = this.#node.neighbour((outer.data[0] ?? 0) & 15, inner.to);
    if (node === undefined) return answer(0x83);
    this.#send(session, PAYLOAD.ipmi, answer(COMPLETION.success));
    const { netFn, command, data, toLun: lun } = inner;
    const timedOut: IpmiResponse = { code: COMPLETION.processingTimeout, data: new Uint8Array() };
    const response = await node.send({ netFn, command, data, lun }).catch(() => timedOut);
    return encodeIpmb({ ...responseTo(inner, response), sequence: outer.sequence });
  }
}
