/** A simulated LED driver: input registers, two rates, selectors of four lights each. */
import type { LedChipSpec } from '../../../drivers/i2c/chip.ts';
import type { I2cModel } from './model.ts';

const states = ['on', 'off', 'blink0', 'blink1'] as const;

export class LedModel implements I2cModel {
  readonly #inputs: number;
  readonly #selectors: number;
  readonly #registers: Uint8Array;
  #pointer = 0;

  constructor({ leds }: LedChipSpec) {
    this.#inputs = Math.ceil(leds / 8);
    // Two registers for each of the two rates.
    this.#selectors = this.#inputs + 4;
    this.#registers = new Uint8Array(this.#selectors + Math.ceil(leds / 4));
    this.reset();
  }

  /** State of a light, from its two selector bits. */
  shows(led: number): (typeof states)[number] {
    const selector = this.#registers[this.#selectors + (led >> 2)] ?? 0;
    return states[(selector >> (2 * (led & 3))) & 3] ?? 'off';
  }

  transfer(write: Uint8Array, readLength: number): Uint8Array {
    const [pointer, value] = write;
    if (pointer !== undefined) this.#pointer = pointer;
    const isWritable = this.#pointer >= this.#inputs && this.#pointer < this.#registers.length;
    if (value !== undefined && isWritable) this.#registers[this.#pointer] = value;
    return new Uint8Array(readLength).fill(this.#registers[this.#pointer] ?? 0xff);
  }

  /** All lights off. */
  reset(): void {
    this.#registers.fill(0);
    for (const rate of [0, 1]) this.#registers[this.#inputs + 2 * rate + 1] = 0x80;
    this.#registers.fill(0x55, this.#selectors);
  }
}
