/** Tracks periods in which records cannot be stored, and reports their start and end. */
import type { StoreError } from '../store/errors.ts';

/** A period in which records could not be stored. */
export interface OutageReport {
  readonly reason: StoreError['reason'];
  readonly since: Date;
  /** Records dropped in it. */
  readonly lost: number;
}

export interface OutageListener {
  began(fault: StoreError): void;
  ended(report: OutageReport): void;
}

export class Outage {
  readonly #listener: OutageListener;
  /** Milliseconds without a failure before the end is reported: a disk may be full every other second. */
  readonly #calm: number;
  /** The outage whose start was reported and whose end was not. */
  #reported: { readonly reason: StoreError['reason']; readonly since: Date; readonly lost: number } | null =
    null;
  #timer: NodeJS.Timeout | undefined;
  #lost = 0;
  fault: StoreError | null = null;
  /** When `fault` began; null without one. */
  since: Date | null = null;
  /** Records dropped before this outage. */
  #before = 0;

  constructor(calm: number, listener: OutageListener) {
    this.#calm = calm;
    this.#listener = listener;
  }

  /** Records dropped in the present outage. */
  get lost(): number {
    return this.fault === null ? 0 : this.#lost - this.#before;
  }

  /** A write failed at `now`. `lost`: records dropped since the start. */
  failed(fault: StoreError, now: number, lost: number): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.fault === null) {
      this.since = new Date(now);
      this.#before = this.#lost;
    }
    this.#lost = lost;
    this.fault = fault;
    if (this.#reported !== null) return;
    this.#reported = { reason: fault.reason, since: new Date(now), lost: this.#before };
    this.#listener.began(fault);
  }

  /** A write succeeded. */
  stored(): void {
    this.fault = null;
    this.since = null;
    if (this.#reported !== null) this.#timer ??= setTimeout(() => this.settle(), this.#calm).unref();
  }

  /** Reports an end that has not been reported. */
  settle(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#reported === null || this.fault !== null) return;
    const { reason, since, lost } = this.#reported;
    this.#reported = null;
    this.#listener.ended({ reason, since, lost: this.#lost - lost });
  }
}
