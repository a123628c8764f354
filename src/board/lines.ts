/** The GPIO lines of the board by the names of the descriptor; those that cannot be had are asked for again. */
import { DeviceError } from '../../drivers/errors.ts';
import type { GpioLine, GpioLines } from '../../drivers/gpio/lines.ts';
import type { LineFacts } from '../platform/schema.ts';

const retryPeriod = 10_000;

interface Held {
  readonly facts: LineFacts;
  line: GpioLine | null;
  fault: string | null;
  readonly listeners: Set<(value: boolean) => void>;
}

export class Lines {
  readonly #gpio: GpioLines;
  readonly #held = new Map<string, Held>();
  readonly #report: (name: string, fault: string | null) => void;
  #retry: NodeJS.Timeout | undefined;

  /** `report` is told of a line that cannot be had, and of its coming. */
  constructor(
    gpio: GpioLines,
    facts: Readonly<Record<string, LineFacts>>,
    report: (name: string, fault: string | null) => void,
  ) {
    this.#gpio = gpio;
    this.#report = report;
    for (const [name, each] of Object.entries(facts)) {
      this.#held.set(name, { facts: each, line: null, fault: null, listeners: new Set() });
    }
  }

  /** Requests every line; those that fail are tried again in the background until `close`. */
  async open(): Promise<void> {
    await Promise.all([...this.#held].map(([name, held]) => this.#request(name, held)));
    this.#retry = setInterval(() => {
      for (const [name, held] of this.#held) if (held.line === null) void this.#request(name, held);
    }, retryPeriod).unref();
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
  }

  /** Calls `listener` with each change of an input, and once when the line comes late. */
  watch(name: string | undefined, listener: (value: boolean) => void): void {
    if (name !== undefined) this.#held.get(name)?.listeners.add(listener);
  }

  close(): void {
    clearInterval(this.#retry);
    for (const held of this.#held.values()) held.line?.close();
  }

  async #request(name: string, held: Held): Promise<void> {
    const { facts } = held;
    try {
      held.line = await this.#gpio.request({
        line: facts.line ?? name,
        direction: facts.direction,
        activeLow: facts.activeLow ?? false,
        ...(facts.direction === 'out' ? { initial: facts.initial ?? false } : {}),
        ...(facts.bias === undefined ? {} : { bias: facts.bias }),
        ...(facts.debounce === undefined ? {} : { debounce: facts.debounce }),
      });
    } catch (error) {
      const fault = error instanceof Error ? error.message : String(error);
      if (held.fault === null) this.#report(name, fault);
      held.fault = fault;
      return;
    }
    if (held.fault !== null) this.#report(name, null);
    held.fault = null;
    if (facts.direction !== 'in') return;
    const tell = (value: boolean) => {
      for (const listener of held.listeners) listener(value);
    };
    held.line.onChange(tell);
    tell(held.line.get());
  }
}
