/** Measures the processor time that a client costs, by turns of the event loop. */

/**
 * Charges clients for turns of the event loop. A turn runs one callback of Node and the promise jobs that follow from it:
 * what a request does before it first waits for something outside, and between two such waits, is one turn each.
 */
export class TurnMeter {
  readonly #charge: (client: string, milliseconds: number) => void;
  readonly #now: () => number;
  #client: string | undefined;
  #begun = 0;

  constructor(
    charge: (client: string, milliseconds: number) => void,
    now: () => number = () => performance.now(),
  ) {
    this.#charge = charge;
    this.#now = now;
  }

  /** Charges `client` for all that runs from now until this turn ends. */
  enter(client: string): void {
    // Pipelined requests share a turn, and are charged for it once.
    if (this.#client === client) return;
    if (this.#client === undefined) queueMicrotask(this.#afterJobs);
    else this.#settle();
    this.#client = client;
    this.#begun = this.#now();
  }

  /** A tick that a promise job asks for runs once no promise job is left. */
  readonly #afterJobs = (): void => process.nextTick(this.#settle);

  readonly #settle = (): void => {
    if (this.#client === undefined) return;
    this.#charge(this.#client, this.#now() - this.#begun);
    this.#client = undefined;
  };
}
