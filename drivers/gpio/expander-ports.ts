/** The ports of a port expander: what its outputs should drive, and the levels that were read last. */
import type { RegisterAccess } from '../i2c/bus.ts';
import type { GpioChipSpec } from '../i2c/chip.ts';

/** Eight lines, a bit each. */
interface Port {
  /** Levels for outputs. */
  output: number;
  /** Lines of ours. */
  used: number;
  /** Those that are outputs. */
  driven: number;
  /** Those that are inputs. */
  sensed: number;
  /** Levels at the last exchange. */
  input: number;
}

const maskOf = (index: number) => 1 << (index & 7);

export class ExpanderPorts {
  readonly #registers: GpioChipSpec['registers'];
  readonly #ports: readonly Port[];

  constructor({ lines, registers }: GpioChipSpec) {
    this.#registers = registers;
    this.#ports = Array.from({ length: Math.ceil(lines / 8) }, () => ({
      output: 0xff,
      used: 0,
      driven: 0,
      sensed: 0,
      input: 0,
    }));
  }

  /** Level of a pin at the last exchange. */
  input(index: number): boolean {
    return ((this.#port(index)?.input ?? 0) & maskOf(index)) !== 0;
  }

  /** Level that an output drives. */
  output(index: number): boolean {
    return ((this.#port(index)?.output ?? 0) & maskOf(index)) !== 0;
  }

  /** Makes a line one of ours without changing it. */
  use(index: number): void {
    const port = this.#port(index);
    if (port) port.used |= maskOf(index);
  }

  /** Makes a line of ours an input. */
  sense(index: number): void {
    const port = this.#port(index);
    if (port) port.sensed |= maskOf(index);
  }

  /** Makes a line of ours an output, from the next exchange on. */
  drive(index: number, level: boolean): void {
    const port = this.#port(index);
    if (!port) return;
    const mask = maskOf(index);
    port.output = level ? port.output | mask : port.output & ~mask;
    port.driven |= mask;
  }

  /** Leaves a line as it is. */
  release(index: number): void {
    const port = this.#port(index);
    if (!port) return;
    port.used &= ~maskOf(index);
    port.driven &= ~maskOf(index);
    port.sensed &= ~maskOf(index);
  }

  /** Corrects outputs and directions where the chip differs, and reads the levels. Only ports with lines of ours are accessed. */
  async exchange(access: RegisterAccess): Promise<void> {
    if (!this.#registers) return this.#exchangeLevels(access);
    for (const [number, port] of this.#ports.entries()) {
      if (port.used === 0) continue;
      const { input, output, configuration } = this.#registers;
      // An output has its level before it drives it.
      await correct(access, output + number, port.driven, port.output & port.driven);
      await correct(access, configuration + number, port.driven | port.sensed, port.sensed);
      port.input = await access.readByte(input + number);
    }
  }

  #port(index: number): Port | undefined {
    return this.#ports[index >> 3];
  }

  /** A chip without registers is written and read whole, with ones for its inputs. */
  async #exchangeLevels(access: RegisterAccess): Promise<void> {
    const levels = this.#ports.map(({ output, driven }) => (output | ~driven) & 0xff);
    const [first = 0xff, ...others] = levels;
    await access.write(first, Uint8Array.from(others));
    const found = await access.read(new Uint8Array(), this.#ports.length);
    for (const [number, port] of this.#ports.entries()) port.input = found[number] ?? 0xff;
  }
}

/** Sets the bits of `mask` to those of `value`, if they differ. */
async function correct(access: RegisterAccess, register: number, mask: number, value: number): Promise<void> {
  const before = await access.readByte(register);
  const after = (before & ~mask) | value;
  if (after !== before) await access.writeByte(register, after);
}
