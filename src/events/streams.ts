/** The open event streams (Server-Sent Events). */
import type { JournalEntry } from '../journal/record.ts';
import type { EventLogReader } from './event-log-reader.ts';
import { newId } from './ids.ts';
import type { Destination, EventMessages, Report } from './options.ts';
import { reportText } from './report-text.ts';
import { EventStream } from './stream.ts';
import type { EventFacts, Subscription } from './subscription.ts';
import { SubscriptionReader } from './subscription-reader.ts';

/** What the client of a stream asks for. */
export interface StreamRequest {
  /** How the stream is shown among the destinations. */
  readonly subscription: Subscription;
  readonly wants: (event: EventFacts) => boolean;
  /** Whether the client wants the reports of a definition, by its URI. */
  readonly wantsReport: (definition: string) => boolean;
  /** Id of the last event that the client received; undefined for future events only. */
  readonly after: number | undefined;
}

interface OpenStream {
  readonly stream: EventStream;
  readonly subscription: Subscription;
}

export class Streams {
  readonly #reader: EventLogReader;
  readonly #factsOf: (event: JournalEntry) => EventFacts;
  readonly #render: EventMessages['render'];
  readonly #changed: () => void;
  readonly #open = new Map<string, OpenStream>();

  constructor(
    reader: EventLogReader,
    factsOf: (event: JournalEntry) => EventFacts,
    render: EventMessages['render'],
    changed: () => void,
  ) {
    this.#reader = reader;
    this.#factsOf = factsOf;
    this.#render = render;
    this.#changed = changed;
  }

  get size(): number {
    return this.#open.size;
  }

  ids(): string[] {
    return [...this.#open.keys()];
  }

  find(id: string): Destination | undefined {
    const open = this.#open.get(id);
    return open && { id, ...open, state: { suspended: false, fault: null } };
  }

  /** Lowest id that every stream has sent; Infinity without streams. */
  get delivered(): number {
    return Math.min(...[...this.#open.values()].map(({ stream }) => stream.after));
  }

  open({ subscription, wants, wantsReport, after }: StreamRequest): EventStream {
    const id = newId();
    const reader = new SubscriptionReader(this.#reader, wants, this.#factsOf, after ?? this.#reader.newest);
    const stream = new EventStream(id, reader, {
      wantsReport,
      render: (events, lost) => this.#render(events, subscription, lost),
      closed: () => {
        this.#open.delete(id);
        this.#changed();
      },
    });
    this.#open.set(id, { stream, subscription });
    this.#changed();
    return stream;
  }

  publish(report: Report): void {
    for (const { stream, subscription } of this.#open.values())
      if (stream.wantsReport(report.definition)) stream.extra(reportText(report, subscription));
  }

  /** Closes one stream. @returns false when there is none of this id */
  close(id: string): boolean {
    const open = this.#open.get(id);
    open?.stream.close();
    return open !== undefined;
  }

  closeAll(): void {
    for (const { stream } of this.#open.values()) stream.close();
  }

  wake(): void {
    for (const { stream } of this.#open.values()) stream.wake();
  }
}
