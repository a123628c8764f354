import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { concat } from '../bytes.ts';
import { le, type Reader, textOf } from '../command.ts';
import { PRIVILEGE, type Privilege } from '../commands/app.ts';
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
import { CIPHER_SUITES, type CipherSuite, rakpHead, rakpMessage, secretKey } from '../lan/rakp.ts';
import type { Session20 } from '../lan/session.ts';
import {
  BMC_ADDRESS,
  decodeIpmb,
  encodeIpmb,
  type IpmbMessage,
  type IpmiResponse,
  NETFN,
  responseTo,
} from '../message.ts';
import type { IpmiNode } from './node.ts';
import { type RequestContext, type Route, refuse, type SessionView } from './router.ts';
import { answerOpen, type Opening, type ServerUser, STATUS } from './session.ts';
import { SolServer } from './sol.ts';

export interface LanServerOptions {
  readonly node: IpmiNode;
  readonly users: readonly {
    readonly name: string;
    readonly password: string;
    readonly privilege?: Privilege;
  }[];
  readonly kg?: string | Uint8Array;
  /** 17 and 3 unless said otherwise; suite 0 lets anybody in who knows a user's name. */
  readonly suites?: readonly CipherSuite[];
  readonly maxSessions?: number;
  /** Milliseconds after which a silent session is forgotten. */
  readonly idleTimeout?: number;
  /** Milliseconds after which console characters that nobody acknowledged are sent again. */
  readonly solRetry?: number;
}

const LAN_CHANNEL = 1;
/** A hand-shake that does not get on is forgotten, and so many may be under way. */
const OPENING_TIMEOUT = 10_000;
const MAX_OPENINGS = 32;
/** A request that comes again because its answer was lost is among the last so many. */
const REMEMBERED = 16;

class ServerSession implements SessionView {
  readonly handle: number;
  readonly session: Session20;
  readonly opening: Opening;
  readonly user: ServerUser;
  readonly limit: number;
  readonly id: number;
  privilege: number;
  address: string;
  port: number;
  heardAt = Date.now();
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

/** An IPMI 2.0 LAN interface (RMCP+) in front of a simulated controller. */
export class LanServer {
  readonly #node: IpmiNode;
  readonly #users: readonly ServerUser[];
  readonly #kg: Buffer | undefined;
  readonly #suites: readonly CipherSuite[];
  readonly #maxSessions: number;
  readonly #idleTimeout: number;
  readonly #solRetry: number;
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
    this.#solRetry = options.solRetry ?? 250;
    this.#node.addRoutes(this.#routes());
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
    // An answer to a console that is gone is lost; the console would ask again.
    socket.on('error', () => undefined);
    socket.on('message', (datagram, from) => this.#receive(datagram, from));
    this.#socket = socket;
    this.#sweeper = setInterval(() => this.#forgetIdle(), Math.min(this.#idleTimeout, 1000)).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    for (const session of this.#sessions.values()) session.sol?.close();
    this.#sessions.clear();
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket !== undefined) await new Promise<void>((resolve) => socket.close(resolve));
  }

  /** Forgets all sessions without a word, as a controller does that was reset. */
  reset(): void {
    for (const session of this.#sessions.values()) session.sol?.close(true);
    this.#sessions.clear();
    this.#openings.clear();
  }

  #forgetIdle(): void {
    const now = Date.now();
    for (const [id, opening] of this.#openings) {
      if (now - opening.since > OPENING_TIMEOUT) this.#openings.delete(id);
    }
    for (const session of this.#sessions.values()) {
      if (now - session.heardAt > this.#idleTimeout) this.#end(session);
    }
  }

  #end(session: ServerSession): void {
    session.sol?.close();
    this.#sessions.delete(session.id);
    this.#openings.delete(session.id);
  }

  #reply(datagram: Buffer, to: { readonly address: string; readonly port: number }): void {
    this.#socket?.send(datagram, to.port, to.address);
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

  /** A packet outside any session: a command that needs none, or a step of a hand-shake. */
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
      // A session that is open is not begun again by an old packet.
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
    session.heardAt = Date.now();
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

  /** Commands about channel, users and sessions: those that only the front door can answer. */
  #routes(): readonly Route[] {
    const { app, transport } = NETFN;
    const { user, operator, administrator } = PRIVILEGE;
    return [
      [app, 0x38, 0, (request) => this.#capabilities(request)],
      [app, 0x54, 0, (request) => this.#cipherSuites(request)],
      [app, 0x3b, user, (request, context) => this.#setPrivilege(request, context)],
      [app, 0x3c, user, (request, context) => this.#closeSession(request, context)],
      [app, 0x3d, user, (request, context) => this.#sessionInfo(request, context)],
      [app, 0x42, user, (request) => this.#channelInfo(request)],
      [app, 0x41, user, () => [0x02, PRIVILEGE.administrator]],
      [app, 0x44, operator, (request) => this.#userAccess(request)],
      [app, 0x46, operator, (request) => this.#userName(request)],
      [app, 0x47, administrator, (request) => this.#testPassword(request)],
      [app, 0x48, user, (request, context) => this.#activate(request, context)],
      [app, 0x49, user, (request) => this.#deactivate(request)],
      [app, 0x4a, user, () => [1, this.#solOwner() === undefined ? 0 : 1, 0]],
      [transport, 0x02, operator, (request) => this.#lanParameter(request)],
      [transport, 0x22, operator, (request) => this.#solParameter(request)],
      [transport, 0x21, administrator, () => []],
    ];
  }

  #capabilities(request: Reader): number[] {
    const isExtended = (request.u8() & 0x80) !== 0;
    // Named users only; IPMI 2.0 only; K_g told by the two-key bit.
    return [
      LAN_CHANNEL,
      isExtended ? 0x80 : 0,
      0x04 | (this.#kg === undefined ? 0 : 0x20),
      isExtended ? 0x02 : 0,
      0,
      0,
      0,
      0,
    ];
  }

  #cipherSuites(request: Reader): Uint8Array {
    request.bytes(2);
    const page = request.u8() & 0x3f;
    const records = this.#suites.flatMap((id) => {
      const { authentication, integrity, confidentiality } = CIPHER_SUITES[id];
      return [0xc0, id, authentication, 0x40 | integrity, 0x80 | confidentiality];
    });
    return concat([LAN_CHANNEL], records.slice(page * 16, page * 16 + 16));
  }

  #setPrivilege(request: Reader, { session }: RequestContext): number[] {
    const asked = request.u8() & 15;
    if (session === undefined) return refuse(COMPLETION.notSupportedNow);
    if (asked > session.limit) return refuse(0x81);
    if (asked !== 0) session.privilege = asked;
    return [session.privilege];
  }

  #closeSession(request: Reader, context: RequestContext): number[] {
    const found = this.#sessions.get(request.u32());
    if (found === undefined) return refuse(0x87);
    const isOwn = found.id === context.session?.id;
    if (!isOwn && context.privilege < PRIVILEGE.administrator)
      return refuse(COMPLETION.insufficientPrivilege);
    // The answer still goes out in the session.
    setImmediate(() => this.#end(found));
    return [];
  }

  #sessionInfo(request: Reader, context: RequestContext): number[] {
    const index = request.u8();
    const all = [...this.#sessions.values()];
    const handle = index === 0xfe ? request.u8() : undefined;
    const id = index === 0xff ? request.u32() : undefined;
    const found =
      index === 0
        ? all.find((one) => one.id === context.session?.id)
        : handle !== undefined
          ? all.find((one) => one.handle === handle)
          : id !== undefined
            ? this.#sessions.get(id)
            : all[index - 1];
    if (found === undefined) return [0, this.#maxSessions, all.length];
    const ip = found.address.split('.').map(Number);
    const where = ip.length === 4 ? ip : [0, 0, 0, 0];
    const head = [
      found.handle,
      this.#maxSessions,
      all.length,
      found.user.number,
      found.privilege,
      0x10 | LAN_CHANNEL,
    ];
    return [...head, ...where, 0, 0, 0, 0, 0, 0, ...le(found.port, 2)];
  }

  #channelInfo(request: Reader): number[] {
    const channel = request.u8() & 15;
    if (channel === 0) return [0, 1, 1, 0, 0xf2, 0x1b, 0, 0, 0];
    if (channel !== LAN_CHANNEL && channel !== 0x0e) return refuse(COMPLETION.invalidField);
    // LAN medium, IPMB protocol, multi-session; the vendor is the IPMI forum, 7154.
    return [LAN_CHANNEL, 4, 1, 0x80 | Math.min(this.#sessions.size, 0x3f), 0xf2, 0x1b, 0, 0, 0];
  }

  #user(request: Reader): ServerUser | undefined {
    const number = request.u8() & 0x3f;
    if (number === 0 || number > this.#users.length + 1) refuse(COMPLETION.parameterOutOfRange);
    return this.#users.find((one) => one.number === number);
  }

  #userAccess(request: Reader): number[] {
    request.u8();
    const found = this.#user(request);
    const access = found === undefined ? 0x0f : 0x10 | found.limit;
    return [this.#users.length + 1, this.#users.length | (found === undefined ? 0x80 : 0x40), 0, access];
  }

  #userName(request: Reader): Uint8Array {
    const out = new Uint8Array(16);
    out.set(this.#user(request)?.name ?? []);
    return out;
  }

  #testPassword(request: Reader): number[] {
    const user = this.#user(request);
    if ((request.u8() & 3) !== 3) return refuse(COMPLETION.notSupportedNow);
    const password = textOf(request.rest());
    return user?.password.equals(secretKey(password, 'password')) ? [] : refuse(0x80);
  }

  #lanParameter(request: Reader): number[] {
    request.u8();
    const parameter = request.u8();
    const parameters: Readonly<Record<number, readonly number[]>> = {
      0: [0],
      1: [0],
      2: [0, 0, 0, 0, 0],
      3: [127, 0, 0, 1],
      4: [1],
      5: [2, 0, 0, 0, 0, 1],
      6: [255, 0, 0, 0],
      12: [0, 0, 0, 0],
      20: [0, 0],
      21: [0],
      22: [this.#suites.length],
      23: [0, ...this.#suites],
      24: [0, 0x44, 0x44, 0x44, 0x44, 0x44, 0x44, 0x44, 0x44],
    };
    return [0x11, ...(parameters[parameter] ?? refuse(0x80))];
  }

  #solParameter(request: Reader): number[] {
    request.u8();
    const parameter = request.u8();
    const enabled = this.#node.serial === undefined ? 0 : 1;
    const parameters = [
      [0],
      [enabled],
      [0xc0 | PRIVILEGE.user],
      [5, 64],
      [7, 50],
      [0x0a],
      [0x0a],
      [LAN_CHANNEL],
      le(this.port, 2),
    ];
    return [0x11, ...(parameters[parameter] ?? refuse(0x80))];
  }

  #solOwner(): ServerSession | undefined {
    return [...this.#sessions.values()].find((session) => session.sol !== undefined);
  }

  #activate(request: Reader, context: RequestContext): number[] {
    const { serial } = this.#node;
    const session = context.session === undefined ? undefined : this.#sessions.get(context.session.id);
    if (request.u8() !== PAYLOAD.sol || serial === undefined || session === undefined) return refuse(0x81);
    if (this.#solOwner() !== undefined) return refuse(0x80);
    const isProtected = session.opening.suite !== 0;
    request.u8();
    if (!isProtected && (request.u8() & 0x80) !== 0) return refuse(0x83);
    const sol = new SolServer(serial, this.#solRetry, (payload) => this.#send(session, PAYLOAD.sol, payload));
    session.sol = sol;
    const size = le(SolServer.maxPayload, 2);
    return [0, 0, 0, 0, ...size, ...size, ...le(this.port, 2), 0xff, 0xff];
  }

  #deactivate(request: Reader): number[] {
    if (request.u8() !== PAYLOAD.sol) return refuse(0x81);
    const owner = this.#solOwner();
    if (owner === undefined) return refuse(0x80);
    owner.sol?.close();
    owner.sol = undefined;
    return [];
  }
}
