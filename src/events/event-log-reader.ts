/** Serves the journal's events to many readers; readers that keep up are served from memory. */
import { Listeners } from '../base/listeners.ts';
import type { Journal } from '../journal/journal.ts';
import type { JournalEntry } from '../journal/record.ts';

/** Events kept in memory. Readers that are further behind read the disk. */
const kept = 512;
/**
 * Milliseconds in which events gather before readers see them: after silence, and while events keep coming. Each batch costs
 * one delivery to each reader, however many events are in it.
 */
const pause = { quiet: 20, busy: 100 };

export class EventLogReader {
  readonly #journal: Journal;
  readonly #readers = new Listeners<void>();
  /** The newest events, complete after the id `#from`. */
  #recent: JournalEntry[] = [];
  #from: number;
  #newest: number;
  /** Id up to which readers see events. All readers that keep up see the same batches, whose text is made once. */
  #shown: number;
  /** Monotonic milliseconds of the last batch. */
  #shownAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  readonly #end: () => void;

  constructor(journal: Journal) {
    this.#journal = journal;
    this.#newest = journal.newest;
    this.#from = this.#newest;
    this.#shown = this.#newest;
    this.#end = journal.onAppend((entry) => {
      this.#newest = entry.id;
      if (entry.log !== 'EventLog' && entry.log !== 'Event') return;
      this.#recent.push(entry);
      if (this.#recent.length > kept) {
        this.#from = this.#recent[kept >> 1]?.id ?? this.#newest;
        this.#recent = this.#recent.slice((kept >> 1) + 1);
      }
      const isBusy = performance.now() - this.#shownAt < pause.busy;
      this.#timer ??= setTimeout(() => this.#show(), isBusy ? pause.busy : pause.quiet);
    });
  }

  #show(): void {
    this.#timer = undefined;
    this.#shown = this.#newest;
    this.#shownAt = performance.now();
    this.#readers.emit();
  }

  /** Id of the newest record: the start of a reader that wants only future events. */
  get newest(): number {
    return this.#newest;
  }

  /** Returns the events that follow an id, in order, without those that gather still. @throws StoreError */
  read(after: number, limit: number): readonly JournalEntry[] {
    if (after < this.#from) return this.#journal.events(after, limit);
    const first = this.#recent.findIndex(({ id }) => id > after);
    if (first < 0) return [];
    const end = this.#recent.findIndex(({ id }) => id > this.#shown);
    return this.#recent.slice(first, Math.min(first + limit, end < 0 ? this.#recent.length : end));
  }

  /** Whether events that follow an id have been overwritten. @throws StoreError */
  hasLost(after: number): boolean {
    return after < this.#from && this.#journal.hasLost(after);
  }

  /** Calls `listener` soon after new events, once per batch. */
  onEvents(listener: () => void): () => void {
    return this.#readers.add(listener);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#end();
  }
}
