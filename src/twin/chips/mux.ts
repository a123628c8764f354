/** A simulated I2C mux: one control register. */
import type { MuxChipSpec } from '../../../drivers/i2c/chip.ts';
import { controlByte } from '../../../drivers/i2c/mux.ts';
import type { I2cModel } from './model.ts';

export class MuxModel implements I2cModel {
  readonly #spec: MuxChipSpec;
  #control = 0;

  constructor(spec: MuxChipSpec) {
    this.#spec = spec;
  }

  /** Open channels. */
  get selected(): readonly number[] {
    const all = Array.from({ length: this.#spec.channels }, (_, channel) => channel);
    if (this.#spec.control === 'bit') return all.filter((channel) => this.#control & (1 << channel));
    return all.filter((channel) => this.#control === controlByte(this.#spec, channel));
  }

  transfer(write: Uint8Array, readLength: number): Uint8Array {
    this.#control = write.at(-1) ?? this.#control;
    return new Uint8Array(readLength).fill(this.#control);
  }

  /** Closes every channel. */
  reset(): void {
    this.#control = 0;
  }
}
