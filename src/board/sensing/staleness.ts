/** When something that is read or polled periodically counts as lost: one rule for sensors, devices and nodes. */

/** Periods in a row that may be missed: one is tolerated, the second counts. */
export const missedPeriods = 2;
/** Milliseconds between checks, and so the precision of the rule. */
export const checkPeriod = 250;
/** Milliseconds without a check after which the checks count as stopped. */
const longestPause = 10_000;

/** Longest time without an answer, milliseconds, of something with this period in milliseconds. */
export const longestSilence = (period: number): number => period * missedPeriods + checkPeriod;

/**
 * Calls `check` periodically, with the monotonic time. It skips the first check after the process itself stood still (a
 * slow disk, a debugger): answers that arrived meanwhile have not been processed yet.
 */
export class StalenessChecks {
  readonly #check: (now: number) => void;
  #timer: NodeJS.Timeout | undefined;
  #lastCheck = 0;

  constructor(check: (now: number) => void) {
    this.#check = check;
  }

  start(): void {
    this.#lastCheck = performance.now();
    this.#timer = setInterval(() => this.#run(), checkPeriod).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Between `start` and `stop`. */
  get isStarted(): boolean {
    return this.#timer !== undefined;
  }

  /** Started, and the last check was not long ago. */
  get isAlive(): boolean {
    return this.isStarted && performance.now() - this.#lastCheck < longestPause;
  }

  #run(): void {
    const now = performance.now();
    const stoodStill = now - this.#lastCheck > 2 * checkPeriod;
    this.#lastCheck = now;
    if (!stoodStill) this.#check(now);
  }
}
