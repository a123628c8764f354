/** The client side of IPMI over LAN: one session, many requests under way at once. */
import { le } from '../command.ts';
import { getDeviceId } from '../commands/app.ts';
import { closeSession } from '../commands/channel.ts';
import { sendMessage } from '../commands/messaging.ts';
import { IpmiError } from '../errors.ts';
import {
  BMC_ADDRESS,
  decodeIpmb,
  type IpmiRequest,
  type IpmiResponse,
  NETFN,
  type Target,
} from '../message.ts';
import { UdpLink } from './link.ts';
import { consoleMessage, login } from './login.ts';
import type { LanOptions, PayloadHandler } from './options.ts';
import { PAYLOAD, type Packet } from './packet.ts';
import type { Pending } from './pending.ts';
import { SEQUENCES, SequenceTable } from './sequences.ts';
import { type Credentials, credentials, type Session } from './session.ts';

/**
 * Limit of a handshake step, and of a request before its session counts as lost, in multiples of `timeout`: three tries with
 * doubled waits (1 + 2 + 4). A network that loses a fifth of all datagrams loses three in a row less than once in a hundred.
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
  readonly #pending = new SequenceTable<Pending>();
  readonly #handlers = new Map<number, PayloadHandler>();
  #session: Session | undefined;
  #opening: Promise<void> | undefined;
  #receivedAt = 0;
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
      () => this.#dropSession(this.#error('closed', LOST)),
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

  /** How the packets of the session are protected; opens the session if needed. */
  async protection(): Promise<{ readonly encrypted: boolean }> {
    await this.connect();
    return { encrypted: this.#session?.encrypted ?? false };
  }

  /** Sends a payload other than an IPMI message in the open session. */
  async sendPayload(type: number, payload: Uint8Array): Promise<void> {
    if (this.#session === undefined) throw this.#error('closed', 'there is no session');
    this.#link.send(this.#session.seal(type, payload));
  }

  /** Drops the session: the controller has lost it, or the client ends it. */
  #dropSession(error: IpmiError | undefined): void {
    if (this.#session === undefined) return;
    this.#session = undefined;
    const handlers = [...this.#handlers.values()];
    this.#handlers.clear();
    for (const handler of handlers) handler.end(error);
  }

  /** Registers the handler of a payload type; undefined removes it. */
  onPayload(type: number, handler: PayloadHandler | undefined): void {
    if (handler === undefined) this.#handlers.delete(type);
    else this.#handlers.set(type, handler);
  }

  /** Ends the session and closes the socket. Open requests fail with `closed`. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#keepAlive);
    this.#failAll(this.#error('closed', CLOSED));
    const session = this.#session;
    const { netFn, command } = closeSession;
    // If this datagram is lost, the controller drops the idle session itself.
    const last = session?.seal(
      PAYLOAD.ipmi,
      consoleMessage({ netFn, command, data: Uint8Array.from(le(session.id, 4)) }, 0),
    );
    this.#dropSession(undefined);
    await this.#link.close(last);
    await this.#opening?.catch(() => undefined);
  }

  #error(kind: IpmiError['kind'], message: string, cause?: unknown): IpmiError {
    const code = cause instanceof IpmiError && cause.code !== undefined ? { code: cause.code } : {};
    return new IpmiError(kind, `${this.#where}: ${message}`, { cause, ...code });
  }

  /** Sends queued requests as far as the window allows. */
  #pump(): void {
    if (this.#queue.length === 0) return;
    if (this.#session === undefined) {
      this.connect().then(
        () => this.#pump(),
        (error: IpmiError) => this.#failQueue(error),
      );
      return;
    }
    while (this.#queue.length > 0 && this.#pending.size < this.#window) {
      const sequence = this.#pending.free();
      const pending = sequence === undefined ? undefined : this.#queue.shift();
      if (pending === undefined || sequence === undefined) return;
      pending.sequence = sequence;
      pending.message = consoleMessage(pending.request, sequence);
      this.#pending.set(sequence, pending);
      this.#transmit(pending);
    }
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
    // After so long a silence the controller may have lost the session: the next try is in a new one.
    const waited = performance.now() - pending.sentAt;
    // Timers may fire a moment early.
    if (waited >= patience * this.#timeout - 5 && this.#receivedAt < pending.sentAt)
      this.#dropSession(this.#error('closed', LOST));
    if (this.#session !== undefined) {
      this.#transmit(pending);
      return;
    }
    this.#settle(pending);
    this.#queue.unshift(pending);
    this.#pump();
  }

  /** Removes a request from the window. */
  #settle(pending: Pending): void {
    clearTimeout(pending.timer);
    const { sequence } = pending;
    this.#pending.release(sequence);
    if (pending.tries >= 2) this.#pending.rest(sequence, 2 * this.#timeout, () => this.#pump());
  }

  #receive(packet: Packet): void {
    const opened = this.#session?.open(packet);
    if (opened === undefined) return;
    this.#receivedAt = performance.now();
    if (opened.type !== PAYLOAD.ipmi) {
      this.#handlers.get(opened.type)?.receive(opened.payload);
      return;
    }
    const answer = decodeIpmb(opened.payload, !this.#session?.signed);
    const pending = answer && this.#pending.get(answer.sequence);
    if (answer === undefined || pending === undefined) return;
    const { request, isBridged } = pending;
    const isOurs = answer.netFn === request.netFn + 1 && answer.command === request.command;
    const [code = 0xff] = answer.data;
    if (isBridged && (!isOurs || answer.from !== BMC_ADDRESS)) {
      // The node's own answer, forwarded by the controller under the sequence number of our request.
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
    for (const pending of this.#pending.entries()) {
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
        session = await login(this.#link.exchange, this.#who, this.#options);
      } catch (error) {
        if (!(error instanceof IpmiError)) throw error;
        // A lost last answer of a handshake cannot be repeated: start over as long as the controller answers at all.
        const isLost = error.kind === 'timeout' && this.#link.receivedAt > began;
        if (this.#closed || !isLost || attempt >= this.#retries)
          throw this.#error(error.kind, error.message, error);
      }
    }
    this.#session = session;
    this.#receivedAt = performance.now();
    this.#scheduleKeepAlive();
  }

  /** Sends Get Device ID after a silence: controllers end sessions that are idle for a minute. */
  #scheduleKeepAlive(): void {
    const { keepAlive = 30_000 } = this.#options;
    clearTimeout(this.#keepAlive);
    if (keepAlive === 0 || this.#closed) return;
    const idle = performance.now() - this.#receivedAt;
    this.#keepAlive = setTimeout(
      () => {
        if (this.#session === undefined) return;
        const isIdle = performance.now() - this.#receivedAt >= keepAlive;
        const { netFn, command } = getDeviceId;
        const asked = isIdle ? this.send({ netFn, command, data: new Uint8Array() }) : Promise.resolve();
        asked.catch(() => undefined).then(() => this.#scheduleKeepAlive());
      },
      Math.max(keepAlive - idle, 10),
    ).unref();
  }
}
