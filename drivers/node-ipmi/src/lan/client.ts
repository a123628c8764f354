import { le } from '../command.ts';
import { getDeviceId, type Privilege } from '../commands/app.ts';
import { closeSession, setSessionPrivilege } from '../commands/channel.ts';
import { sendMessage } from '../commands/messaging.ts';
import { completionError, IpmiError } from '../errors.ts';
import {
  BMC_ADDRESS,
  CONSOLE_ADDRESS,
  decodeIpmb,
  encodeIpmb,
  type IpmiRequest,
  type IpmiResponse,
  NETFN,
  type Target,
} from '../message.ts';
import { UdpLink } from './link.ts';
import { PAYLOAD, type Packet } from './packet.ts';
import type { CipherSuite } from './rakp.ts';
import {
  askCapabilities,
  type Credentials,
  credentials,
  DEFAULT_SUITES,
  openSession15,
  openSession20,
  type Session,
} from './session.ts';

export interface LanOptions {
  readonly host: string;
  /** 623 unless said otherwise. */
  readonly port?: number;
  readonly user?: string;
  readonly password?: string | Uint8Array;
  /** Key of the controller, where it has one besides the user's password. */
  readonly kg?: string | Uint8Array;
  readonly privilege?: Privilege;
  /** Cipher suites in the order to try; 17, then 3. Suite 0 protects nothing and is used only if named. */
  readonly suites?: readonly CipherSuite[];
  /** IPMI 1.5, which is weak: never (the default), where the controller has no 2.0, or always. */
  readonly ipmi15?: 'never' | 'fallback' | 'only';
  /** Milliseconds to wait for the first answer; each further try waits twice as long, at most eight times. */
  readonly timeout?: number;
  /** Milliseconds that no try waits longer than. */
  readonly maxTimeout?: number;
  /** Tries after the first. */
  readonly retries?: number;
  /** Requests under way at once, at most 32. */
  readonly window?: number;
  /** Milliseconds of silence after which the session is kept alive; 0 is never. */
  readonly keepAlive?: number;
}

/** A request that was sent and not answered yet, or waits for its turn. */
interface Pending {
  readonly request: IpmiRequest;
  readonly resolve: (response: IpmiResponse) => void;
  readonly reject: (error: IpmiError) => void;
  /** The answer to a tracked Send Message comes in a second packet, behind an empty first one. */
  readonly isBridged: boolean;
  message: Uint8Array | undefined;
  sequence: number;
  tries: number;
  sentAt: number;
  timer: NodeJS.Timeout | undefined;
}

/** Takes the payloads of a kind other than IPMI messages: serial over LAN. */
export interface PayloadHandler {
  receive(payload: Buffer): void;
  /** The session was lost, or ended by its own client: then there is no error. Nothing comes any more. */
  end(error: IpmiError | undefined): void;
}

const SEQUENCES = 64;
/**
 * So many time-outs may a step of the hand-shake take, and a request before its session counts as lost: three tries that
 * wait twice as long each, or more that wait less. A network that loses a fifth of all datagrams takes three in a row once
 * in twenty times.
 */
const patience = 7;
const CLOSED = 'the connection was closed';
const LOST = 'the controller has lost the session';

/**
 * A management controller on the network, over RMCP+ (IPMI 2.0) or, where allowed, IPMI 1.5.
 *
 * The session is opened with the first request and again whenever the controller has lost it; many requests
 * may be under way at once. Errors: `refused` (password, user, privilege, cipher suite), `unreachable`,
 * `timeout`, `closed`.
 */
export class LanClient implements Target {
  readonly #options: LanOptions;
  readonly #where: string;
  readonly #who: Credentials;
  readonly #timeout: number;
  readonly #maxTimeout: number;
  readonly #retries: number;
  readonly #window: number;
  readonly #link: UdpLink;
  readonly #queue: Pending[] = [];
  /**
   * By sequence number of the IPMB message; a number is free where there is nothing. No Map: one that always takes up and
   * lets go grows anew all the time, and what it grew out of holds on to old requests until a full garbage collection.
   */
  readonly #pending = new Array<Pending | undefined>(SEQUENCES).fill(undefined);
  /** How many of them there are. */
  #underWay = 0;
  /** Numbers of requests that were sent more than once: a late second answer must not meet a new request. */
  readonly #resting = new Set<number>();
  readonly #handlers = new Map<number, PayloadHandler>();
  #session: Session | undefined;
  #opening: Promise<void> | undefined;
  #nextSequence = 0;
  #heardAt = 0;
  #keepAlive: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: LanOptions) {
    this.#options = options;
    this.#where = `${options.host}:${options.port ?? 623}`;
    this.#who = credentials(options);
    this.#timeout = options.timeout ?? 1000;
    this.#maxTimeout = options.maxTimeout ?? 8 * this.#timeout;
    this.#retries = options.retries ?? 4;
    this.#window = Math.min(options.window ?? 16, SEQUENCES / 2);
    this.#link = new UdpLink(
      {
        host: options.host,
        port: options.port ?? 623,
        timeout: this.#timeout,
        maxTimeout: this.#maxTimeout,
        patience: patience * this.#timeout,
      },
      (packet) => this.#receive(packet),
      () => this.#lose(this.#error('closed', LOST)),
    );
  }

  /** Opens the session now instead of with the first request. */
  connect(): Promise<void> {
    if (this.#closed) return Promise.reject(this.#error('closed', CLOSED));
    if (this.#session !== undefined) return Promise.resolve();
    this.#opening ??= this.#establish().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  send(request: IpmiRequest): Promise<IpmiResponse> {
    return new Promise((resolve, reject) => {
      const { netFn, command, data } = request;
      const isBridged =
        netFn === NETFN.app && command === sendMessage.command && ((data[0] ?? 0) & 0xc0) === 0x40;
      this.#queue.push({
        request,
        resolve,
        reject,
        isBridged,
        message: undefined,
        sequence: 0,
        tries: 0,
        sentAt: 0,
        timer: undefined,
      });
      this.#pump();
    });
  }

  /** How the packets of the session are protected; opens it where it is not. */
  async protection(): Promise<{ readonly encrypted: boolean }> {
    await this.connect();
    return { encrypted: this.#session?.encrypted ?? false };
  }

  /** Sends a payload that is no IPMI message, in the session that is open. */
  async sendPayload(type: number, payload: Uint8Array): Promise<void> {
    if (this.#session === undefined) throw this.#error('closed', 'there is no session');
    this.#link.send(this.#session.seal(type, payload));
  }

  /** Gives the session up: its controller does not have it any more, or the client ends it. */
  #lose(error: IpmiError | undefined): void {
    if (this.#session === undefined) return;
    this.#session = undefined;
    const handlers = [...this.#handlers.values()];
    this.#handlers.clear();
    for (const handler of handlers) handler.end(error);
  }

  /** Registers who takes the payloads of a type; undefined takes it back. */
  onPayload(type: number, handler: PayloadHandler | undefined): void {
    if (handler === undefined) this.#handlers.delete(type);
    else this.#handlers.set(type, handler);
  }

  /** Ends the session and lets go of the socket. Requests still open fail `closed`. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#keepAlive);
    this.#failAll(this.#error('closed', CLOSED));
    const session = this.#session;
    const { netFn, command } = closeSession;
    // The controller forgets the session by itself where this is lost.
    const last = session?.seal(
      PAYLOAD.ipmi,
      this.#message({ netFn, command, data: Uint8Array.from(le(session.id, 4)) }, 0),
    );
    this.#lose(undefined);
    await this.#link.close(last);
    await this.#opening?.catch(() => undefined);
  }

  #error(kind: IpmiError['kind'], message: string, cause?: unknown): IpmiError {
    const code = cause instanceof IpmiError && cause.code !== undefined ? { code: cause.code } : {};
    return new IpmiError(kind, `${this.#where}: ${message}`, { cause, ...code });
  }

  /** Sends what waits, as far as the window goes. */
  #pump(): void {
    if (this.#queue.length === 0) return;
    if (this.#session === undefined) {
      this.connect().then(
        () => this.#pump(),
        (error: IpmiError) => this.#failQueue(error),
      );
      return;
    }
    while (this.#queue.length > 0 && this.#underWay < this.#window) {
      const sequence = this.#freeSequence();
      const pending = sequence === undefined ? undefined : this.#queue.shift();
      if (pending === undefined || sequence === undefined) return;
      pending.sequence = sequence;
      pending.message = this.#message(pending.request, sequence);
      this.#pending[sequence] = pending;
      this.#underWay++;
      this.#transmit(pending);
    }
  }

  /** Numbers go round, so that one is used again as late as can be. */
  #freeSequence(): number | undefined {
    for (let step = 0; step < SEQUENCES; step++) {
      const sequence = (this.#nextSequence + step) % SEQUENCES;
      if (this.#pending[sequence] !== undefined || this.#resting.has(sequence)) continue;
      this.#nextSequence = (sequence + 1) % SEQUENCES;
      return sequence;
    }
    return undefined;
  }

  #message({ netFn, command, data, lun = 0 }: IpmiRequest, sequence: number): Uint8Array {
    return encodeIpmb({
      to: BMC_ADDRESS,
      toLun: lun,
      from: CONSOLE_ADDRESS,
      fromLun: 0,
      netFn,
      sequence,
      command,
      data,
    });
  }

  #transmit(pending: Pending): void {
    if (this.#session === undefined || pending.message === undefined) return;
    const now = performance.now();
    if (pending.tries === 0) pending.sentAt = now;
    const wait = Math.min(this.#timeout * 2 ** Math.min(pending.tries, 3), this.#maxTimeout);
    pending.tries++;
    this.#link.send(this.#session.seal(PAYLOAD.ipmi, pending.message));
    pending.timer = setTimeout(() => this.#unanswered(pending), wait);
  }

  #unanswered(pending: Pending): void {
    if (pending.tries > this.#retries) {
      this.#settle(pending);
      pending.reject(this.#error('timeout', `no answer after ${pending.tries} tries`));
      this.#pump();
      return;
    }
    // Silence for so long: the controller may have lost the session, so the next try is in a new one.
    const waited = performance.now() - pending.sentAt;
    // Timers may fire a moment early.
    if (waited >= patience * this.#timeout - 5 && this.#heardAt < pending.sentAt)
      this.#lose(this.#error('closed', LOST));
    if (this.#session !== undefined) {
      this.#transmit(pending);
      return;
    }
    this.#settle(pending);
    this.#queue.unshift(pending);
    this.#pump();
  }

  /** Takes a request out of the window. */
  #settle(pending: Pending): void {
    clearTimeout(pending.timer);
    const { sequence } = pending;
    this.#pending[sequence] = undefined;
    this.#underWay--;
    if (pending.tries < 2) return;
    this.#resting.add(sequence);
    setTimeout(() => {
      this.#resting.delete(sequence);
      this.#pump();
    }, 2 * this.#timeout).unref();
  }

  #receive(packet: Packet): void {
    const opened = this.#session?.open(packet);
    if (opened === undefined) return;
    this.#heardAt = performance.now();
    if (opened.type !== PAYLOAD.ipmi) {
      this.#handlers.get(opened.type)?.receive(opened.payload);
      return;
    }
    const answer = decodeIpmb(opened.payload);
    const pending = answer && this.#pending[answer.sequence];
    if (answer === undefined || pending === undefined) return;
    const { request, isBridged } = pending;
    const isOurs = answer.netFn === request.netFn + 1 && answer.command === request.command;
    const [code = 0xff] = answer.data;
    if (isBridged && (!isOurs || answer.from !== BMC_ADDRESS)) {
      // The node's answer itself, passed on by the controller under the number of our request.
      this.#settle(pending);
      pending.resolve({ code: 0, data: opened.payload });
      this.#pump();
      return;
    }
    if (!isOurs || (isBridged && code === 0 && answer.data.length === 1)) return;
    this.#settle(pending);
    pending.resolve({ code, data: answer.data.slice(1) });
    this.#pump();
  }

  #failQueue(error: IpmiError): void {
    for (const pending of this.#queue.splice(0)) pending.reject(error);
  }

  #failAll(error: IpmiError): void {
    for (const pending of this.#pending) {
      if (pending === undefined) continue;
      this.#settle(pending);
      pending.reject(error);
    }
    this.#failQueue(error);
  }

  async #establish(): Promise<void> {
    try {
      await this.#link.open();
    } catch (error) {
      throw error instanceof IpmiError ? this.#error(error.kind, error.message, error) : error;
    }
    let session: Session | undefined;
    for (let attempt = 0; session === undefined; attempt++) {
      const began = performance.now();
      try {
        session = await this.#login();
      } catch (error) {
        if (!(error instanceof IpmiError)) throw error;
        // The last answer of a hand-shake, if lost, cannot be had again: as long as somebody is there, begin anew.
        const isLost = error.kind === 'timeout' && this.#link.heardAt > began;
        if (this.#closed || !isLost || attempt >= this.#retries)
          throw this.#error(error.kind, error.message, error);
      }
    }
    this.#session = session;
    this.#heardAt = performance.now();
    this.#scheduleKeepAlive();
  }

  async #login(): Promise<Session> {
    const { ipmi15 = 'never', suites = DEFAULT_SUITES } = this.#options;
    const who = this.#who;
    let session: Session;
    if (ipmi15 === 'never') {
      session = await openSession20(this.#link.exchange, who, suites);
    } else {
      const capabilities = await askCapabilities(this.#link.exchange, who.privilege);
      const is15 = ipmi15 === 'only' || !capabilities.ipmi20;
      session = is15
        ? await openSession15(this.#link.exchange, who, capabilities)
        : await openSession20(this.#link.exchange, who, suites);
    }
    const { netFn, command, name, codes } = setSessionPrivilege;
    const request = { netFn, command, data: Uint8Array.from([who.privilege]) };
    const datagram = (): Buffer => session.seal(PAYLOAD.ipmi, this.#message(request, 0));
    const code = await this.#link.exchange(name, datagram, (packet) => {
      const opened = session.open(packet);
      const answer = opened?.type === PAYLOAD.ipmi ? decodeIpmb(opened.payload) : undefined;
      return answer?.command === command && answer.netFn === netFn + 1 ? answer.data[0] : undefined;
    });
    if (code !== 0) {
      const { message } = completionError(name, code, codes);
      throw new IpmiError('refused', message, { code });
    }
    return session;
  }

  /** Asks something harmless after a silence, since controllers end sessions that are idle for a minute. */
  #scheduleKeepAlive(): void {
    const { keepAlive = 30_000 } = this.#options;
    clearTimeout(this.#keepAlive);
    if (keepAlive === 0 || this.#closed) return;
    const idle = performance.now() - this.#heardAt;
    this.#keepAlive = setTimeout(
      () => {
        if (this.#session === undefined) return;
        const isIdle = performance.now() - this.#heardAt >= keepAlive;
        const { netFn, command } = getDeviceId;
        const asked = isIdle ? this.send({ netFn, command, data: new Uint8Array() }) : Promise.resolve();
        asked.catch(() => undefined).then(() => this.#scheduleKeepAlive());
      },
      Math.max(keepAlive - idle, 10),
    ).unref();
  }
}
