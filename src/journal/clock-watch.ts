/** Notices that somebody has set the wall clock: it then disagrees with the one that only ever counts. */
import type { Clock } from '../base/clock.ts';

/** A step of the wall clock, milliseconds since 1970. */
export interface ClockStep {
  /** What it would show now. */
  readonly before: number;
  readonly after: number;
}

/** Milliseconds between two looks up to which it is no step: clocks that are put right gently move by less. */
export const tolerance = 2000;

export class ClockWatch {
  readonly #clock: Clock;
  #wall: number;
  #uptime: number;

  /** `known` is what both clocks showed at some moment since the machine started; now, when left out. */
  constructor(clock: Clock, known?: { readonly wall: number; readonly uptime: number }) {
    this.#clock = clock;
    this.#uptime = known?.uptime ?? clock.monotonic();
    this.#wall = known?.wall ?? clock.now();
  }

  /** The step since the last look, if there was one. */
  look(): ClockStep | null {
    const uptime = this.#clock.monotonic();
    const wall = this.#clock.now();
    // Held up between the two, they do not belong together; the next look will do.
    if (this.#clock.monotonic() - uptime > tolerance / 4) return null;
    const before = this.#wall + uptime - this.#uptime;
    this.#uptime = uptime;
    this.#wall = wall;
    return Math.abs(wall - before) > tolerance ? { before, after: wall } : null;
  }
}
