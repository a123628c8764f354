/** One open event stream (Server-Sent Events): text rendered when its client can take more. */
import type { JournalEntry } from '../journal/record.ts';
import type { SubscriptionReader } from './subscription-reader.ts';

export interface StreamParts {
  readonly wantsReport: (definition: string) => boolean;
  readonly render: (events: readonly JournalEntry[], lost: boolean) => string;
  readonly closed: () => void;
}

/** Payloads outside the journal that wait for the client; the oldest are dropped. */
const maxExtras = 16;

export class EventStream {
  readonly id: string;
  readonly #reader: SubscriptionReader;
  readonly #parts: StreamParts;
  readonly #extras: string[] = [];
  #count = 0;
  #ready: () => void = () => {};
  #ended: () => void = () => {};
  #closed = false;

  constructor(id: string, reader: SubscriptionReader, parts: StreamParts) {
    this.id = id;
    this.#reader = reader;
    this.#parts = parts;
  }

  wantsReport(definition: string): boolean {
    return this.#parts.wantsReport(definition);
  }

  /** Id of the last event sent. */
  get after(): number {
    return this.#reader.after;
  }

  /** Calls `ready` when there may be something to read, and `ended` once at the end. */
  follow(ready: () => void, ended: () => void): void {
    this.#ready = ready;
    this.#ended = ended;
  }

  /** Returns the next event stream message (HTML Living Standard 9.2.5); undefined when there is none now. */
  read(): string | undefined {
    if (this.#closed) return undefined;
    const piece = this.#reader.next();
    if (piece === undefined) return this.#extras.shift();
    this.#reader.acknowledge(piece);
    return `id: ${piece.upTo}\ndata: ${this.#parts.render(piece.events, piece.lost)}\n\n`;
  }

  /** Queues a payload outside the journal. Its id names the last event before it, so that a client resumes from there. */
  extra(body: string): void {
    this.#count++;
    this.#extras.push(`id: ${this.#reader.after}.${this.#count}\ndata: ${body}\n\n`);
    if (this.#extras.length > maxExtras) this.#extras.shift();
    this.wake();
  }

  wake(): void {
    if (!this.#closed) this.#ready();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#parts.closed();
    this.#ended();
  }
}

/** Returns the journal id that a Last-Event-ID names; undefined for a foreign one. */
export function cursorOf(lastEventId: string): number | undefined {
  const digits = /^(\d{1,15})(\.\d+)?$/.exec(lastEventId)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
