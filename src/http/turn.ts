/** Measures the processor time that a network costs, by turns of the event loop. */
import type { ClientNetwork } from '../base/client-network.ts';

/**
 * Charges networks for turns of the event loop. A turn runs one callback of Node and the promise jobs that follow from it:
 * what a request does before it first waits for something outside, and between two such waits, is one turn each.
 */
export class TurnMeter {
  readonly #charge: (network: ClientNetwork, milliseconds: number) => void;
  readonly #now: () => number;
  #network: ClientNetwork | undefined;
  #begun = 0;

  constructor(
    charge: (network: ClientNetwork, milliseconds: number) => void,
    now: () => number = () => performance.now(),
  ) {
    this.#charge = charge;
    this.#now = now;
  }

  /** Charges `network` for all that runs from now until this turn ends, and whoever was charged before for what ran so far. */
  enter(network: ClientNetwork): void {
    if (this.#network === undefined) queueMicrotask(this.#afterJobs);
    else this.#settle();
    this.#network = network;
    this.#begun = this.#now();
  }

  /** A tick that a promise job asks for runs once no promise job is left. */
  readonly #afterJobs = (): void => process.nextTick(this.#settle);

  readonly #settle = (): void => {
    if (this.#network === undefined) return;
    this.#charge(this.#network, this.#now() - this.#begun);
    this.#network = undefined;
  };
}
