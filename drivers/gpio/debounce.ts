/** An input whose changes count only after it has been steady. */
export class DebouncedInput {
  #value: boolean | undefined;
  /** A level that has been seen, but not for long enough. */
  #candidate: { readonly value: boolean; readonly since: number } | undefined;

  /** The steady value; undefined before the first update. */
  get value(): boolean | undefined {
    return this.#value;
  }

  /** Takes a value as steady at once. */
  reset(value: boolean): void {
    this.#value = value;
    this.#candidate = undefined;
  }

  /** A value seen at `now` milliseconds. @returns whether the steady value changed; the first update sets the baseline. */
  update(value: boolean, now: number, debounce: number): boolean {
    if (value === this.#value) {
      this.#candidate = undefined;
      return false;
    }
    if (this.#candidate?.value !== value) this.#candidate = { value, since: now };
    if (this.#value !== undefined && now - this.#candidate.since < debounce) return false;
    const isFirst = this.#value === undefined;
    this.reset(value);
    return !isFirst;
  }
}
