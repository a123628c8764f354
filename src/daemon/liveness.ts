/**
 * Liveness of the daemon: the one rule by which both watchdogs are fed, the board's and the service manager's. A part is
 * dead when its own loop has stopped. A bus that hangs, a client that floods, a full disk are not: a reset of the
 * controller would only add to the damage, and an attacker could provoke it.
 */
export interface LivenessPart {
  readonly name: string;
  /** Whether its loop runs. Must not block or allocate. */
  readonly isAlive: () => boolean;
}

export class Liveness {
  readonly #parts: readonly LivenessPart[];

  constructor(parts: readonly LivenessPart[]) {
    this.#parts = parts;
  }

  /** Names of the parts that have stopped; empty while the daemon is alive. */
  get dead(): readonly string[] {
    return this.#parts.filter(({ isAlive }) => !isAlive()).map(({ name }) => name);
  }

  get alive(): boolean {
    return this.dead.length === 0;
  }

  /**
   * Calls `feed` at once and then every `period` milliseconds while all parts are alive.
   *
   * @param changed receives the names of the dead parts when feeding ends, and null when it resumes
   * @returns the function that ends feeding
   */
  feeds(period: number, feed: () => void, changed: (dead: readonly string[] | null) => void): () => void {
    let starving = false;
    const check = () => {
      const { dead } = this;
      if (dead.length === 0) feed();
      if (dead.length > 0 === starving) return;
      starving = dead.length > 0;
      changed(starving ? dead : null);
    };
    check();
    const timer = setInterval(check, period).unref();
    return () => clearInterval(timer);
  }
}
