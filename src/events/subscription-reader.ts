/** One reader's place among the events: what it has not had yet and wants, in pieces. */
import type { JournalEntry } from '../journal/record.ts';
import type { EventLogReader } from './event-log-reader.ts';
import type { EventFacts } from './subscription.ts';

/** Events in one piece. */
const piece = 64;

export interface EventBatch {
  /** Where the reader is once it has had this. */
  readonly upTo: number;
  readonly events: readonly JournalEntry[];
  /** Events between the former piece and this one were overwritten. */
  readonly lost: boolean;
}

export class SubscriptionReader {
  readonly #feed: EventLogReader;
  readonly #wants: (event: JournalEntry) => boolean;
  #after: number;
  #toldLost = 0;

  /** @param after id of the last event that the reader has had */
  constructor(
    feed: EventLogReader,
    wanted: (event: EventFacts) => boolean,
    factsOf: (event: JournalEntry) => EventFacts,
    after: number,
  ) {
    this.#feed = feed;
    this.#wants = (event) => wanted(factsOf(event));
    // An id from the future is one of another journal: nothing of it can be told.
    this.#after = Math.min(after, feed.newest);
  }

  get after(): number {
    return this.#after;
  }

  /** The next events that are wanted; undefined when there are none now. What it gives is asked for again until `had`. */
  next(): EventBatch | undefined {
    for (;;) {
      const lost = this.#toldLost <= this.#after && this.#feed.hasLost(this.#after);
      const read = this.#feed.read(this.#after, piece);
      const upTo = read.at(-1)?.id ?? this.#after;
      const events = read.filter((event) => this.#wants(event));
      if (events.length > 0 || lost) return { upTo, events, lost };
      if (read.length === 0) return undefined;
      this.#after = upTo;
    }
  }

  had({ upTo, lost }: EventBatch): void {
    // The mark of what was overwritten may be ahead of much that was not.
    if (lost) this.#toldLost = this.#feed.newest + 1;
    this.#after = upTo;
  }

  /** Passes over what the reader is no longer to have. */
  skipTo(id: number): void {
    this.#after = Math.max(this.#after, id);
  }
}
