/** A boot override for one boot: used up by the boot whose firmware has read it. */
import type { BootOverride } from '../model/power.ts';

/** Polling of a controller for a used override: period in milliseconds, and polls in one boot. */
const pollPeriod = 30_000;
const polls = 20;

export interface OneTimeBootParts {
  readonly boot: () => BootOverride;
  /** The override has been used. */
  readonly used: () => void;
  /** Whether the controller of the host still holds the override; absent where the firmware reads the flags from this daemon. */
  readonly isPending?: () => Promise<boolean>;
  /** A line shows when the firmware has finished. */
  readonly hasPost: boolean;
}

export class OneTimeBoot {
  readonly #parts: OneTimeBootParts;
  #isRead = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: OneTimeBootParts) {
    this.#parts = parts;
  }

  /** The firmware has read the boot flags. It may read them again until it has finished. */
  flagsRead(): void {
    if (!this.#isOnce) return;
    this.#isRead = true;
    if (!this.#parts.hasPost) this.bootOver();
  }

  /** The firmware begins anew; it may have read the flags before that is known here. */
  bootBegan(): void {
    clearTimeout(this.#timer);
    if (this.#parts.isPending !== undefined) this.#poll(polls);
  }

  /** The firmware has finished, or has lost its power. */
  bootOver(): void {
    if (this.#isRead && this.#isOnce) this.#parts.used();
    this.#isRead = false;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  get #isOnce(): boolean {
    return this.#parts.boot().enabled === 'Once';
  }

  #poll(left: number): void {
    if (left === 0 || !this.#isOnce) return;
    this.#timer = setTimeout(() => {
      const pending = this.#parts.isPending?.() ?? Promise.resolve(true);
      pending.then(
        (isPending) => {
          if (isPending) this.#poll(left - 1);
          else if (this.#isOnce) this.#parts.used();
        },
        () => this.#poll(left - 1),
      );
    }, pollPeriod).unref();
  }
}
