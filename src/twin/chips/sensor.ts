/**
 * A simulated sensor chip: register contents behind the literal that the driver uses, written through the inverse of its
 * conversions.
 */
import { DeviceError } from '../../../drivers/errors.ts';
import { crc8 } from '../../../drivers/i2c/bus.ts';
import {
  type ChannelSpec,
  type ChipParameters,
  type Flag,
  isRaised,
  modesOf,
  pointerOf,
  type SensorChipSpec,
  type Setting,
  scaleOf,
  usesPec,
} from '../../../drivers/i2c/chip.ts';
import {
  allOnes,
  bytesOf,
  checkByte,
  numberOf,
  pageCommand,
  type Register,
} from '../../../drivers/i2c/register.ts';
import type { ChipModel } from './model.ts';
import { keyOf, RegisterMap } from './registers.ts';

export class SensorChipModel implements ChipModel {
  readonly #spec: SensorChipSpec;
  readonly #parameters: ChipParameters;
  readonly #address: number;
  readonly #usesPec: boolean;
  readonly #registers: RegisterMap;
  readonly #contents = new Map<string, number>();
  /** Keys of registers that hold measured values. */
  readonly #measured: ReadonlySet<string>;
  /** Keys of output registers that have been written since the start. */
  readonly #driven = new Set<string>();
  /** Bits that identify the chip: they cannot be written. */
  readonly #fixed = new Map<string, number>();
  /** Texts that identify the chip, by the command that reads them. */
  readonly #blocks = new Map<number, string>();
  /** Register that must be non-zero before another one shows anything. */
  readonly #calibrations = new Map<string, string>();
  #page = 0;
  #pointer = 0;
  /** The last message that selects what is read. */
  #request: string | undefined;

  /** A chip in its power-on state, all channels at 0. Its packet error codes include `address`. */
  constructor(spec: SensorChipSpec, parameters: ChipParameters, address: number) {
    this.#spec = spec;
    this.#parameters = parameters;
    this.#address = address;
    this.#usesPec = usesPec(spec, parameters);
    this.#registers = new RegisterMap(spec);
    const outputs = Object.values(spec.outputs ?? {}).map(({ register }) => keyOf(register));
    this.#measured = new Set(
      Object.values(spec.channels)
        .map(({ register }) => keyOf(register))
        .filter((key) => !outputs.includes(key)),
    );
    for (const identity of spec.identity) {
      if ('block' in identity) this.#blocks.set(identity.block, identity.text);
      else this.#fixed.set(keyOf(identity.register), identity.mask ?? allOnes(identity.register));
    }
    for (const { register, calibration } of Object.values(spec.channels))
      if (calibration) this.#calibrations.set(keyOf(register), keyOf(calibration));
    this.reset();
    for (const [name, channel] of Object.entries(spec.channels))
      if (this.#scaleOf(channel)) this.set(name, 0);
  }

  /** @throws DeviceError `no-answer` for a message with a wrong packet error code */
  transfer(write: Uint8Array, readLength: number): Uint8Array {
    const { pointerBytes = 1 } = this.#spec;
    const message = (this.#usesPec ? write.subarray(0, -1) : write).join();
    if (this.#registers.requests.has(message)) this.#request = message;
    else if (write.length >= pointerBytes) {
      this.#pointer = numberOf(write.subarray(0, pointerBytes), 'be');
      if (write.length > pointerBytes) this.#store(write.subarray(pointerBytes));
    }
    // An undriven bus reads as ones beyond the end of a register.
    const answer = new Uint8Array(readLength).fill(0xff);
    if (readLength === 0) return answer;
    const data = this.#load();
    answer.set(data.subarray(0, readLength));
    if (this.#usesPec && data.length > 0 && readLength > data.length) {
      const frame = [this.#address << 1, ...write, (this.#address << 1) | 1, ...data];
      answer[data.length] = crc8(frame);
    }
    return answer;
  }

  set(name: string, value: number): void {
    const [chip] = this.#spec.compatible;
    const channel = Object.hasOwn(this.#spec.channels, name) ? this.#spec.channels[name] : undefined;
    if (!channel) throw new RangeError(`${chip} has no channel "${name}"`);
    const scale = this.#scaleOf(channel);
    if (!scale) throw new RangeError(`${chip} has no scale for "${name}" in its present mode`);
    this.#contents.set(keyOf(channel.register), scale.encode(value));
  }

  /** Duty of an output, percent: full until it is set, and after a silence of so many ms that its watchdog bites. */
  dutyOf(name: string, silence: number): number {
    const { outputs = {}, watchdog } = this.#spec;
    const output = outputs[name];
    if (output === undefined) return 0;
    const holds = ({ register, mask, value }: Setting) => (this.#content(register) & mask) === value;
    const isBitten = watchdog !== undefined && holds(watchdog.setting) && silence > watchdog.timeout;
    const key = keyOf(output.register);
    if (isBitten || !this.#driven.has(key) || !output.settings.every(holds)) return 100;
    return output.scale.decode(this.#contents.get(key) ?? 0);
  }

  setFault(text: string, on: boolean): void {
    for (const { register, faults = [] } of Object.values(this.#spec.channels))
      for (const fault of faults)
        if (fault.text === text) this.#setBits(fault.register ?? register, fault, on);
    for (const { register, flags } of this.#spec.status ?? [])
      for (const flag of flags) if (flag.text === text) this.#setBits(register, flag, on);
  }

  reset(): void {
    const { status = [], powerOn = [], identity } = this.#spec;
    this.#page = 0;
    this.#pointer = 0;
    this.#driven.clear();
    for (const key of this.#registers.all.keys()) if (!this.#measured.has(key)) this.#contents.set(key, 0);
    for (const { register, flags } of status) for (const flag of flags) this.#setBits(register, flag, false);
    for (const { register, value } of powerOn) this.#contents.set(keyOf(register), value);
    for (const each of identity) {
      if ('block' in each) continue;
      const rest = this.#content(each.register) & ~(each.mask ?? allOnes(each.register));
      this.#contents.set(keyOf(each.register), rest | each.value);
    }
  }

  /** Writes to the register at the pointer. Measured registers and identity bits keep their contents. */
  #store(data: Uint8Array): void {
    const register = this.#registers.find(this.#pointer, this.#page, this.#request)[0]?.register;
    const width = this.#isPageRegister ? 1 : (register?.bytes ?? data.length);
    const body = data.subarray(0, width);
    if (this.#usesPec && data.length > width) {
      const frame = [this.#address << 1, ...pointerOf(this.#spec, this.#pointer), ...body];
      if (crc8(frame) !== data[width])
        throw new DeviceError('no-answer', this.#spec.compatible[0], 'refuses a wrong packet error code');
    }
    if (this.#isPageRegister) this.#page = data[0] ?? 0;
    else if (register && data.length >= width && !this.#measured.has(keyOf(register))) {
      const fixed = this.#fixed.get(keyOf(register)) ?? 0;
      const written = numberOf(body, register.order) & ~fixed;
      this.#contents.set(keyOf(register), written | (this.#content(register) & fixed));
      this.#driven.add(keyOf(register));
    }
  }

  /** Reads what is at the pointer. */
  #load(): Uint8Array {
    const block = this.#blocks.get(this.#pointer);
    if (block !== undefined) return Uint8Array.of(block.length, ...Buffer.from(block, 'latin1'));
    if (this.#isPageRegister) return Uint8Array.of(this.#page);
    const found = this.#registers.find(this.#pointer, this.#page, this.#request);
    const [first] = found;
    if (!first) return new Uint8Array();
    const content = this.#shown(first.register);
    if (first.isLow) return Uint8Array.of(content & 0xff);
    if (first.register.low !== undefined) return Uint8Array.of(content >> 8);
    const whole = new Uint8Array(first.register.within?.of ?? first.register.bytes);
    for (const { register } of found) {
      const at = register.within?.at ?? 0;
      const bytes = bytesOf(this.#shown(register), register);
      whole.set(bytes, at);
      if (register.checked) whole[at + bytes.length] = checkByte(bytes);
    }
    return whole;
  }

  get #isPageRegister(): boolean {
    return this.#registers.isPaged && this.#pointer === (this.#spec.pageRegister ?? pageCommand);
  }

  #content(register: Register): number {
    return this.#contents.get(keyOf(register)) ?? 0;
  }

  /** The content as read: 0 before calibration. */
  #shown(register: Register): number {
    const calibration = this.#calibrations.get(keyOf(register));
    return calibration !== undefined && !this.#contents.get(calibration) ? 0 : this.#content(register);
  }

  #scaleOf(channel: ChannelSpec) {
    return scaleOf(channel, this.#parameters, ...modesOf(channel).map((mode) => this.#content(mode)));
  }

  #setBits(register: Register, flag: Flag, on: boolean): void {
    const { mask, value = mask } = flag;
    const content = this.#content(register);
    const rest = content & ~mask;
    if (on) this.#contents.set(keyOf(register), rest | value);
    else if (isRaised(flag, content)) this.#contents.set(keyOf(register), rest | (~value & mask));
  }
}
