/** A bounded queue for costly work that serves its clients in turn, so that none waits for all of another's. */

export interface FairQueueOptions {
  /** Jobs at once, of which those without privilege may have all but one. */
  readonly concurrency: number;
  /** Jobs of one client that may wait, and of all clients. */
  readonly perClient: number;
  readonly total: number;
}

type Start = () => void;

export class FairQueue {
  readonly #options: FairQueueOptions;
  /** Jobs that wait, by client; the client that was served longest ago comes first. */
  readonly #privileged = new Map<string, Start[]>();
  readonly #others = new Map<string, Start[]>();
  #running = 0;
  #runningOthers = 0;
  #waiting = 0;

  constructor(options: FairQueueOptions) {
    this.#options = options;
  }

  /**
   * Waits for a place. Clients with privilege go first and have a place of their own.
   * @returns a function that frees the place; null at once where too many jobs wait already
   */
  async enter(client: string, privileged: boolean): Promise<(() => void) | null> {
    if (!this.#hasRoom(privileged)) {
      const queues = privileged ? this.#privileged : this.#others;
      const own = queues.get(client) ?? [];
      // Those without privilege cannot fill the queue for those with it.
      const total = privileged ? this.#options.total : this.#options.total / 2;
      if (own.length >= this.#options.perClient || this.#waiting >= total) return null;
      this.#waiting += 1;
      await new Promise<void>((start) => {
        own.push(start);
        queues.set(client, own);
      });
    } else this.#begin(privileged);
    let held = true;
    return () => {
      if (held) this.#leave(privileged);
      held = false;
    };
  }

  #hasRoom(privileged: boolean): boolean {
    const { concurrency } = this.#options;
    return this.#running < concurrency && (privileged || this.#runningOthers < Math.max(1, concurrency - 1));
  }

  #begin(privileged: boolean): void {
    this.#running += 1;
    if (!privileged) this.#runningOthers += 1;
  }

  #leave(privileged: boolean): void {
    this.#running -= 1;
    if (!privileged) this.#runningOthers -= 1;
    for (const next of [true, false]) {
      if (!this.#hasRoom(next)) continue;
      const start = takeTurn(next ? this.#privileged : this.#others);
      if (start === undefined) continue;
      this.#waiting -= 1;
      this.#begin(next);
      start();
      return;
    }
  }
}

/** The first job of the client that was served longest ago, which then goes to the end. */
function takeTurn(queues: Map<string, Start[]>): Start | undefined {
  const [first] = queues;
  if (first === undefined) return undefined;
  const [client, jobs] = first;
  const start = jobs.shift();
  queues.delete(client);
  if (jobs.length > 0) queues.set(client, jobs);
  return start;
}
