import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { concat, copyOf } from './bytes.ts';
import { COMPLETION } from './completion.ts';
import { IpmiError } from './errors.ts';
import {
  BMC_ADDRESS,
  decodeIpmb,
  encodeIpmb,
  type IpmbMessage,
  type IpmiRequest,
  type IpmiResponse,
  responseTo,
  type Target,
} from './message.ts';

/** IPMB (IPMB protocol v1.0): messages between controllers on one I2C bus. */

/** Carries whole IPMB messages, with the destination's address as their first byte. */
export interface IpmbLink {
  /** Fails with an IpmiError `unreachable` where nobody acknowledges. */
  send(message: Uint8Array): void | Promise<void>;
  /** The only listener; set before anything is sent. */
  onMessage: ((message: Uint8Array) => void) | undefined;
  close(): void;
}

/** How often a device that cannot tell is asked for messages, in milliseconds: while an answer is due, and else. */
const POLL_BUSY = 2;
const POLL_IDLE = 20;

/** A shortest message is 7 bytes; the kernel's driver takes none longer than this. */
const MAX_MESSAGE = 128;

/**
 * Finds the messages in a stream of frames, each with its length before it. What is not a message (a bad
 * length or checksum) is skipped byte by byte until one begins again.
 */
export class FrameReader {
  #waiting: Uint8Array = new Uint8Array();

  push(chunk: Uint8Array): Uint8Array[] {
    this.#waiting = concat(this.#waiting, chunk);
    const messages: Uint8Array[] = [];
    let at = 0;
    while (at < this.#waiting.length) {
      const length = this.#waiting[at] ?? 0;
      const isPossible = length >= 7 && length <= MAX_MESSAGE;
      if (isPossible && at + 1 + length > this.#waiting.length) break;
      const message = this.#waiting.subarray(at + 1, at + 1 + length);
      if (isPossible && decodeIpmb(message) !== undefined) {
        messages.push(copyOf(message));
        at += 1 + length;
      } else {
        at++;
      }
    }
    this.#waiting = copyOf(this.#waiting, at);
    return messages;
  }
}

/** Reads a non-blocking file by asking; a blocking read would hold a thread, and the process at its end. */
abstract class PolledLink implements IpmbLink {
  onMessage: ((message: Uint8Array) => void) | undefined;
  readonly #fd: number;
  readonly #buffer = Buffer.alloc(512);
  readonly #path: string;
  #timer: NodeJS.Timeout | undefined;
  #busyUntil = 0;

  constructor(path: string, flags: number) {
    this.#path = path;
    try {
      this.#fd = openSync(path, flags | constants.O_NONBLOCK | constants.O_NOCTTY);
    } catch (cause) {
      throw new IpmiError(
        'unreachable',
        `cannot open ${path}: ${cause instanceof Error ? cause.message : cause}`,
        { cause },
      );
    }
    this.#schedule();
  }

  abstract send(message: Uint8Array): void | Promise<void>;
  protected abstract take(chunk: Uint8Array): void;

  protected write(bytes: Uint8Array): void {
    try {
      writeSync(this.#fd, bytes);
    } catch (cause) {
      const message = `${this.#path}: ${cause instanceof Error ? cause.message : cause}`;
      throw new IpmiError('unreachable', message, { cause });
    }
    this.expect();
  }

  /** An answer is due: look more often for a while. */
  protected expect(): void {
    this.#busyUntil = performance.now() + 1000;
    clearTimeout(this.#timer);
    this.#schedule();
  }

  #schedule(): void {
    const isBusy = performance.now() < this.#busyUntil;
    this.#timer = setTimeout(() => this.#poll(), isBusy ? POLL_BUSY : POLL_IDLE).unref();
  }

  #poll(): void {
    for (let round = 0; round < 16; round++) {
      let length = 0;
      try {
        length = readSync(this.#fd, this.#buffer, 0, this.#buffer.length, null);
      } catch {
        // EAGAIN: nothing there. EIO: the other end of a terminal is closed, and may be opened again.
      }
      if (length === 0) break;
      this.take(copyOf(this.#buffer, 0, length));
    }
    this.#schedule();
  }

  close(): void {
    clearTimeout(this.#timer);
    closeSync(this.#fd);
  }
}

/** Messages on `/dev/ipmb-N` (Linux ipmb-dev-int), or on a terminal that speaks its frames. */
export class IpmbDevice extends PolledLink {
  readonly #reader = new FrameReader();

  constructor(path: string) {
    super(path, constants.O_RDWR);
  }

  send(message: Uint8Array): void {
    this.write(concat([message.length], message));
  }

  protected take(chunk: Uint8Array): void {
    for (const message of this.#reader.push(chunk)) this.onMessage?.(message);
  }
}

/**
 * Messages by I2C itself: sent as a master, received through a slave message queue (a file that gives one
 * message at a read, as Linux's slave-mqueue does). On the wire the destination's address is not a data byte.
 */
export class I2cIpmbLink extends PolledLink {
  readonly #own: number;
  readonly #transmit: (address: number, bytes: Uint8Array) => void | Promise<void>;

  /** `own` is the 8-bit address of the queue; `transmit` writes bytes to a 7-bit address. */
  constructor(
    queue: string,
    own: number,
    transmit: (address: number, bytes: Uint8Array) => void | Promise<void>,
  ) {
    super(queue, constants.O_RDONLY);
    this.#own = own;
    this.#transmit = transmit;
  }

  async send(message: Uint8Array): Promise<void> {
    await this.#transmit((message[0] ?? 0) >> 1, message.subarray(1));
    this.expect();
  }

  protected take(chunk: Uint8Array): void {
    this.onMessage?.(concat([this.#own], chunk));
  }
}

export interface IpmbBusOptions {
  /** Our 8-bit address; the BMC's 0x20 unless said otherwise. */
  readonly address?: number;
  /** Milliseconds to wait for an answer: bridge ICs may take 8 seconds. */
  readonly timeout?: number;
  /** Tries after the first. */
  readonly retries?: number;
  /** Requests under way at once to one node. */
  readonly window?: number;
}

interface Waiting {
  readonly message: IpmbMessage;
  readonly settle: (answer: IpmiResponse | IpmiError) => void;
  tries: number;
  timer: NodeJS.Timeout | undefined;
}

const SEQUENCES = 64;

/** One IPMB as seen by a controller on it: asks other nodes, and answers them. */
export class IpmbBus {
  readonly address: number;
  /** Answers requests that other nodes send to us; they get `invalid command` where this is not set. */
  onRequest: ((request: IpmiRequest, from: number) => Promise<IpmiResponse>) | undefined;
  readonly #link: IpmbLink;
  readonly #timeout: number;
  readonly #retries: number;
  readonly #window: number;
  readonly #nodes = new Map<number, NodeQueue>();
  #isClosed = false;

  constructor(link: IpmbLink, options: IpmbBusOptions = {}) {
    this.#link = link;
    this.address = options.address ?? BMC_ADDRESS;
    this.#timeout = options.timeout ?? 1000;
    this.#retries = options.retries ?? 2;
    this.#window = Math.min(options.window ?? 4, SEQUENCES / 2);
    link.onMessage = (bytes) => this.#receive(bytes);
  }

  /** The node at an 8-bit address. */
  node(address: number): Target {
    return { address, send: (request) => this.#ask(address, request) };
  }

  /** Lets go of the link. Requests still open fail `closed`. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#link.close();
    for (const queue of this.#nodes.values()) queue.fail(new IpmiError('closed', 'the bus was closed'));
  }

  #ask(address: number, request: IpmiRequest): Promise<IpmiResponse> {
    if (this.#isClosed) return Promise.reject(new IpmiError('closed', 'the bus was closed'));
    let queue = this.#nodes.get(address);
    if (queue === undefined) {
      queue = new NodeQueue(address, this.address, this.#window, (waiting) => this.#transmit(waiting));
      this.#nodes.set(address, queue);
    }
    return queue.ask(request);
  }

  #transmit(waiting: Waiting): void {
    waiting.tries++;
    const { to } = waiting.message;
    const where = `node 0x${to.toString(16)}`;
    waiting.timer = setTimeout(() => {
      if (waiting.tries <= this.#retries) this.#transmit(waiting);
      else waiting.settle(new IpmiError('timeout', `${where}: no answer after ${waiting.tries} tries`));
    }, this.#timeout);
    Promise.resolve()
      .then(() => this.#link.send(encodeIpmb(waiting.message)))
      .catch((cause: unknown) => {
        const error =
          cause instanceof IpmiError ? cause : new IpmiError('unreachable', `${where}: ${cause}`, { cause });
        waiting.settle(error);
      });
  }

  #receive(bytes: Uint8Array): void {
    const message = decodeIpmb(bytes);
    if (message === undefined || message.to !== this.address) return;
    if (message.netFn % 2 === 1) this.#nodes.get(message.from)?.answer(message);
    else void this.#serve(message);
  }

  async #serve(message: IpmbMessage): Promise<void> {
    const { netFn, command, data, toLun: lun } = message;
    const unknown: IpmiResponse = { code: COMPLETION.invalidCommand, data: new Uint8Array() };
    const failed: IpmiResponse = { code: COMPLETION.unspecified, data: new Uint8Array() };
    const answer = this.onRequest?.({ netFn, command, data, lun }, message.from).catch(() => failed);
    try {
      await this.#link.send(encodeIpmb(responseTo(message, (await answer) ?? unknown)));
    } catch {
      // A node that does not take its answer will ask again.
    }
  }
}

/** Requests to one node, so that one that is slow holds up nobody else. */
class NodeQueue {
  readonly #address: number;
  readonly #own: number;
  readonly #window: number;
  readonly #transmit: (waiting: Waiting) => void;
  readonly #waiting: { readonly start: () => void; readonly refuse: (error: IpmiError) => void }[] = [];
  readonly #open = new Map<number, Waiting>();
  #sequence = 0;

  constructor(address: number, own: number, window: number, transmit: (waiting: Waiting) => void) {
    this.#address = address;
    this.#own = own;
    this.#window = window;
    this.#transmit = transmit;
  }

  ask(request: IpmiRequest): Promise<IpmiResponse> {
    return new Promise((resolve, reject) => {
      const start = (): void => {
        do this.#sequence = (this.#sequence + 1) % SEQUENCES;
        while (this.#open.has(this.#sequence));
        const sequence = this.#sequence;
        const { netFn, command, data, lun = 0 } = request;
        const waiting: Waiting = {
          message: {
            to: this.#address,
            toLun: lun,
            from: this.#own,
            fromLun: 0,
            netFn,
            sequence,
            command,
            data,
          },
          tries: 0,
          timer: undefined,
          settle: (answer) => {
            if (this.#open.get(sequence) !== waiting) return;
            clearTimeout(waiting.timer);
            this.#open.delete(sequence);
            if (answer instanceof IpmiError) reject(answer);
            else resolve(answer);
            this.#next();
          },
        };
        this.#open.set(sequence, waiting);
        this.#transmit(waiting);
      };
      this.#waiting.push({ start, refuse: reject });
      this.#next();
    });
  }

  answer(message: IpmbMessage): void {
    const waiting = this.#open.get(message.sequence);
    if (waiting === undefined) return;
    if (message.netFn !== waiting.message.netFn + 1 || message.command !== waiting.message.command) return;
    const [code = COMPLETION.unspecified] = message.data;
    waiting.settle({ code, data: copyOf(message.data, 1) });
  }

  fail(error: IpmiError): void {
    for (const { refuse } of this.#waiting.splice(0)) refuse(error);
    for (const waiting of [...this.#open.values()]) waiting.settle(error);
  }

  #next(): void {
    while (this.#open.size < this.#window) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      next.start();
    }
  }
}
