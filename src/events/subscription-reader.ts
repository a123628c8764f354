/** One reader's cursor: the wanted events that it has not received, in batches. */
import type { JournalEntry } from '../journal/record.ts';
import type { EventLogReader } from './event-log-reader.ts';
import type { EventFacts } from './subscription.ts';

/** Events read per batch. */
const batchSize = 128;

export interface EventBatch {
  /** The reader's cursor after this batch. */
  readonly upTo: number;
  readonly events: readonly JournalEntry[];
  /** Events between the previous batch and this one were overwritten. */
  readonly lost: boolean;
}

export class SubscriptionReader {
  readonly #log: EventLogReader;
  readonly #wants: (event: JournalEntry) => boolean;
  #after: number;
  #reportedLost = 0;

  /** @param after id of the last event that the reader received */
  constructor(
    log: EventLogReader,
    wanted: (event: EventFacts) => boolean,
    factsOf: (event: JournalEntry) => EventFacts,
    after: number,
  ) {
    this.#log = log;
    this.#wants = (event) => wanted(factsOf(event));
    // A higher id than the newest belongs to another journal.
    this.#after = Math.min(after, log.newest);
  }

  get after(): number {
    return this.#after;
  }

  /** Returns the next wanted events; undefined when there are none now. Returns the same batch until `acknowledge`. */
  next(): EventBatch | undefined {
    for (;;) {
      const lost = this.#reportedLost <= this.#after && this.#log.hasLost(this.#after);
      const read = this.#log.read(this.#after, batchSize);
      const upTo = read.at(-1)?.id ?? this.#after;
      const events = read.filter((event) => this.#wants(event));
      if (events.length > 0 || lost) return { upTo, events, lost };
      if (read.length === 0) return undefined;
      this.#after = upTo;
    }
  }

  /** Moves the cursor behind a batch. */
  acknowledge({ upTo, lost }: EventBatch): void {
    // Overwriting can pass the cursor while later events still exist: report the loss once.
    if (lost) this.#reportedLost = this.#log.newest + 1;
    this.#after = upTo;
  }

  /** Skips events up to an id. */
  skipTo(id: number): void {
    this.#after = Math.max(this.#after, id);
  }
}
