/** The power state that a host returns to after a loss of mains: remembered while it runs, followed when mains returns. */
import type { Logger } from '../../base/logger.ts';
import type { RestorePolicy } from '../model/power.ts';
import type { PersistedState } from '../persisted-state.ts';
import type { HostPower } from './host-power.ts';

/** A state that has held this long is the one to return to; the drop before a loss of mains is not. Milliseconds. */
const steadyTime = 5_000;

export interface PowerRestoreParts {
  readonly host: string;
  readonly persisted: PersistedState;
  readonly power: () => HostPower;
  readonly policy: () => RestorePolicy;
  readonly log: Logger;
}

export class PowerRestore {
  readonly #parts: PowerRestoreParts;
  #isDue = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: PowerRestoreParts) {
    this.#parts = parts;
  }

  /** An operation has begun: whatever mains does meanwhile, its aim is the state to return to. */
  aim(on: boolean): void {
    this.#remember(on);
  }

  /** No operation runs, and this is power-good. */
  resting(on: boolean): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const power = this.#parts.power();
      // An operation that has begun since has set its aim.
      if (power.resting && power.good === on) this.#remember(on);
    }, steadyTime).unref();
  }

  /** Mains has returned: the policy applies as soon as power-good can be read. */
  mainsRestored(): void {
    this.#isDue = true;
    this.apply();
  }

  apply(): void {
    const { host, persisted, power, policy } = this.#parts;
    if (!this.#isDue || power().good === null) return;
    this.#isDue = false;
    const name = policy();
    if (name === 'AlwaysOn' || (name === 'LastState' && persisted.wasOn(host))) power().restore();
  }

  /** The host was pulled: the last state remains the one to return to. */
  forget(): void {
    this.#isDue = false;
    clearTimeout(this.#timer);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** A store that cannot be written delays no power operation; it is tried again. */
  #remember(on: boolean): void {
    clearTimeout(this.#timer);
    const { host, persisted, log } = this.#parts;
    try {
      persisted.setWasOn(host, on);
    } catch (error) {
      log.error('the power state to return to after a loss of mains cannot be stored', {
        host,
        error: String(error),
      });
      this.#timer = setTimeout(() => this.#remember(on), steadyTime).unref();
    }
  }
}
