/** A simulated port expander. */
import type { GpioChipSpec } from '../../../drivers/i2c/chip.ts';
import type { I2cModel } from './model.ts';

export class PortModel implements I2cModel {
  readonly #registers: GpioChipSpec['registers'];
  readonly #count: number;
  /** Levels that the board applies to the pins; high when nothing drives them. */
  readonly #applied: Uint8Array;
  readonly #output: Uint8Array;
  /** Bit 1: input. */
  readonly #configuration: Uint8Array;
  #pointer = 0;

  constructor({ lines, registers }: GpioChipSpec) {
    this.#registers = registers;
    this.#count = Math.ceil(lines / 8);
    this.#applied = new Uint8Array(this.#count).fill(0xff);
    this.#output = new Uint8Array(this.#count).fill(0xff);
    this.#configuration = new Uint8Array(this.#count).fill(0xff);
  }

  /** Level at the pin: driven by the output, or applied to the input. */
  level(line: number): boolean {
    return (this.#levels(line >> 3) & (1 << (line & 7))) !== 0;
  }

  /** Applies a level to a pin from outside; an output overrides it. */
  put(line: number, level: boolean): void {
    const mask = 1 << (line & 7);
    const port = line >> 3;
    const applied = this.#applied[port] ?? 0;
    this.#applied[port] = level ? applied | mask : applied & ~mask;
  }

  transfer(write: Uint8Array, readLength: number): Uint8Array {
    if (!this.#registers) {
      this.#output.set(write.subarray(0, this.#count));
      return Uint8Array.from({ length: readLength }, (_, port) => this.#levels(port % this.#count));
    }
    const [pointer, value] = write;
    if (pointer !== undefined) this.#pointer = pointer;
    const { input, output, configuration } = this.#registers;
    const [levels, out, config] = [input, output, configuration].map((base) => this.#portAt(base));
    if (value !== undefined) {
      if (out !== undefined) this.#output[out] = value;
      if (config !== undefined) this.#configuration[config] = value;
    }
    const content =
      levels !== undefined
        ? this.#levels(levels)
        : out !== undefined
          ? this.#output[out]
          : config !== undefined
            ? this.#configuration[config]
            : 0;
    return new Uint8Array(readLength).fill(content ?? 0);
  }

  /** All lines become inputs. */
  reset(): void {
    this.#output.fill(0xff);
    this.#configuration.fill(0xff);
  }

  /** Port whose register of the bank at `base` the pointer selects. */
  #portAt(base: number | undefined): number | undefined {
    const port = base === undefined ? -1 : this.#pointer - base;
    return port >= 0 && port < this.#count ? port : undefined;
  }

  #levels(port: number): number {
    const [applied = 0, output = 0, inputs = 0xff] = [
      this.#applied[port],
      this.#output[port],
      this.#configuration[port],
    ];
    // Without registers the lines are quasi-bidirectional: a high output can be pulled low.
    return this.#registers ? (applied & inputs) | (output & ~inputs) : output & applied;
  }
}
