/** Tells listeners that something has changed, at most once in a turn of the event loop, and hands on events. */
import type { BoardEvent } from './model.ts';

export class Changes {
  #revision = 1;
  #scheduled = false;
  #stateMoved = false;
  readonly #listeners = new Set<() => void>();
  readonly #stateListeners = new Set<() => void>();
  readonly #events = new Set<(event: BoardEvent) => void>();

  get revision(): number {
    return this.#revision;
  }

  /** Something that is shown has changed: no more than a reading, which happens all the time, or the state of a part. */
  touch(what: 'reading' | 'state' = 'state'): void {
    this.#revision += 1;
    this.#stateMoved ||= what === 'state';
    if (this.#scheduled || (what === 'reading' && this.#listeners.size === 0)) return;
    this.#scheduled = true;
    setImmediate(() => {
      const stateMoved = this.#stateMoved;
      this.#scheduled = false;
      this.#stateMoved = false;
      for (const listener of this.#listeners) listener();
      if (stateMoved) for (const listener of this.#stateListeners) listener();
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

  /** As `onChange`, but not for what is no more than a reading. */
  onState(listener: () => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  onEvent(listener: (event: BoardEvent) => void): () => void {
    this.#events.add(listener);
    return () => this.#events.delete(listener);
  }
}
