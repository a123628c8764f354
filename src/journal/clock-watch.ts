/** Detects steps of the wall clock by comparing it with the monotonic clock. */
import type { Clock } from '../base/clock.ts';

/** A step of the wall clock, milliseconds since 1970. */
export interface ClockStep {
  /** What the clock would show now without the step. */
  readonly before: number;
  readonly after: number;
}

/** Milliseconds up to which a difference is no step: NTP slews by less. */
export const tolerance = 2000;

export class ClockWatch {
  readonly #clock: Clock;
  #wall: number;
  #uptime: number;

  /** `known`: both clocks at some moment since the machine started. Default: now. */
  constructor(clock: Clock, known?: { readonly wall: number; readonly uptime: number }) {
    this.#clock = clock;
    this.#uptime = known?.uptime ?? clock.monotonic();
    this.#wall = known?.wall ?? clock.now();
  }

  /** Returns the step since the last check, or null. */
  check(): ClockStep | null {
    const uptime = this.#clock.monotonic();
    const wall = this.#clock.now();
    // The process was suspended between the two reads, so they do not belong together: the next check decides.
    if (this.#clock.monotonic() - uptime > tolerance / 4) return null;
    const before = this.#wall + uptime - this.#uptime;
    this.#uptime = uptime;
    this.#wall = wall;
    return Math.abs(wall - before) > tolerance ? { before, after: wall } : null;
  }
}
