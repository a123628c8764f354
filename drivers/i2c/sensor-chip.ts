/** A sensor chip at its place on a bus: identify, configure, read, and reject values that cannot be true. */
import { DeviceError } from '../errors.ts';
import { hex, type I2cDevice, type RegisterAccess } from './bus.ts';
import {
  type ChannelSpec,
  type ChipParameters,
  isRaised,
  modesOf,
  type SensorChipSpec,
  type Setting,
  scaleOf,
  settingsOf,
  usesPec,
} from './chip.ts';
import { allOnes, type Register, sameRegister } from './register.ts';
import { RegisterIo } from './register-io.ts';

/**
 * Milliseconds that a fault bit of another register counts after it was read: such registers are cleared by reading and set
 * again by the next conversion, so the second channel that reads one would find nothing.
 */
const faultMemory = 1000;

/** Every method fails with a DeviceError. */
export class SensorChip {
  readonly spec: SensorChipSpec;
  readonly device: I2cDevice;
  readonly #parameters: ChipParameters;
  readonly #access: I2cDevice;
  readonly #io: RegisterIo;
  readonly #settings: readonly Setting[];
  /** What must hold after all settings. */
  readonly #lasting: readonly Setting[];
  readonly #faults: { readonly register: Register; content: number; until: number }[] = [];

  /** As `openChip`. */
  constructor(
    spec: SensorChipSpec,
    device: I2cDevice,
    parameters: ChipParameters,
    used: Iterable<string> | undefined,
  ) {
    this.spec = spec;
    this.device = device;
    this.#parameters = parameters;
    this.#access = usesPec(spec, parameters) ? device.withPec() : device;
    this.#io = new RegisterIo(spec, device.name);
    this.#settings = settingsOf(spec, used);
    this.#lasting = lastingSettings(this.#settings);
    for (const name of spec.needs ?? []) {
      if (parameters[name] === undefined)
        throw new DeviceError('unsupported', device.name, `${this.#name} needs the parameter "${name}"`);
    }
  }

  /** @throws DeviceError `no-answer`, `wrong-device` for another chip, `wrong-data` for a bus that answers only ones. */
  identify(): Promise<void> {
    return this.#access.run((access) => this.#identify(access));
  }

  /** Sets what readings depend on (resolution, calibration, conversion on). */
  configure(): Promise<void> {
    return this.#access.run((access) => this.#configure(access));
  }

  /** The channel's value in the unit of its quantity. @throws DeviceError `wrong-data` for a value that cannot be true. */
  async read(name: string): Promise<number> {
    const channel = this.#channel(name);
    return this.#access.run((access) => this.#read(access, name, channel));
  }

  /**
   * Sets the duty of an output, percent, and arms the chip's watchdog.
   * @throws DeviceError `unsupported` where the chip has no such output, `wrong-data` where it does not keep the duty
   */
  async drive(name: string, percent: number): Promise<void> {
    const output = this.spec.outputs?.[name];
    if (output === undefined) throw this.#error('unsupported', `has no output "${name}"`);
    const { watchdog } = this.spec;
    const settings = [...output.settings, ...(watchdog === undefined ? [] : [watchdog.setting])];
    await this.#access.run(async (access) => {
      const code = output.scale.encode(percent);
      await this.#io.write(access, output.register, code);
      await this.#set(access, settings);
      if ((await this.#io.read(access, output.register)) === code) return;
      throw this.#error('wrong-data', `does not keep the duty of ${name}`);
    });
  }

  /** Cycles the power behind the chip, which may be this controller's. @throws DeviceError `unsupported` when it cannot */
  async powerCycle(): Promise<void> {
    if (this.spec.powerCycle === undefined)
      throw this.#error('unsupported', 'cannot cycle the power behind it');
    const [first, ...rest] = this.spec.powerCycle.bytes;
    await this.#access.write(first, Uint8Array.from(rest));
  }

  /** The fault flags that the chip raises now, in words; empty for a chip without a status register. */
  status(): Promise<readonly string[]> {
    return this.#access.run(async (access) => {
      const raised: string[] = [];
      for (const { register, flags } of this.spec.status ?? []) {
        const content = await this.#io.read(access, register);
        if (content === allOnes(register)) await this.#identify(access);
        raised.push(...flags.filter((flag) => isRaised(flag, content)).map(({ text }) => text));
      }
      return raised;
    });
  }

  get #name(): string {
    return this.spec.compatible[0];
  }

  #error(kind: 'wrong-data' | 'wrong-device' | 'unsupported', message: string): DeviceError {
    return new DeviceError(kind, this.device.name, `${this.#name} ${message}`);
  }

  #channel(name: string): ChannelSpec {
    const { channels } = this.spec;
    const channel = Object.hasOwn(channels, name) ? channels[name] : undefined;
    if (channel) return channel;
    throw this.#error('unsupported', `has no channel "${name}", only ${Object.keys(channels).join(', ')}`);
  }

  async #identify(access: RegisterAccess): Promise<void> {
    if (this.spec.identity.length === 0) return this.#ruleOutOnes(access);
    for (const identity of this.spec.identity) {
      const found = await this.#io.identity(access, identity, usesPec(this.spec, this.#parameters));
      if (found.matches) continue;
      if (found.onlyOnes) throw this.#error('wrong-data', `answers nothing but ones at ${found.place}`);
      const article = /^[aeiou]/i.test(this.#name) ? 'an' : 'a';
      const message = `is not ${article} ${this.#name}: ${found.place} is ${found.text}`;
      throw new DeviceError('wrong-device', this.device.name, message);
    }
  }

  /** A chip without an identity must at least give something other than ones in one register. */
  async #ruleOutOnes(access: RegisterAccess): Promise<void> {
    for (const { register } of Object.values(this.spec.channels)) {
      if ((await this.#io.read(access, register)) !== allOnes(register)) return;
    }
    throw this.#error('wrong-data', 'answers nothing but ones');
  }

  async #configure(access: RegisterAccess): Promise<void> {
    for (const { when, writes } of this.spec.errata ?? []) {
      if (!(await this.#holds(access, when))) continue;
      for (const bytes of writes) await this.#io.send(access, bytes);
    }
    if (await this.#isConfigured(access)) return;
    await this.#set(access, this.#settings);
    if (await this.#isConfigured(access)) return;
    throw this.#error('wrong-data', 'does not keep its settings');
  }

  async #set(access: RegisterAccess, settings: readonly Setting[]): Promise<void> {
    for (const { register, mask, value } of settings) {
      const before = await this.#io.read(access, register);
      const after = (before & ~mask) | value;
      if (after !== before) await this.#io.write(access, register, after);
    }
  }

  async #isConfigured(access: RegisterAccess): Promise<boolean> {
    for (const setting of this.#lasting) if (!(await this.#holds(access, setting))) return false;
    return true;
  }

  async #holds(access: RegisterAccess, { register, mask, value }: Setting): Promise<boolean> {
    return ((await this.#io.read(access, register)) & mask) === value;
  }

  /**
   * A chip after a reset and a floating bus give nothing but zeros or ones. Before such a code is believed the chip must
   * prove its identity and that it still has its settings.
   */
  async #verify(access: RegisterAccess): Promise<void> {
    await this.#identify(access);
    if (await this.#isConfigured(access)) return;
    await this.#configure(access);
    throw this.#error('wrong-data', 'had lost its settings, as after a reset; they have been set again');
  }

  async #read(access: RegisterAccess, name: string, channel: ChannelSpec): Promise<number> {
    const modes: number[] = [];
    for (const register of modesOf(channel)) modes.push(await this.#io.read(access, register));
    const code = await this.#io.read(access, channel.register);
    const impossible = (code & (channel.zeros ?? 0)) !== 0;
    if (impossible || code === 0 || code === allOnes(channel.register)) await this.#verify(access);
    if (impossible) throw this.#error('wrong-data', `gives ${hex(code)} for ${name}, which it cannot`);
    if (this.spec.identity.length === 0 && code === allOnes(channel.register))
      throw this.#error('wrong-data', `answers nothing but ones for ${name}`);
    await this.#rejectFaults(access, name, channel, code);
    const scale = scaleOf(channel, this.#parameters, ...modes);
    if (!scale) {
      const mode = modes.map(hex).join(' ');
      throw this.#error('wrong-data', `has no scale for ${name} while its mode is ${mode}`);
    }
    const value = scale.decode(code);
    if (value >= scale.min && value <= scale.max) return value;
    throw this.#error('wrong-data', `gives ${hex(code)} for ${name}, outside ${scale.min} to ${scale.max}`);
  }

  async #rejectFaults(
    access: RegisterAccess,
    name: string,
    { faults = [] }: ChannelSpec,
    code: number,
  ): Promise<void> {
    for (const fault of faults) {
      const content = fault.register ? await this.#faultContent(access, fault.register) : code;
      if (isRaised(fault, content))
        throw this.#error('wrong-data', `has no value for ${name}: ${fault.text}`);
    }
  }

  /** The fault bits of a register, with those that were set a moment ago. */
  async #faultContent(access: RegisterAccess, register: Register): Promise<number> {
    const content = await this.#io.read(access, register);
    const now = performance.now();
    let known = this.#faults.find((each) => sameRegister(each.register, register));
    if (known === undefined) {
      known = { register, content: 0, until: 0 };
      this.#faults.push(known);
    }
    if (content !== 0) {
      known.content = content | (now < known.until ? known.content : 0);
      known.until = now + faultMemory;
    } else if (now >= known.until) known.content = 0;
    return known.content;
  }
}

/**
 * `used` are the channels that will be read; all when left out.
 * @throws DeviceError `unsupported` when a parameter that the chip needs is missing.
 */
export function openChip(
  spec: SensorChipSpec,
  device: I2cDevice,
  parameters: ChipParameters = {},
  used?: Iterable<string>,
): SensorChip {
  return new SensorChip(spec, device, parameters, used);
}

/** What must hold after all settings, one entry for each register. */
function lastingSettings(settings: readonly Setting[]): readonly Setting[] {
  const found: Setting[] = [];
  for (const next of settings) {
    const index = found.findIndex(({ register }) => sameRegister(register, next.register));
    const before = found[index];
    if (!before) found.push(next);
    else {
      const value = (before.value & ~next.mask) | next.value;
      found[index] = { register: next.register, mask: before.mask | next.mask, value };
    }
  }
  return found;
}
