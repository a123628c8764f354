/** A boot override for one boot: used up by the boot whose firmware took it. */
import type { BootOverride } from '../model.ts';

/** How often a controller is asked whether its host has taken the override, milliseconds, and how often in one boot. */
const lookPeriod = 30_000;
const looks = 20;

export interface BootOnceParts {
  readonly boot: () => BootOverride;
  /** The override has done what it was for. */
  readonly used: () => void;
  /** Whether the controller of the host still has the override; nothing where the firmware asks here. */
  readonly isPending?: () => Promise<boolean>;
  /** There is a line that tells when the firmware is done. */
  readonly hasPost: boolean;
}

export class BootOnce {
  readonly #parts: BootOnceParts;
  #taken = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: BootOnceParts) {
    this.#parts = parts;
  }

  /** The firmware has asked how to boot. It may ask again until it is done. */
  taken(): void {
    if (this.#parts.boot().enabled !== 'Once') return;
    this.#taken = true;
    if (!this.#parts.hasPost) this.over();
  }

  /** The firmware begins anew; it may have asked before that is told of here. */
  begin(): void {
    clearTimeout(this.#timer);
    if (this.#parts.isPending !== undefined) this.#look(looks);
  }

  /** The firmware is done, or has lost its power. */
  over(): void {
    if (this.#taken && this.#parts.boot().enabled === 'Once') this.#parts.used();
    this.#taken = false;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #look(left: number): void {
    if (left === 0 || this.#parts.boot().enabled !== 'Once') return;
    this.#timer = setTimeout(() => {
      const pending = this.#parts.isPending?.() ?? Promise.resolve(true);
      pending.then(
        (is) => {
          if (is) this.#look(left - 1);
          else if (this.#parts.boot().enabled === 'Once') this.#parts.used();
        },
        () => this.#look(left - 1),
      );
    }, lookPeriod).unref();
  }
}
