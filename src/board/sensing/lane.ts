/** One loop over jobs that share a bus, each at its own time: the job that is due longest runs first. */
export interface Job {
  /** When to run next, on the monotonic clock; 0 means at once. */
  due: number;
}

export class Lane<J extends Job> {
  readonly jobs: readonly J[];
  readonly #run: (job: J) => Promise<void>;
  #current: { readonly job: J; readonly since: number } | null = null;
  #isRunning = false;
  #hasFailed = false;
  #wake: () => void = () => undefined;
  #ended: Promise<void> = Promise.resolve();

  /** `run` must not throw, and must set when the job is due again. */
  constructor(jobs: readonly J[], run: (job: J) => Promise<void>) {
    this.jobs = jobs;
    this.#run = run;
  }

  /** The job that runs now, and since when on the monotonic clock; null between jobs. */
  get current(): { readonly job: J; readonly since: number } | null {
    return this.#current;
  }

  /** The loop has ended by an error. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  start(): void {
    this.#isRunning = true;
    this.#ended = this.#loop().catch((error: unknown) => {
      this.#hasFailed = true;
      throw error;
    });
    // `stop` rethrows it, and `hasFailed` shows it before.
    this.#ended.catch(() => undefined);
  }

  /** Resolves when the running job has ended. @throws the error that ended the loop */
  stop(): Promise<void> {
    this.#isRunning = false;
    this.#wake();
    return this.#ended;
  }

  /** Makes the jobs due now for which `test` holds. */
  wake(test: (job: J) => boolean): void {
    const woken = this.jobs.filter(test);
    for (const job of woken) job.due = 0;
    if (woken.length > 0) this.#wake();
  }

  async #loop(): Promise<void> {
    while (this.#isRunning) {
      const next = this.#next();
      if (next === undefined) return;
      const wait = next.due - performance.now();
      if (wait > 0) {
        await this.#sleep(wait);
        continue;
      }
      this.#current = { job: next, since: performance.now() };
      await this.#run(next);
      this.#current = null;
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
