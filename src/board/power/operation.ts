/** One run of a power operation: presses and waits that can be cut short, with every line released at the end. */
import type { Lines } from '../lines/lines.ts';
import type { ResetType } from '../model.ts';

/** What ends an operation early: another one that takes over, or the end of the daemon. */
export class CutShort extends Error {}

export class Operation {
  readonly type: ResetType | 'Restore';
  /** Resolves once the first step has been taken, be it a line that was driven; rejects when that fails. */
  readonly started: Promise<void>;
  /** Resolves when all is over and released; rejects with what went wrong. */
  readonly ended: Promise<void>;
  readonly #lines: Lines;
  readonly #abort = new AbortController();
  #driven: () => void = () => undefined;

  /** Begins with `steps` once the operation `before`, which is cut short, has released its lines. */
  constructor(
    type: Operation['type'],
    lines: Lines,
    before: Operation | null,
    steps: (operation: Operation) => Promise<void>,
  ) {
    this.type = type;
    this.#lines = lines;
    before?.cutShort();
    const driven = new Promise<void>((resolve) => {
      this.#driven = resolve;
    });
    this.ended = this.#run(before, steps);
    this.started = Promise.race([driven, this.ended]);
    this.started.catch(() => undefined);
  }

  cutShort(): void {
    this.#abort.abort();
  }

  /** Asserts a line for so long; `driven` is called once it is asserted. @throws DeviceError, CutShort */
  async press(line: string, milliseconds: number, driven?: () => void): Promise<void> {
    this.#check();
    await this.#lines.during(line, () => {
      this.#driven();
      driven?.();
      return this.wait(milliseconds);
    });
  }

  /** Drives a line to a value and leaves it there; `driven` is called once it is. @throws DeviceError, CutShort */
  drive(line: string, value: boolean, driven: () => void): void {
    this.#check();
    this.#lines.set(line, value);
    this.#driven();
    driven();
  }

  /** Has something else done than a line driven; `driven` is called once it is. @throws CutShort, what the job throws */
  async ask(job: () => Promise<void>, driven?: () => void): Promise<void> {
    this.#check();
    await job();
    this.#driven();
    driven?.();
    this.#check();
  }

  /** Waits so long, or until `wake`, which `watch` is given, is called; `watch` returns what ends that. @throws CutShort */
  async wait(milliseconds: number, watch?: (wake: () => void) => () => void): Promise<void> {
    this.#check();
    let timer: NodeJS.Timeout | undefined;
    let unwatch: (() => void) | undefined;
    const { signal } = this.#abort;
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, milliseconds);
      unwatch = watch?.(resolve);
      signal.onabort = () => resolve();
    });
    clearTimeout(timer);
    unwatch?.();
    this.#check();
  }

  async #run(before: Operation | null, steps: (operation: Operation) => Promise<void>): Promise<void> {
    await before?.ended.catch(() => undefined);
    this.#check();
    await steps(this);
  }

  #check(): void {
    if (this.#abort.signal.aborted) throw new CutShort();
  }
}
