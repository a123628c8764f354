/** The polling loop of one node: a round, a pause, until it is stopped; a wake-up ends the pause. */

/** Runs a round; resolves with the pause until the next one begins, milliseconds from `began`. Never rejects. */
export type Round = (began: number) => Promise<number>;

export class PollingLoop {
  readonly #round: Round;
  #isStopped = false;
  #wake: () => void = () => undefined;
  #ended: Promise<void> = Promise.resolve();

  constructor(round: Round) {
    this.#round = round;
  }

  start(): void {
    this.#ended = this.#run();
  }

  /** Begins the next round now, or right after the present one. */
  wake(): void {
    this.#wake();
  }

  /** Resolves when the present round has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#wake();
    await this.#ended;
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      const began = performance.now();
      const pause = await this.#round(began);
      await this.#sleep(Math.max(0, began + pause - performance.now()));
    }
  }

  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#isStopped) resolve();
      const timer =
        milliseconds === Number.POSITIVE_INFINITY ? undefined : setTimeout(resolve, milliseconds).unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** While a host is being switched its power is polled this often, milliseconds. */
const fastPeriod = 250;

/** Polls fast for a while. */
export class FastPolling {
  readonly #poll: () => Promise<void>;
  #until = 0;
  #isStopped = false;

  /** `poll` must not reject. */
  constructor(poll: () => Promise<void>) {
    this.#poll = poll;
  }

  /** Polls fast for so many milliseconds from now. */
  extend(milliseconds: number): void {
    const isRunning = performance.now() < this.#until;
    this.#until = Math.max(this.#until, performance.now() + milliseconds);
    if (!isRunning) void this.#run();
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #run(): Promise<void> {
    while (!this.#isStopped && performance.now() < this.#until) {
      await this.#poll();
      await new Promise((resolve) => setTimeout(resolve, fastPeriod).unref());
    }
  }
}
