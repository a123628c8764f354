/** How far subscribers have come, gathered for a moment before it is stored: flash wears. */
import type { Subscriptions } from './subscriptions.ts';

/** Milliseconds in which places are gathered; after a crash so much may be told once more. */
const period = 1_000;

export class CursorStore {
  readonly #stored: Subscriptions;
  readonly #log: (message: string, detail: object) => void;
  readonly #places = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #saved = Number.NEGATIVE_INFINITY;

  constructor(stored: Subscriptions, log: (message: string, detail: object) => void) {
    this.#stored = stored;
    this.#log = log;
  }

  /** Stores a place soon. */
  set(id: string, place: number): void {
    this.#places.set(id, place);
    // At once after a pause: a daemon that is killed again and again must not tell all of it anew each time.
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
    if (this.#places.size === 0) return;
    this.#saved = performance.now();
    try {
      this.#stored.moveTo(this.#places);
      this.#places.clear();
    } catch (error) {
      // What cannot be stored is told once more after a restart; the next delivery tries again.
      this.#log('the places of subscriptions cannot be stored', { error: String(error) });
    }
  }
}
