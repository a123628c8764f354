/** A part that can be plugged in and out, and can fail: what of that has been told, so that each is told once. */

import type { Health } from '../model.ts';
import type { Unavailability } from '../sensing/unavailability.ts';

export type PartEvent = 'Inserted' | 'Removed' | 'Failed' | 'Restored';

/** How grave each event is. */
export const severityOf: Readonly<Record<PartEvent, Health>> = {
  Inserted: 'OK',
  Removed: 'Warning',
  Failed: 'Critical',
  Restored: 'OK',
};

/** A rotor needs a moment to come up to speed, and a supply to give its voltage. */
export const settleAfterInsertion = 2_000;

export class Pluggable {
  readonly #tell: (event: PartEvent) => void;
  readonly #settle: number;
  #inserted = Number.NEGATIVE_INFINITY;
  #seen: boolean | null = null;
  #failed = false;

  /** `settle` is how long it takes after it was plugged in until it can be read, milliseconds. */
  constructor(tell: (event: PartEvent) => void, settle = settleAfterInsertion) {
    this.#tell = tell;
    this.#settle = settle;
  }

  /** A part that nothing watches is taken to be there. */
  get present(): boolean {
    return this.#seen ?? true;
  }

  /** Why nothing of it can be read; null while it is there. */
  get unavailability(): Unavailability | null {
    return this.present ? null : { state: 'Absent', reason: 'it is not plugged in' };
  }

  /** Why what it measures means nothing yet; null once it does. */
  get settling(): Unavailability | null {
    // A timer may fire a moment early.
    return performance.now() - this.#inserted < this.#settle - 10
      ? { state: 'Starting', reason: 'it has just been plugged in' }
      : null;
  }

  /** It is there, or not. The first look tells what is, not what happened. */
  see(present: boolean): void {
    const before = this.#seen;
    this.#seen = present;
    if (before === null || before === present) return;
    this.#failed = false;
    if (present) this.#inserted = performance.now();
    this.#tell(present ? 'Inserted' : 'Removed');
  }

  /** It is as well as this. */
  feel(health: Health): void {
    const failed = this.present && health === 'Critical';
    if (failed === this.#failed) return;
    this.#failed = failed;
    this.#tell(failed ? 'Failed' : 'Restored');
  }
}
