/** Presence and failure of a removable component; each change is emitted once. */
import type { Health, Status } from '../model/status.ts';
import type { Unavailability } from '../sensing/unavailability.ts';

export type PartEvent = 'Inserted' | 'Removed' | 'Failed' | 'Restored';

export const severityOf: Readonly<Record<PartEvent, Health>> = {
  Inserted: 'OK',
  Removed: 'Warning',
  Failed: 'Critical',
  Restored: 'OK',
};

/** A rotor needs a moment to reach its speed, and a supply its voltage; milliseconds. */
export const settleAfterInsertion = 2_000;
/** Timers may fire a moment early; milliseconds. */
const timerSlack = 10;

/** Presence of a component without a presence line, by its sensors; null while they do not show it. */
export function presenceBySensors(sensors: readonly { readonly status: Status }[]): boolean | null {
  const states = sensors.map(({ status }) => status.state);
  if (states.includes('Enabled')) return true;
  return states.length > 0 && states.every((state) => state === 'Absent') ? false : null;
}

export class Pluggable {
  readonly #emit: (event: PartEvent) => void;
  readonly #settle: number;
  #insertedAt = Number.NEGATIVE_INFINITY;
  #present: boolean | null = null;
  #failed = false;

  /** `settle` is the time after insertion until it can be read, milliseconds. */
  constructor(emit: (event: PartEvent) => void, settle = settleAfterInsertion) {
    this.#emit = emit;
    this.#settle = settle;
  }

  /** Present unless a presence line shows otherwise. */
  get present(): boolean {
    return this.#present ?? true;
  }

  /** Why nothing of it can be read; null while it is present. */
  get unavailability(): Unavailability | null {
    return this.present ? null : { state: 'Absent', reason: 'it is not plugged in' };
  }

  /** Why its readings mean nothing yet; null once they do. */
  get settling(): Unavailability | null {
    return performance.now() - this.#insertedAt < this.#settle - timerSlack
      ? { state: 'Starting', reason: 'it has just been plugged in' }
      : null;
  }

  /** Sets its presence. The initial value is the baseline and emits no event. */
  setPresent(present: boolean): void {
    const before = this.#present;
    this.#present = present;
    if (before === null || before === present) return;
    this.#failed = false;
    if (present) this.#insertedAt = performance.now();
    this.#emit(present ? 'Inserted' : 'Removed');
  }

  /** Updates its failure from its present health. */
  update(health: Health): void {
    const failed = this.present && health === 'Critical';
    if (failed === this.#failed) return;
    this.#failed = failed;
    this.#emit(failed ? 'Failed' : 'Restored');
  }
}
