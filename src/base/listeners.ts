/** Subscribers of an event. A listener that throws is reported as a defect and does not affect the others. */
import { reportDefect } from './defects.ts';

export class Listeners<T> {
  readonly #listeners = new Set<(value: T) => void>();

  /** @returns the function that ends the subscription */
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
        reportDefect(error);
      }
    }
  }
}
