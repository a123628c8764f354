/** The serial console of one host, shared: its last output is kept, one client types, many read. */
import type { Duplex } from 'node:stream';
import type { Logger } from '../base/logger.ts';
import type { Console, ConsoleAttachment, ConsoleClient, ConsoleEnd } from './model/console.ts';
import { BoardRefusal } from './model/refusal.ts';
import { hostScope } from './model/revisions.ts';
import { OutputHistory } from './output-history.ts';
import type { PersistedState } from './persisted-state.ts';
import type { BoardSignals } from './signals.ts';

export interface ConsoleParts {
  /** Opens the connection to the host; fails with an Error that gives the reason. */
  readonly open: () => Promise<Duplex>;
  /**
   * Keeps the connection open, so that output is recorded before a client attaches. Otherwise it is open only while
   * clients are attached: a session that the node offers only once stays available to others.
   */
  readonly keepOpen: boolean;
  readonly persisted: PersistedState;
  readonly signals: BoardSignals;
  readonly log: Logger;
}

/** Bytes of a host's output that a new client gets first. */
const room = 256 * 1024;
const maxClients = 16;
/** Bytes. */
const typedAhead = 4096;
/** Milliseconds until a console that was lost is tried again; doubled each time. */
const retry = { first: 1_000, longest: 60_000 } as const;

interface Attached {
  readonly client: ConsoleClient;
  writes: boolean;
}

export class HostConsole implements Console {
  readonly maxClients = maxClients;
  readonly #host: string;
  readonly #parts: ConsoleParts;
  readonly #history = new OutputHistory(room);
  readonly #attached = new Set<Attached>();
  #stream: Duplex | undefined;
  #opening = false;
  #started = false;
  #timer: NodeJS.Timeout | undefined;
  #wait: number = retry.first;
  #fault = '';
  #typed: Buffer = Buffer.alloc(0);

  constructor(host: string, parts: ConsoleParts) {
    this.#host = host;
    this.#parts = parts;
  }

  get enabled(): boolean {
    return this.#parts.persisted.console(this.#host);
  }

  get clients(): number {
    return this.#attached.size;
  }

  start(): void {
    this.#started = true;
    if (this.#parts.keepOpen) this.#open();
  }

  stop(): void {
    this.#started = false;
    this.#endAll({ reason: 'closed' });
    this.#close();
  }

  enable(on: boolean): void {
    this.#parts.persisted.setConsole(this.#host, on);
    if (!on) this.#endAll({ reason: 'closed' });
    this.#parts.signals.emit('stateChanged', hostScope(this.#host));
  }

  attach(
    client: ConsoleClient,
    wish: { readonly type: boolean; readonly takeover: boolean },
  ): ConsoleAttachment {
    if (!this.enabled || !this.#started)
      throw new BoardRefusal('not-in-this-state', `the console of ${this.#host} is switched off`);
    if (this.#attached.size >= maxClients)
      throw new BoardRefusal('busy', `the console of ${this.#host} has ${maxClients} clients already`);
    const writer = [...this.#attached].find(({ writes }) => writes);
    const writes = wish.type && (writer === undefined || wish.takeover);
    if (writes && writer !== undefined) this.#end(writer, { reason: 'taken-over', by: client.name });
    const attached: Attached = { client, writes };
    this.#attached.add(attached);
    const past = this.#history.read();
    if (past.length > 0) client.output(past);
    // A client that attaches while the connection is lost gets the reason at once.
    if (this.#stream === undefined && this.#timer !== undefined) {
      const message = this.#fault;
      setImmediate(() => this.#end(attached, { reason: 'lost', message }));
    } else this.#open();
    return {
      writes,
      write: (bytes) => {
        if (!attached.writes || !this.#attached.has(attached)) return true;
        if (this.#stream !== undefined) return this.#stream.write(bytes);
        // What is typed while the line is being opened is kept, within reason.
        this.#typed = Buffer.concat([this.#typed, bytes]).subarray(0, typedAhead);
        return true;
      },
      drained: () => this.#drained(),
      detach: () => {
        this.#attached.delete(attached);
        this.#release();
      },
    };
  }

  #drained(): Promise<void> {
    const stream = this.#stream;
    if (stream === undefined || !stream.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        stream.off('drain', done);
        stream.off('close', done);
        resolve();
      };
      stream.once('drain', done);
      stream.once('close', done);
    });
  }

  #open(): void {
    if (this.#stream !== undefined || this.#opening || this.#timer !== undefined || !this.#started) return;
    this.#opening = true;
    this.#parts.open().then(
      (stream) => {
        this.#opening = false;
        this.#use(stream);
      },
      (error: unknown) => {
        this.#opening = false;
        this.#lost(error);
      },
    );
  }

  #use(stream: Duplex): void {
    let cause: unknown;
    stream.on('error', (error) => {
      cause = error;
    });
    stream.once('close', () => {
      if (this.#stream !== stream) return;
      this.#stream = undefined;
      this.#lost(cause ?? new Error('the other end has closed it'));
    });
    this.#stream = stream;
    stream.on('data', (bytes: Buffer) => {
      this.#wait = retry.first;
      this.#fault = '';
      this.#history.add(bytes);
      for (const { client } of this.#attached) client.output(bytes);
    });
    if (this.#typed.length > 0) stream.write(this.#typed);
    this.#typed = Buffer.alloc(0);
    this.#release();
  }

  #lost(cause: unknown): void {
    const message = cause instanceof Error ? cause.message : String(cause);
    // Said once, however often it is tried again.
    if (message !== this.#fault)
      this.#parts.log.warn('the console of a host is lost', { host: this.#host, cause: message });
    this.#fault = message;
    this.#typed = Buffer.alloc(0);
    this.#endAll({ reason: 'lost', message });
    if (!this.#started) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#parts.keepOpen || this.#attached.size > 0) this.#open();
    }, this.#wait).unref();
    this.#wait = Math.min(this.#wait * 2, retry.longest);
  }

  /** Closes a connection without clients, unless it is kept open. */
  #release(): void {
    if (this.#started && (this.#parts.keepOpen || this.#attached.size > 0)) return;
    this.#close();
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const stream = this.#stream;
    this.#stream = undefined;
    stream?.destroy();
  }

  #endAll(why: ConsoleEnd): void {
    for (const attached of this.#attached) this.#end(attached, why);
  }

  #end(attached: Attached, why: ConsoleEnd): void {
    if (!this.#attached.delete(attached)) return;
    attached.client.end(why);
    this.#release();
  }
}
