/** The GPIO lines of the board by the names of the descriptor; those that cannot be had are asked for again. */
import { DeviceError } from '../../drivers/errors.ts';
import type { GpioLine, GpioLines } from '../../drivers/gpio/lines.ts';
import type { LineFacts } from '../platform/schema.ts';

const retryPeriod = 10_000;

interface Held {
  readonly facts: LineFacts;
  line: GpioLine | null;
  requesting: boolean;
  fault: string | null;
  /** What an output is to show as soon as it can; null when it is driven by commands alone. */
  shown: boolean | null;
  readonly listeners: Set<(value: boolean) => void>;
}

/** Told of a line that cannot be had, and why; null once it can, or once the chip it is on is not `there` any more. */
export type LineReport = (name: string, fault: string | null, there: boolean) => void;

export class Lines {
  readonly #gpio: GpioLines;
  readonly #held = new Map<string, Held>();
  /** Lines that are asserted for the time of a job. */
  readonly #asserted = new Set<string>();
  readonly #report: LineReport;
  readonly #isThere: (chassis: string) => boolean;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  /** `report` is told of a line that cannot be had, and of its coming; `isThere` says whether a chassis can be asked. */
  constructor(
    gpio: GpioLines,
    facts: Readonly<Record<string, LineFacts>>,
    report: LineReport,
    isThere: (chassis: string) => boolean = () => true,
  ) {
    this.#gpio = gpio;
    this.#report = report;
    this.#isThere = isThere;
    for (const [name, each] of Object.entries(facts)) {
      this.#held.set(name, {
        facts: each,
        line: null,
        requesting: false,
        fault: null,
        shown: null,
        listeners: new Set(),
      });
    }
  }

  /** Requests every line; those that fail are tried again in the background until `close`. */
  async open(): Promise<void> {
    this.#retry = setInterval(() => {
      for (const [name, held] of this.#held) {
        if (held.line === null) void this.#request(name, held);
        else this.#catchUp(held);
      }
    }, retryPeriod).unref();
    // What a chassis carries is asked for once it is known whether the chassis is there.
    const [fixed, carried] = [false, true].map((isCarried) =>
      [...this.#held].filter(([, { facts }]) => (facts.chassis !== undefined) === isCarried),
    );
    for (const some of [fixed, carried])
      await Promise.all((some ?? []).map(([name, held]) => this.#request(name, held)));
  }

  /** Chassis have come or gone, and with them the lines that they carry. */
  reconsider(): void {
    for (const [name, held] of this.#held) {
      if (held.facts.chassis === undefined) continue;
      if (this.#isThere(held.facts.chassis)) {
        if (held.line === null) void this.#request(name, held);
      } else this.#drop(name, held);
    }
  }

  /** Its chip has gone: whatever it was, it is no fault. */
  #drop(name: string, held: Held): void {
    held.line?.close();
    held.line = null;
    this.#asserted.delete(name);
    if (held.fault !== null) this.#report(name, null, false);
    held.fault = null;
  }

  /** Logical value of a line; null when it cannot be read. */
  get(name: string | undefined): boolean | null {
    const held = name === undefined ? undefined : this.#held.get(name);
    if (held?.line == null) return null;
    try {
      return held.line.get();
    } catch {
      return null;
    }
  }

  /** Drives an output. @throws DeviceError */
  set(name: string, value: boolean): void {
    const held = this.#held.get(name);
    if (held?.line == null)
      throw new DeviceError('no-bus', `line ${name}`, held?.fault ?? 'it has not been opened');
    held.line.set(value);
    if (held.shown !== null) held.shown = value;
    // As for an input, whose edges come in a turn of their own.
    queueMicrotask(() => this.#tell(held, value));
  }

  /** Has an output show `value`, now or as soon as it can. */
  show(name: string, value: boolean): void {
    const held = this.#held.get(name);
    if (held === undefined || held.shown === value) return;
    held.shown = value;
    this.#catchUp(held);
  }

  /** Asserts an output while `job` runs; it is released whatever comes of it. @throws DeviceError, what the job throws */
  async during<T>(name: string, job: () => Promise<T>): Promise<T> {
    this.set(name, true);
    this.#asserted.add(name);
    try {
      return await job();
    } finally {
      // `close` may have released it meanwhile.
      if (this.#asserted.delete(name)) this.#release(name);
    }
  }

  /** Calls `listener` with each change of an input, with what an output is set to, and once when the line comes. */
  watch(name: string | undefined, listener: (value: boolean) => void): void {
    if (name !== undefined) this.#held.get(name)?.listeners.add(listener);
  }

  /** Releases what is asserted for a time, and gives all lines back. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#retry);
    for (const name of this.#asserted) {
      try {
        this.set(name, false);
      } catch {
        // Nobody is left to try again.
      }
    }
    this.#asserted.clear();
    for (const held of this.#held.values()) {
      held.line?.close();
      held.line = null;
    }
  }

  #release(name: string): void {
    try {
      this.set(name, false);
    } catch (error) {
      const held = this.#held.get(name);
      if (held !== undefined) held.shown = false;
      throw error;
    }
  }

  /** A line that cannot be driven now is driven at the next look. */
  #catchUp({ line, shown }: Held): void {
    try {
      if (line !== null && shown !== null && line.get() !== shown) line.set(shown);
    } catch {
      // The next look tries again.
    }
  }

  async #request(name: string, held: Held): Promise<void> {
    const { chassis } = held.facts;
    const isGone = () => this.#closed || (chassis !== undefined && !this.#isThere(chassis));
    if (held.requesting || held.line !== null || isGone()) return;
    held.requesting = true;
    try {
      const line = await this.#open(name, held.facts);
      if (isGone()) line.close();
      else this.#take(name, held, line);
    } catch (error) {
      const fault = error instanceof Error ? error.message : String(error);
      if (isGone()) return;
      if (held.fault === null) this.#report(name, fault, true);
      held.fault = fault;
    } finally {
      held.requesting = false;
    }
  }

  #open(name: string, facts: LineFacts): Promise<GpioLine> {
    return this.#gpio.request({
      line: facts.line ?? name,
      direction: facts.direction,
      activeLow: facts.activeLow ?? false,
      ...(facts.direction === 'out' ? { initial: facts.initial ?? false } : {}),
      ...(facts.keep === undefined ? {} : { keep: facts.keep }),
      ...(facts.bias === undefined ? {} : { bias: facts.bias }),
      ...(facts.debounce === undefined ? {} : { debounce: facts.debounce }),
    });
  }

  #take(name: string, held: Held, line: GpioLine): void {
    let now: boolean | null = null;
    if (held.facts.direction === 'in' || held.listeners.size > 0) {
      try {
        if (held.facts.direction === 'in') line.onChange((value) => this.#tell(held, value));
        now = line.get();
      } catch (error) {
        line.close();
        throw error;
      }
    }
    held.line = line;
    if (held.fault !== null) this.#report(name, null, true);
    held.fault = null;
    this.#catchUp(held);
    if (now !== null) this.#tell(held, now);
  }

  #tell(held: Held, value: boolean): void {
    for (const listener of held.listeners) listener(value);
  }
}
