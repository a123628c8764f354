/** The life cycle of the daemon's parts: start in order of registration, stop in reverse. */
import type { Logger } from '../base/logger.ts';

type Step = () => void | Promise<void>;

interface Part {
  readonly name: string;
  readonly start: Step;
  readonly stop: Step;
  started: boolean;
}

export class Lifecycle {
  readonly #log: Logger;
  readonly #parts: Part[] = [];
  #stopped: Promise<void> | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Registers a part that starts with `start` of the life cycle. */
  add(name: string, start: Step, stop: Step = () => {}): void {
    this.#parts.push({ name, start, stop, started: false });
  }

  /** Registers a part that works from its construction on, such as an open file. */
  addStarted(name: string, stop: Step): void {
    this.#parts.push({ name, start: () => {}, stop, started: true });
  }

  /** Starts what has not started yet. @throws the error of the first part that fails; later parts do not start */
  async start(): Promise<void> {
    for (const part of this.#parts) {
      if (part.started) continue;
      // A part that fails while it starts may hold something already.
      part.started = true;
      await part.start();
    }
  }

  /** Stops what has started. A part that fails to stop is logged, and the others stop all the same. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  async #stopAll(): Promise<void> {
    for (const { name, stop } of this.#parts.filter(({ started }) => started).reverse()) {
      try {
        await stop();
      } catch (error) {
        this.#log.error('a part of the daemon did not stop cleanly', { name, err: error });
      }
    }
  }
}
