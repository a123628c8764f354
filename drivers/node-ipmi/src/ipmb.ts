/** IPMB: many requests to many controllers on one bus (IPMB v1.0). */
import { copyOf } from './bytes.ts';
import { COMPLETION } from './completion.ts';
import { IpmiError } from './errors.ts';
import type { IpmbLink } from './ipmb-link.ts';
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

export interface IpmbBusOptions {
  /** Our 8-bit address; the BMC's 0x20 by default. */
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
  readonly timeout: number;
  readonly settle: (answer: IpmiResponse | IpmiError) => void;
  tries: number;
  timer: NodeJS.Timeout | undefined;
}

const SEQUENCES = 64;
/** A request that comes again because its answer was lost is among the last so many of its sender. */
const REMEMBERED = 8;
/** Milliseconds after which the same message is another request: sequence numbers expire (IPMB v1.0, table 4-1). */
const EXPIRY = 5000;

interface Served {
  /** The message as received; its sequence number distinguishes a repetition from a new request. */
  readonly request: Buffer;
  readonly answer: Promise<IpmiResponse>;
  readonly at: number;
}

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
  /** What was asked last, by who asked. */
  readonly #served = new Map<number, Served[]>();
  #isClosed = false;

  constructor(link: IpmbLink, options: IpmbBusOptions = {}) {
    this.#link = link;
    this.address = options.address ?? BMC_ADDRESS;
    this.#timeout = options.timeout ?? 1000;
    this.#retries = options.retries ?? 2;
    this.#window = Math.min(options.window ?? 4, SEQUENCES / 2);
    link.onMessage = (bytes) => this.#receive(bytes);
  }

  /** The node at an 8-bit address; one that takes longer than others may have a wait of its own, milliseconds. */
  node(address: number, timeout = this.#timeout): Target {
    return { address, send: (request) => this.#ask(address, request, timeout) };
  }

  /** Gives up what a node has been asked: requests still open fail `closed`. It can be asked again. */
  giveUp(address: number): void {
    const where = `node 0x${address.toString(16)}`;
    this.#nodes.get(address)?.fail(new IpmiError('closed', `${where}: the request was given up`));
  }

  /** Lets go of the link. Requests still open fail `closed`. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#link.close();
    for (const queue of this.#nodes.values()) queue.fail(new IpmiError('closed', 'the bus was closed'));
  }

  #ask(address: number, request: IpmiRequest, timeout: number): Promise<IpmiResponse> {
    if (this.#isClosed) return Promise.reject(new IpmiError('closed', 'the bus was closed'));
    let queue = this.#nodes.get(address);
    if (queue === undefined) {
      queue = new NodeQueue(address, this.address, this.#window, (waiting) => this.#transmit(waiting));
      this.#nodes.set(address, queue);
    }
    return queue.ask(request, timeout);
  }

  #transmit(waiting: Waiting): void {
    waiting.tries++;
    const { to } = waiting.message;
    const where = `node 0x${to.toString(16)}`;
    waiting.timer = setTimeout(() => {
      if (waiting.tries <= this.#retries) this.#transmit(waiting);
      else waiting.settle(new IpmiError('timeout', `${where}: no answer after ${waiting.tries} tries`));
    }, waiting.timeout);
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
    else void this.#serve(message, Buffer.from(bytes));
  }

  async #serve(message: IpmbMessage, request: Buffer): Promise<void> {
    const at = performance.now();
    const past = (this.#served.get(message.from) ?? []).filter((other) => at - other.at < EXPIRY);
    this.#served.set(message.from, past);
    // What is asked again is answered again, and not done again.
    const before = past.find((other) => other.request.equals(request));
    const answer = before?.answer ?? this.#answer(message);
    if (before === undefined) past.push({ request, answer, at });
    if (past.length > REMEMBERED) past.shift();
    try {
      await this.#link.send(encodeIpmb(responseTo(message, await answer)));
    } catch {
      // A node that does not take its answer will ask again.
    }
  }

  async #answer({ netFn, command, data, toLun: lun, from }: IpmbMessage): Promise<IpmiResponse> {
    const unknown: IpmiResponse = { code: COMPLETION.invalidCommand, data: new Uint8Array() };
    const failed: IpmiResponse = { code: COMPLETION.unspecified, data: new Uint8Array() };
    return this.onRequest?.({ netFn, command, data, lun }, from).catch(() => failed) ?? unknown;
  }
}

/** Requests to one node: a slow node delays only its own requests. */
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

  ask(request: IpmiRequest, timeout: number): Promise<IpmiResponse> {
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
          timeout,
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
