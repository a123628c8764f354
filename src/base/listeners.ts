/** Those who want to hear of something. A listener that throws is reported as a warning and hurts nobody else. */
export class Listeners<T> {
  readonly #listeners = new Set<(value: T) => void>();

  /** @returns what ends the subscription. */
  add(listener: (value: T) => void): () => void {
    const own = (value: T) => listener(value);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  get isEmpty(): boolean {
    return this.#listeners.size === 0;
  }

  emit(value: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(value);
      } catch (error) {
        process.emitWarning(error instanceof Error ? error : String(error));
      }
    }
  }
}
