/** Charges what clients cost to the budgets of their networks; where no limit is set, nothing is measured. */
import type { Context } from 'koa';
import { type ClientNetwork, networkOf } from '../base/client-network.ts';
import { type BudgetOptions, Budgets, type Verdict } from './budgets.ts';
import type { Limits } from './limits.ts';
import { TurnMeter } from './turn.ts';

export class Meter {
  readonly #budgets: Budgets | undefined;
  readonly #turn: TurnMeter | undefined;

  /** @param ownerOf returns the account that logged in last from a host */
  constructor({ requestsPerSecond }: Limits, ownerOf: BudgetOptions['ownerOf']) {
    if (requestsPerSecond === 0) return;
    const budgets = new Budgets({ requestsPerSecond, ownerOf, now: () => performance.now() });
    this.#budgets = budgets;
    this.#turn = new TurnMeter((network, milliseconds) => budgets.charge(network, milliseconds));
  }

  /** Charges the client for the rest of this turn of the event loop. */
  enter(ctx: Context): void {
    this.#turn?.enter(networkOf(ctx.req.socket.remoteAddress ?? ''));
  }

  /** Takes one request from the budgets of a network, and charges it for this turn whatever the verdict. */
  request(network: ClientNetwork): Verdict {
    this.#turn?.enter(network);
    return this.#budgets?.request(network) ?? 'serve';
  }

  /** Pays beforehand for a connection; false where a budget of the network is used up. */
  connection(network: ClientNetwork, price: number): boolean {
    return this.#budgets?.connection(network, price) ?? true;
  }

  /** Pays beforehand for hashing a password; false where a budget of the network is used up. */
  hashing(network: ClientNetwork, price: number): boolean {
    return this.#budgets?.hashing(network, price) ?? true;
  }

  retryAfter(network: ClientNetwork): number {
    return this.#budgets?.retryAfter(network) ?? 1;
  }
}
