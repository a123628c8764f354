/** A simulated I2C device: its place on a bus, and the chip that is fitted there. */
import { usesPec } from '../../drivers/i2c/chip.ts';
import type { DeviceFacts } from '../platform/vocabulary/index.ts';
import { type FittedPart, partsOf } from './catalog.ts';
import { EepromModel } from './chips/eeprom.ts';
import { LedModel } from './chips/leds.ts';
import { PortModel } from './chips/ports.ts';
import { SensorChipModel } from './chips/sensor.ts';
import { TwinError } from './names.ts';

/** A chip takes this long to measure again, ms: its registers are recomputed at most that often. */
const conversionTime = 10;

export interface DeviceSurroundings {
  /** Milliseconds of the simulator's clock. */
  readonly now: () => number;
  /** Content of the EEPROM of that device, at most `size` bytes. */
  image(device: string, size: number): Uint8Array;
  /** Physical value of a sensor. */
  value(sensor: string): number;
  /** A chip was commanded to cycle the power behind it, for `off` milliseconds. */
  cycled(device: string, off: number): void;
}

type Model = SensorChipModel | PortModel | LedModel | EepromModel;

export class SimulatedDevice {
  readonly facts: DeviceFacts;
  isPresent = true;
  readonly #around: DeviceSurroundings;
  /** The device itself, then its second sources. */
  readonly #parts: readonly [FittedPart, ...FittedPart[]];
  /** Each part keeps its registers while another one is fitted. */
  readonly #models = new Map<FittedPart, Model>();
  #fitted: FittedPart;
  #freshUntil = 0;
  #heardAt = 0;

  /** @throws TwinError for a chip or channel without a driver */
  constructor(facts: DeviceFacts, around: DeviceSurroundings) {
    this.facts = facts;
    this.#around = around;
    this.#parts = partsOf(facts);
    this.#fitted = this.#parts[0];
    this.#model();
  }

  get bus(): number {
    return this.#fitted.bus;
  }

  get usesPec(): boolean {
    const { spec } = this.#fitted;
    return spec.kind === 'sensor' && usesPec(spec, this.#fitted);
  }

  /** Whether the fitted chip responds at an address. */
  respondsAt(address: number): boolean {
    const block = address - this.#fitted.address;
    if (block <= 0) return block === 0;
    const model = this.#model();
    return model instanceof EepromModel && block < model.addresses;
  }

  /** Fits the device itself (0) or a second source (from 1). @throws TwinError for an unknown source */
  fit(source: number): void {
    const part = this.#parts[source];
    const last = this.#parts.length - 1;
    if (!part) throw new TwinError(`device ${this.facts.id} has sources 0 to ${last}, not ${source}`);
    this.#fitted = part;
  }

  /** @throws DeviceError `no-answer` when the real part would not acknowledge */
  transfer(address: number, write: Uint8Array, readLength: number): Uint8Array {
    const model = this.#model();
    this.#heardAt = this.#around.now();
    if (model instanceof EepromModel)
      return model.transfer(write, readLength, address - this.#fitted.address);
    if (!(model instanceof SensorChipModel)) return model.transfer(write, readLength);
    const { spec } = this.#fitted;
    const cycle = spec.kind === 'sensor' ? spec.powerCycle : undefined;
    if (cycle !== undefined && readLength === 0 && Buffer.from(cycle.bytes).equals(write)) {
      this.#around.cycled(this.facts.id, cycle.off);
      return new Uint8Array();
    }
    if (readLength > 0) this.#measure(model);
    return model.transfer(write, readLength);
  }

  /** Duty of an output of the fitted chip, percent; full where the chip has no word of the controller. */
  dutyOf(output: string): number {
    const model = this.#model();
    return this.isPresent && model instanceof SensorChipModel ? model.dutyOf(output, this.#silence) : 100;
  }

  /** Milliseconds since the last message. */
  get #silence(): number {
    return this.#around.now() - this.#heardAt;
  }

  /** Measures again at the next read. */
  invalidate(): void {
    this.#freshUntil = 0;
  }

  /** Power-on state of every part; EEPROMs keep their content. */
  reset(): void {
    for (const model of this.#models.values()) model.reset();
  }

  #measure(model: SensorChipModel): void {
    const now = this.#around.now();
    if (now < this.#freshUntil) return;
    this.#freshUntil = now + conversionTime;
    for (const [channel, { id, scale = 1, offset = 0 }] of Object.entries(this.#fitted.sensors ?? {}))
      model.set(channel, (this.#around.value(id) - offset) / scale);
  }

  #model(): Model {
    const known = this.#models.get(this.#fitted);
    if (known !== undefined) return known;
    const model = this.#create(this.#fitted);
    this.#models.set(this.#fitted, model);
    return model;
  }

  #create(part: FittedPart): Model {
    const { spec, address } = part;
    switch (spec.kind) {
      case 'sensor':
        return new SensorChipModel(spec, part, address);
      case 'gpio':
        return new PortModel(spec);
      case 'led':
        return new LedModel(spec);
      case 'eeprom':
        return new EepromModel(spec, this.#around.image(this.facts.id, spec.size));
      case 'mux':
        throw new TwinError(`device ${this.facts.id}: ${spec.compatible[0]} is a mux`);
    }
  }
}
