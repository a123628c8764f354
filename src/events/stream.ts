/** One open stream of events (Server-Sent Events): pieces of text, made when its reader has room for them. */
import type { JournalEntry } from '../journal/record.ts';
import type { SubscriptionReader } from './subscription-reader.ts';

export interface StreamParts {
  readonly wantsReport: (definition: string) => boolean;
  readonly render: (events: readonly JournalEntry[], lost: boolean) => string;
  readonly closed: () => void;
}

/** What stands in no journal and waits for a reader; the oldest go. */
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

  /** Id of the last event that has been given out. */
  get after(): number {
    return this.#reader.after;
  }

  /** `ready` is called when there may be something to read, `ended` once when nothing comes any more. */
  follow(ready: () => void, ended: () => void): void {
    this.#ready = ready;
    this.#ended = ended;
  }

  /** The next piece, of one event stream message (HTML Living Standard, 9.2.5); undefined when there is none now. */
  read(): string | undefined {
    if (this.#closed) return undefined;
    const piece = this.#reader.next();
    if (piece === undefined) return this.#extras.shift();
    this.#reader.had(piece);
    return `id: ${piece.upTo}\ndata: ${this.#parts.render(piece.events, piece.lost)}\n\n`;
  }

  /** Something that stands in no journal: its id names the last event before it, so that a reader goes on from there. */
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

/** The place in the journal that a Last-Event-ID names; undefined where it is none of ours. */
export function placeOf(lastEventId: string): number | undefined {
  const digits = /^(\d{1,15})(\.\d+)?$/.exec(lastEventId)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
