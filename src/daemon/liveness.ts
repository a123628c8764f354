/**
 * Whether the daemon is alive: the one rule by which every watchdog is fed, that of the machine and that of the service
 * manager. A part is dead when its own loop has stopped moving. A bus that hangs, a client that floods, a disk that is
 * full are not: to restart the controller for those would only add to the damage, and an attacker could ask for it.
 */
export interface Part {
  readonly name: string;
  /** Whether it moves. Reading this costs nothing. */
  readonly alive: boolean;
}

export class Liveness {
  readonly #parts: readonly Part[];

  constructor(parts: readonly Part[]) {
    this.#parts = parts;
  }

  /** Names of the parts that have stopped; none while the daemon is alive. */
  get dead(): readonly string[] {
    return this.#parts.filter(({ alive }) => !alive).map(({ name }) => name);
  }

  get alive(): boolean {
    return this.dead.length === 0;
  }

  /**
   * Calls `feed` every `period` milliseconds while all parts are alive, at once for the first time; `starve` is told,
   * once, when that ends and which parts have stopped, and null when it goes on. Returns the function that ends this.
   */
  feeds(period: number, feed: () => void, starve: (dead: readonly string[] | null) => void): () => void {
    let starving = false;
    const look = () => {
      const { dead } = this;
      if (dead.length === 0) feed();
      if (dead.length > 0 === starving) return;
      starving = dead.length > 0;
      starve(starving ? dead : null);
    };
    look();
    const timer = setInterval(look, period).unref();
    return () => clearInterval(timer);
  }
}
