/**
 * One GPIO line: requested until it is available, watched, driven, and requested again after its chip was gone.
 *
 * States: `closed` (not available, or not wanted) → `opening` (requested) → `open`; `noisy` is an input that changes too
 * often to be followed, `blind` an output that does not read back what it drives.
 */
import { DeviceError } from '../../../drivers/errors.ts';
import type { GpioLine } from '../../../drivers/gpio/lines.ts';
import type { LineFacts } from '../../platform/vocabulary/index.ts';
import { EdgeFollower, edgeLimit } from './edge-follower.ts';

/** How long a noisy input must be calm, and how long an output may show another value, before that counts. */
const patience = 1000;

export type LineState = 'closed' | 'opening' | 'open' | 'noisy' | 'blind';

export interface LineParts {
  /** Requests the line from its chip or node; outputs start with `driven`, if that is not null. @throws DeviceError */
  readonly request: (driven: boolean | null) => Promise<GpioLine>;
  /** Receives the reason why the line is not usable; null once it is, or once its chip is not `present` any more. */
  readonly report: (fault: string | null, present: boolean) => void;
  /** Whether the chip of the line is present; a line whose chip is not is given back, and that is no fault. */
  readonly isPresent: () => boolean;
}

export class Line {
  readonly name: string;
  readonly facts: LineFacts;
  readonly #parts: LineParts;
  readonly #listeners = new Set<(value: boolean) => void>();
  readonly #edges = new EdgeFollower();
  #state: LineState = 'closed';
  #gpio: GpioLine | null = null;
  #fault: string | null = null;
  /** Value that an output takes as soon as it can; null when only commands drive it. */
  #wanted: boolean | null = null;
  /** Value last driven; null before the output was first open. */
  #driven: boolean | null = null;
  #readsBack = true;
  #emitted: boolean | null = null;
  /** Asserted for the duration of a job. */
  #isAsserted = false;
  #isEnded = false;
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

  /** Finds what no edge reports: a chip that is gone or was reset, a lost edge. */
  check(): void {
    if (this.#gpio === null) {
      void this.open();
      return;
    }
    this.#driveWanted();
    try {
      const value = this.#gpio.get();
      if (this.facts.direction === 'in') this.#checkInput(value);
      else if (this.#driven !== null && this.#driven !== value && this.#readsBack)
        this.#redrive(this.#driven);
    } catch (error) {
      this.#lost(error);
    }
  }

  /** The chip of the line may have come or gone. */
  reevaluate(): void {
    if (this.#parts.isPresent()) {
      void this.open();
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
    try {
      if (this.#isAsserted) this.#release();
    } catch {
      // The chip is gone, and with it the level.
    }
    this.#close();
  }

  get #isWanted(): boolean {
    return !this.#isEnded && this.#parts.isPresent();
  }

  /**
   * Requests the line unless that is done or under way; a fault is reported once, until the line opens. `onOpen` examines
   * the line before anything else uses it.
   */
  async open(onOpen?: (gpio: GpioLine) => void): Promise<void> {
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
    this.#edges.stop();
    this.#emitted = null;
    this.#gpio?.close();
    this.#gpio = null;
    if (this.#state !== 'opening') this.#state = 'closed';
  }

  /** The chip does not respond: the line is requested until it does. */
  #lost(error: unknown): void {
    this.#close();
    this.#setFault(messageOf(error));
    void this.open();
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
    const wanted = this.#wanted;
    try {
      if (this.#gpio === null || wanted === null || this.#gpio.get() === wanted) return;
      this.#gpio.set(wanted);
      this.#driven = wanted;
    } catch {
      // The next check tries again.
    }
  }

  /** An output shows another value: something else pulls it for a moment, or its chip was reset. @throws DeviceError */
  #redrive(driven: boolean): void {
    const isShown = () => {
      this.#gpio?.set(driven);
      return this.#gpio?.get() === driven;
    };
    if (isShown()) return;
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
    await this.open((gpio) => {
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
    const onStorm = () => {
      this.#state = 'noisy';
      this.#setFault(
        `it changes more than ${edgeLimit} times a second; its last value is used until it is calm`,
      );
    };
    this.#edges.follow(gpio, (value) => this.#emit(value), onStorm);
  }

  #checkInput(value: boolean): void {
    if (this.#state === 'noisy') this.#listenAgain();
    else if (this.#emitted !== null && this.#emitted !== value) queueMicrotask(() => this.#emit(value));
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
    // That a fault exists is reported, not that its text changed.
    const isNews = (this.#fault === null) !== (fault === null);
    this.#fault = fault;
    if (isNews) this.#parts.report(fault, present);
  }

  #emit(value: boolean): void {
    this.#emitted = value;
    for (const listener of this.#listeners) listener(value);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
