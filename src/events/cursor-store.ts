/** Stores the cursors of subscriptions, several at a time because flash wears. */
import type { Subscriptions } from './subscriptions.ts';

/** Milliseconds in which cursors are gathered. After a crash, events of this period are delivered again. */
const period = 1_000;

export class CursorStore {
  readonly #stored: Subscriptions;
  readonly #log: (message: string, detail: object) => void;
  readonly #cursors = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #saved = Number.NEGATIVE_INFINITY;

  constructor(stored: Subscriptions, log: (message: string, detail: object) => void) {
    this.#stored = stored;
    this.#log = log;
  }

  /** Stores a cursor within the period. */
  set(id: string, cursor: number): void {
    this.#cursors.set(id, cursor);
    // Immediately after a pause: a daemon that is killed repeatedly must not deliver the same events each time.
    if (this.#timer === undefined && performance.now() - this.#saved > period) this.#save();
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#save();
    }, period).unref();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#save();
  }

  #save(): void {
    if (this.#cursors.size === 0) return;
    this.#saved = performance.now();
    try {
      this.#stored.storeCursors(this.#cursors);
      this.#cursors.clear();
    } catch (error) {
      // The next delivery tries again. After a restart these events are delivered twice.
      this.#log('the cursors of subscriptions cannot be stored', { error: String(error) });
    }
  }
}
