/** One loop over jobs that share a bus, each at its own time: the job that is due longest goes first. */
export interface Due {
  /** When it is to run next, on the monotonic clock; zero is at once. */
  due: number;
}

export class Lane<J extends Due> {
  readonly jobs: readonly J[];
  /** The job that runs now. */
  current: J | null = null;
  /** When that job began. */
  begun = 0;
  /** Its loop has ended although nobody stopped it. */
  dead = false;
  readonly #run: (job: J) => Promise<void>;
  #running = false;
  #wake: () => void = () => undefined;
  #ended: Promise<void> = Promise.resolve();

  /** `run` must not throw, and must set when the job is due again. */
  constructor(jobs: readonly J[], run: (job: J) => Promise<void>) {
    this.jobs = jobs;
    this.#run = run;
  }

  start(): void {
    this.#running = true;
    this.#ended = this.#loop().catch((error: unknown) => {
      this.dead = true;
      throw error;
    });
    // Whoever stops it hears of it, and `dead` says so before.
    this.#ended.catch(() => undefined);
  }

  /** Resolves when the job that runs has ended. */
  stop(): Promise<void> {
    this.#running = false;
    this.#wake();
    return this.#ended;
  }

  /** Makes the jobs that `which` picks due now. */
  wake(which: (job: J) => boolean): void {
    let any = false;
    for (const job of this.jobs) {
      if (!which(job)) continue;
      job.due = 0;
      any = true;
    }
    if (any) this.#wake();
  }

  async #loop(): Promise<void> {
    while (this.#running) {
      const next = this.#next();
      if (next === undefined) return;
      const wait = next.due - performance.now();
      if (wait > 0) {
        await this.#sleep(wait);
        continue;
      }
      this.current = next;
      this.begun = performance.now();
      await this.#run(next);
      this.current = null;
    }
  }

  #next(): J | undefined {
    let [next] = this.jobs;
    for (const job of this.jobs) if (next === undefined || job.due < next.due) next = job;
    return next;
  }

  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
