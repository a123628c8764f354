/** Tells listeners that something has changed, at most once in a turn of the event loop, and hands on events. */
import type { BoardEvent } from './model.ts';

export class Changes {
  #revision = 1;
  #scheduled = false;
  readonly #listeners = new Set<() => void>();
  readonly #events = new Set<(event: BoardEvent) => void>();

  get revision(): number {
    return this.#revision;
  }

  /** Something that is shown has changed. */
  touch(): void {
    this.#revision += 1;
    if (this.#scheduled || this.#listeners.size === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      for (const listener of this.#listeners) listener();
    });
  }

  emit(event: BoardEvent): void {
    this.touch();
    for (const listener of this.#events) listener(event);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onEvent(listener: (event: BoardEvent) => void): () => void {
    this.#events.add(listener);
    return () => this.#events.delete(listener);
  }
}
