/**
 * One GPIO line: requested until it is available, watched, driven, and requested again after its chip was gone.
 *
 * States: `closed` (not available, or not wanted) → `opening` (requested) → `open`; `noisy` is an input that changes too
 * often to be followed, `blind` an output that does not read back what it drives.
 */
import { DeviceError } from '../../../drivers/errors.ts';
import type { GpioLine } from '../../../drivers/gpio/lines.ts';
import type { LineFacts } from '../../platform/vocabulary/index.ts';
import { EdgeStorm } from './edge-storm.ts';

/** How long a noisy input must be calm, and how long an output may show another value, before that counts. */
const patience = 1000;

export type LineState = 'closed' | 'opening' | 'open' | 'noisy' | 'blind';

/** Receives the reason why a line is not usable; null once it is, or once its chip is not `present` any more. */
export type LineReport = (fault: string | null, present: boolean) => void;

export interface LineParts {
  /** Requests the line from its chip or node; outputs start with `driven`, if that is not null. @throws DeviceError */
  readonly request: (driven: boolean | null) => Promise<GpioLine>;
  readonly report: LineReport;
  /** Whether the chip of the line is present; a line whose chip is not is given back, and that is no fault. */
  readonly isPresent: () => boolean;
}

export class Line {
  readonly name: string;
  readonly facts: LineFacts;
  readonly #parts: LineParts;
  readonly #listeners = new Set<(value: boolean) => void>();
  readonly #storm = new EdgeStorm();
  #state: LineState = 'closed';
  #gpio: GpioLine | null = null;
  #fault: string | null = null;
  /** Value that an output takes as soon as it can; null when only commands drive it. */
  #wanted: boolean | null = null;
  /** Value last driven; null before the output was first open. */
  #driven: boolean | null = null;
  #readsBack = true;
  /** Value last emitted to listeners. */
  #emitted: boolean | null = null;
  /** Asserted for the duration of a job. */
  #isAsserted = false;
  #isEnded = false;
  #unsubscribe: () => void = () => undefined;
  /** Pending check whether an input is calm, or an output shows its value again. */
  #timer: NodeJS.Timeout | undefined;

  constructor(name: string, facts: LineFacts, parts: LineParts) {
    this.name = name;
    this.facts = facts;
    this.#parts = parts;
  }

  get state(): LineState {
    return this.#state;
  }

  /** Logical value; null when it cannot be read. */
  get(): boolean | null {
    try {
      return this.#gpio?.get() ?? null;
    } catch {
      return null;
    }
  }

  /** Drives an output. @throws DeviceError */
  set(value: boolean): void {
    if (this.#gpio === null)
      throw new DeviceError('no-bus', `line ${this.name}`, this.#fault ?? 'it has not been opened');
    this.#gpio.set(value);
    this.#driven = value;
    if (this.#wanted !== null) this.#wanted = value;
    // In a microtask of its own, as the edges of an input are.
    queueMicrotask(() => this.#emit(value));
  }

  /** Makes an output take `value`, now or as soon as it can. */
  show(value: boolean): void {
    if (this.#wanted === value) return;
    this.#wanted = value;
    this.#driveWanted();
  }

  /** Asserts an output while `job` runs and always releases it. @throws DeviceError, what the job throws */
  async during<T>(job: () => Promise<T>): Promise<T> {
    this.set(true);
    this.#isAsserted = true;
    try {
      return await job();
    } finally {
      // `end` may have released it meanwhile.
      if (this.#isAsserted) this.#release();
    }
  }

  /** Calls `listener` with each change of an input or of the driven value, and once when the line opens. */
  watch(listener: (value: boolean) => void): void {
    this.#listeners.add(listener);
  }

  /** Requests the line unless that is done or under way; a fault is reported once, until the line opens. */
  async open(): Promise<void> {
    await this.#request();
  }

  /** Finds what no edge reports: a chip that is gone or was reset, a lost edge. */
  check(): void {
    if (this.#gpio === null) {
      if (this.#state === 'closed') void this.#request();
      return;
    }
    this.#driveWanted();
    let value: boolean;
    try {
      value = this.#gpio.get();
    } catch (error) {
      this.#lost(error);
      return;
    }
    if (this.facts.direction === 'in') {
      if (this.#state === 'noisy') this.#listenAgain();
      else if (this.#emitted !== null && this.#emitted !== value) this.#emit(value);
    } else if (this.#driven !== null && this.#driven !== value && this.#readsBack)
      this.#redrive(this.#driven);
  }

  /** The chip of the line may have come or gone. */
  reevaluate(): void {
    if (this.#parts.isPresent()) {
      if (this.#gpio === null) void this.#request();
      return;
    }
    this.#close();
    this.#driven = null;
    this.#readsBack = true;
    this.#isAsserted = false;
    this.#setFault(null, false);
  }

  /** Releases the line if it is asserted for a job, and gives it back for good. */
  end(): void {
    this.#isEnded = true;
    if (this.#isAsserted) {
      this.#isAsserted = false;
      try {
        this.set(false);
      } catch {
        // The chip is gone, and with it the level.
      }
    }
    this.#close();
  }

  get #isWanted(): boolean {
    return !this.#isEnded && this.#parts.isPresent();
  }

  /** `onOpen` examines the line before anything else uses it. */
  async #request(onOpen?: (gpio: GpioLine) => void): Promise<void> {
    if (this.#state !== 'closed' || !this.#isWanted) return;
    this.#state = 'opening';
    try {
      const gpio = await this.#parts.request(this.#driven);
      if (this.#isWanted) this.#opened(gpio, onOpen);
      else gpio.close();
    } catch (error) {
      if (this.#isWanted) this.#setFault(messageOf(error));
    } finally {
      if (this.#gpio === null) this.#state = 'closed';
    }
  }

  #opened(gpio: GpioLine, onOpen?: (gpio: GpioLine) => void): void {
    const isInput = this.facts.direction === 'in';
    let value: boolean | null = null;
    this.#gpio = gpio;
    this.#state = this.#readsBack ? 'open' : 'blind';
    try {
      if (isInput) this.#listen(gpio);
      if (isInput || this.#listeners.size > 0 || onOpen !== undefined)
        value = isInput || this.#driven === null ? gpio.get() : this.#driven;
      onOpen?.(gpio);
    } catch (error) {
      this.#close();
      throw error;
    }
    if (!isInput) this.#driven ??= this.facts.keep === true ? value : (this.facts.initial ?? false);
    this.#setFault(null);
    this.#driveWanted();
    if (value !== null) this.#emit(value);
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#unsubscribe();
    this.#emitted = null;
    this.#gpio?.close();
    this.#gpio = null;
    if (this.#state !== 'opening') this.#state = 'closed';
  }

  /** The chip does not respond: the line is requested until it does. */
  #lost(error: unknown): void {
    this.#close();
    this.#setFault(messageOf(error));
    void this.#request();
  }

  #release(): void {
    this.#isAsserted = false;
    try {
      this.set(false);
    } catch (error) {
      this.#wanted = false;
      throw error;
    }
  }

  /** A value that cannot be driven now is driven at the next check. */
  #driveWanted(): void {
    const gpio = this.#gpio;
    const wanted = this.#wanted;
    try {
      if (gpio === null || wanted === null || gpio.get() === wanted) return;
      gpio.set(wanted);
      this.#driven = wanted;
    } catch {
      // The next check tries again.
    }
  }

  /** An output shows another value than it drives: something else pulls it for a moment, or its chip was reset. */
  #redrive(driven: boolean): void {
    const isShown = () => {
      this.#gpio?.set(driven);
      return this.#gpio?.get() === driven;
    };
    try {
      if (isShown()) return;
    } catch (error) {
      this.#lost(error);
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      try {
        if (this.#gpio === null || this.#driven !== driven || isShown()) return;
      } catch {
        // Requested again below, which reports the fault.
      }
      void this.#renew(driven);
    }, patience).unref();
  }

  /** A chip that was reset has forgotten that the line is an output: only a new request configures it again. */
  async #renew(driven: boolean): Promise<void> {
    this.#close();
    await this.#request((gpio) => {
      if (gpio.get() !== driven) {
        // Not a reset: this chip never reads its outputs back.
        this.#readsBack = false;
        this.#state = 'blind';
        return;
      }
      this.#parts.report(
        'it did not show the value that it was set to: its chip was reset, and it has been set again',
        true,
      );
      this.#emit(!driven);
      this.#parts.report(null, true);
    });
  }

  #listen(gpio: GpioLine): void {
    this.#storm.reset();
    const stop = gpio.onChange((value) => {
      if (this.#state !== 'open') return;
      if (!this.#storm.count(performance.now())) {
        this.#emit(value);
        return;
      }
      this.#unsubscribe();
      this.#state = 'noisy';
      this.#setFault(
        `it changes more than ${this.#storm.limit} times a second; its last value is used until it is calm`,
      );
    });
    this.#unsubscribe = () => {
      stop();
      this.#unsubscribe = () => undefined;
    };
  }

  /** Follows a noisy input again; the fault is over once it has been calm for a while. */
  #listenAgain(): void {
    if (this.#gpio === null) return;
    this.#state = 'open';
    this.#listen(this.#gpio);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#state !== 'open') return;
      this.#setFault(null);
      const value = this.get();
      if (value !== null && value !== this.#emitted) this.#emit(value);
    }, patience).unref();
  }

  #setFault(fault: string | null, present = true): void {
    const before = this.#fault;
    this.#fault = fault;
    // Only that there is a fault is news, not that its text changed.
    if ((before === null) !== (fault === null)) this.#parts.report(fault, present);
  }

  #emit(value: boolean): void {
    this.#emitted = value;
    for (const listener of this.#listeners) listener(value);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
