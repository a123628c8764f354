/**
 * The lines of a port expander that no kernel driver holds, over I2C. Reading a port takes a bus transfer, so inputs are
 * polled: `get` returns the level of the last poll, and throws while the chip does not answer. Levels of outputs are kept
 * here: a chip that a reset has turned to inputs is corrected at the next poll.
 */
import { DeviceError } from '../errors.ts';
import type { I2cDevice } from '../i2c/bus.ts';
import type { GpioChipSpec } from '../i2c/chip.ts';
import { DebouncedInput } from './debounce.ts';
import { ExpanderPorts } from './expander-ports.ts';
import type { GpioLine, GpioLines, LineRequest } from './lines.ts';

export interface ExpanderOptions {
  /** Milliseconds between polls of the inputs; 100 when left out. */
  readonly period?: number;
}

/** `names` are those of the lines in order; undefined for a line that must not be requested. Other lines are not touched. */
export function expanderLines(
  spec: GpioChipSpec,
  device: I2cDevice,
  names: readonly (string | undefined)[],
  { period = 100 }: ExpanderOptions = {},
): GpioLines {
  return new Expander(spec, device, names, period);
}

class Expander implements GpioLines {
  readonly ports: ExpanderPorts;
  readonly #spec: GpioChipSpec;
  readonly #device: I2cDevice;
  readonly #names: readonly (string | undefined)[];
  readonly #period: number;
  readonly #requested = new Map<string, ExpanderLine>();
  #fault: DeviceError | null = null;
  #timer: NodeJS.Timeout | undefined;
  #polling: Promise<void> | undefined;
  #closed = false;

  constructor(spec: GpioChipSpec, device: I2cDevice, names: readonly (string | undefined)[], period: number) {
    this.ports = new ExpanderPorts(spec);
    this.#spec = spec;
    this.#device = device;
    this.#names = names;
    this.#period = period;
  }

  /** Why the levels are unknown; null while the chip answers. */
  get fault(): DeviceError | null {
    return this.#fault;
  }

  async request(request: LineRequest): Promise<GpioLine> {
    const index = this.#indexOf(request);
    const line = new ExpanderLine(this, index, request);
    this.#requested.set(request.line, line);
    this.ports.use(index);
    try {
      await this.#polling;
      if (request.direction === 'in') this.ports.sense(index);
      // The present level is known only after an exchange.
      else if (request.keep) await this.#exchange();
      if (request.direction === 'out') line.drive(request.keep ? line.level : (request.initial ?? false));
      await this.#exchange();
    } catch (error) {
      this.#requested.delete(request.line);
      this.ports.release(index);
      throw error;
    }
    line.setBaseline();
    this.#timer ??= setInterval(() => void this.poll(), this.#period).unref();
    return line;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#polling;
    this.#requested.clear();
  }

  holds(line: ExpanderLine): boolean {
    return this.#requested.get(line.name) === line;
  }

  release(line: ExpanderLine): void {
    this.#requested.delete(line.name);
    this.ports.release(line.index);
    if (this.#requested.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** One poll at a time. A failure is kept in `fault` until it is over. */
  poll(): Promise<void> {
    this.#polling ??= this.#exchange()
      .then(
        () => this.#emitChanges(),
        () => undefined,
      )
      .finally(() => {
        this.#polling = undefined;
      });
    return this.#polling;
  }

  /** A poll that begins from now on: one under way may have passed the port already. */
  pollAnew(): Promise<void> {
    return (this.#polling ?? Promise.resolve()).then(() => this.poll());
  }

  async #exchange(): Promise<void> {
    try {
      await this.#device.run((access) => this.ports.exchange(access));
      this.#fault = null;
    } catch (error) {
      if (error instanceof DeviceError) this.#fault = error;
      throw error;
    }
  }

  #emitChanges(): void {
    const now = performance.now();
    for (const line of this.#requested.values()) line.update(now);
  }

  #indexOf(request: LineRequest): number {
    const where = `line ${request.line}`;
    const [chip] = this.#spec.compatible;
    const index = this.#names.indexOf(request.line);
    if (index < 0 || index >= this.#spec.lines)
      throw new DeviceError('no-bus', where, `${chip} at ${this.#device.name} has no such line`);
    if (this.#closed)
      throw new DeviceError('no-bus', where, `${chip} at ${this.#device.name} has been closed`);
    if (this.#requested.has(request.line))
      throw new DeviceError('held', where, 'it has been requested already');
    if (request.bias === 'pull-up' || request.bias === 'pull-down')
      throw new DeviceError('unsupported', where, `${chip} has no switchable bias`);
    return index;
  }
}

class ExpanderLine implements GpioLine {
  readonly index: number;
  readonly #expander: Expander;
  readonly #request: LineRequest;
  readonly #input = new DebouncedInput();
  readonly #listeners = new Set<(value: boolean) => void>();

  constructor(expander: Expander, index: number, request: LineRequest) {
    this.#expander = expander;
    this.index = index;
    this.#request = request;
  }

  get name(): string {
    return this.#request.line;
  }

  /** The logical value at the pin. */
  get level(): boolean {
    return this.#expander.ports.input(this.index) !== this.#request.activeLow;
  }

  get(): boolean {
    this.#check();
    if (this.#request.direction === 'in') return this.#input.value ?? this.level;
    return this.#expander.ports.output(this.index) !== this.#request.activeLow;
  }

  set(value: boolean): void {
    this.#check();
    if (this.#request.direction !== 'out')
      throw new DeviceError('unsupported', `line ${this.name}`, 'it is an input');
    this.drive(value);
    void this.#expander.pollAnew();
  }

  onChange(listener: (value: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    if (this.#expander.holds(this)) this.#expander.release(this);
  }

  /** Sets the level without waiting for the chip. */
  drive(value: boolean): void {
    this.#expander.ports.drive(this.index, value !== this.#request.activeLow);
  }

  /** Takes the present level of an input as known; it is no change. */
  setBaseline(): void {
    if (this.#request.direction === 'in') this.#input.reset(this.level);
  }

  /** Emits a change of an input. */
  update(now: number): void {
    const { direction, debounce = 0 } = this.#request;
    if (direction !== 'in') return;
    const value = this.level;
    if (!this.#input.update(value, now, debounce)) return;
    for (const listener of [...this.#listeners]) listener(value);
  }

  #check(): void {
    if (!this.#expander.holds(this))
      throw new DeviceError('no-bus', `line ${this.name}`, 'it has been released');
    if (this.#expander.fault) throw this.#expander.fault;
  }
}
