/** Times in which the store takes nothing: since when, what was lost by it, and who is told of it and of its end. */
import type { StoreError } from '../store/errors.ts';

/** A time in which nothing could be stored. */
export interface OutageReport {
  readonly reason: StoreError['reason'];
  readonly since: Date;
  /** Records that were lost by it. */
  readonly lost: number;
}

export interface OutageListener {
  began(fault: StoreError): void;
  ended(report: OutageReport): void;
}

export class Outage {
  readonly #listener: OutageListener;
  /** Milliseconds for which all must be well before the end is told of: a disk may be full every other second. */
  readonly #calm: number;
  /** The time that has been told of; its end has not. */
  #told: { readonly reason: StoreError['reason']; readonly since: Date; readonly lost: number } | null = null;
  #timer: NodeJS.Timeout | undefined;
  #lost = 0;
  fault: StoreError | null = null;
  /** When `fault` began; null without one. */
  since: Date | null = null;
  /** What had been lost before. */
  #before = 0;

  constructor(calm: number, listener: OutageListener) {
    this.#calm = calm;
    this.#listener = listener;
  }

  /** Records that the present one has cost. */
  get lost(): number {
    return this.fault === null ? 0 : this.#lost - this.#before;
  }

  /** The store has taken nothing at `now`; `lost` is how many records have been given up since the start. */
  failed(fault: StoreError, now: number, lost: number): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.fault === null) {
      this.since = new Date(now);
      this.#before = this.#lost;
    }
    this.#lost = lost;
    this.fault = fault;
    if (this.#told !== null) return;
    this.#told = { reason: fault.reason, since: new Date(now), lost: this.#before };
    this.#listener.began(fault);
  }

  /** It has taken something. */
  stored(): void {
    this.fault = null;
    this.since = null;
    if (this.#told !== null) this.#timer ??= setTimeout(() => this.settle(), this.#calm).unref();
  }

  /** Tells of an end that has not been told of. */
  settle(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#told === null || this.fault !== null) return;
    const { reason, since, lost } = this.#told;
    this.#told = null;
    this.#listener.ended({ reason, since, lost: this.#lost - lost });
  }
}
