/** The simulated I2C buses: devices, the muxes that join buses, and their faults. */
import { DeviceError } from '../../drivers/errors.ts';
import { deviceName } from '../../drivers/i2c/bus.ts';
import { findChip } from '../../drivers/i2c/chips/index.ts';
import type { I2cTransport } from '../../drivers/i2c/transport.ts';
import type { MuxFacts, Platform } from '../platform/vocabulary/index.ts';
import { partsOf } from './catalog.ts';
import { MuxModel } from './chips/mux.ts';
import { SimulatedDevice } from './device.ts';
import type { Faults } from './faults.ts';
import { fruImage } from './fru.ts';
import { lookup, TwinError } from './names.ts';

/** An adapter gives up a transfer on a stuck bus after this time, ms, as Linux drivers do. */
const adapterTimeout = 1000;

export interface BusSurroundings {
  /** Milliseconds of the simulator's clock. */
  readonly now: () => number;
  readonly seed: number;
  readonly faults: Faults;
  /** Brings the board up to the present moment. */
  settle(): void;
  /** Whether a chassis is plugged in and switched on. */
  isSwitchedOn(chassis: string | undefined): boolean;
  /** Physical value of a sensor. */
  value(sensor: string): number;
  /** A chip was commanded to cycle the power behind it, for `off` milliseconds. */
  cycled(device: string, off: number): void;
}

interface Mux {
  readonly facts: MuxFacts;
  readonly model: MuxModel;
}

/** What responds at an address. */
interface Responder {
  readonly id: string;
  transfer(write: Uint8Array, readLength: number): Uint8Array;
}

export class TwinBuses {
  /** Whether a bus is only a channel of a mux that redfishd switches, by its number. */
  readonly buses: ReadonlyMap<number, boolean>;
  readonly #around: BusSurroundings;
  readonly #devices: ReadonlyMap<string, SimulatedDevice>;
  readonly #muxes: ReadonlyMap<string, Mux>;
  readonly #transports = new Map<number, I2cTransport>();
  /** Rechecks of hung transfers: each ends its transfer when the cause is gone. */
  readonly #hung = new Set<() => void>();
  #isClosed = false;

  /** @throws TwinError for a chip without a driver */
  constructor(platform: Platform, around: BusSurroundings) {
    this.#around = around;
    this.buses = busesOf(platform);
    this.#muxes = new Map((platform.muxes ?? []).map((facts) => [facts.id, muxOf(facts)]));
    const surroundings = {
      ...{ now: around.now, value: around.value, cycled: around.cycled },
      image: (device: string, size: number) => fruImage(platform, device, size, around.seed),
    };
    this.#devices = new Map(
      (platform.devices ?? []).map((facts) => [facts.id, new SimulatedDevice(facts, surroundings)]),
    );
  }

  /** Names of devices and muxes, which faults may hit. */
  get targets(): ReadonlySet<string> {
    return new Set([...this.#devices.keys(), ...this.#muxes.keys()]);
  }

  /** The transport of a bus, one instance per number. A transfer on a bus that does not exist fails. */
  transport(bus: number): I2cTransport {
    const name = `i2c-${bus}`;
    const transport = this.#transports.get(bus) ?? {
      name,
      transfer: (address, write, readLength) => this.#transfer(bus, name, address, write, readLength),
      close: async () => {},
    };
    this.#transports.set(bus, transport);
    return transport;
  }

  usesPec(device: string): boolean {
    return this.#devices.get(device)?.usesPec === true;
  }

  /** Duty of the output of a chip, percent. */
  dutyOf({ device, channel }: { readonly device: string; readonly channel: string }): number {
    return this.#devices.get(device)?.dutyOf(channel) ?? 0;
  }

  isPresent(device: string): boolean {
    return this.#devices.get(device)?.isPresent === true;
  }

  /** @throws TwinError for an unknown device */
  setPresent(device: string, isPresent: boolean): void {
    lookup(this.#devices, device, 'device').isPresent = isPresent;
  }

  /** Fits the device itself (0) or a second source (from 1). @throws TwinError for an unknown device or source */
  fit(device: string, source: number): void {
    lookup(this.#devices, device, 'device').fit(source);
  }

  /** To be called after any change: ends transfers whose hang is over, and measures anew. */
  changed(): void {
    for (const device of this.#devices.values()) device.invalidate();
    for (const recheck of [...this.#hung]) recheck();
  }

  /** Power-on state of every chip, or of those in one chassis. EEPROMs keep their content. */
  reset(chassis?: string): void {
    if (chassis === undefined) for (const { model } of this.#muxes.values()) model.reset();
    for (const device of this.#devices.values())
      if (chassis === undefined || device.facts.chassis === chassis) device.reset();
  }

  close(): void {
    this.#isClosed = true;
    for (const recheck of [...this.#hung]) recheck();
  }

  async #transfer(
    bus: number,
    name: string,
    address: number,
    write: Uint8Array,
    readLength: number,
  ): Promise<Uint8Array> {
    const { faults } = this.#around;
    const where = deviceName(name, address);
    this.#around.settle();
    if (this.#isClosed || this.buses.get(bus) !== false || faults.onBus('missingBus', bus))
      throw new DeviceError('no-bus', name, 'the machine has no such bus');
    const wires = this.#joined(bus);
    const isStuck = () => wires.some((wire) => faults.onBus('stuckBus', wire));
    if (isStuck()) return this.#hang(name, isStuck, adapterTimeout);

    const responder = this.#responderAt(wires, address);
    if (responder === 'kernel') throw new DeviceError('held', where, 'the kernel drives this mux');
    if (!responder || faults.onDevice('nack', responder.id))
      throw new DeviceError('no-answer', where, 'did not acknowledge');
    const { id } = responder;
    if (faults.onDevice('held', id)) throw new DeviceError('held', where, 'the kernel drives this device');
    if (faults.onDevice('hang', id)) return this.#hang(name, () => faults.onDevice('hang', id));
    if (faults.onDevice('allOnes', id)) return new Uint8Array(readLength).fill(0xff);
    const answer = attempt(where, () => responder.transfer(write, readLength));
    // The packet error code is the last byte; a single byte has none.
    if (faults.onDevice('badPec', id) && readLength > 1)
      answer[readLength - 1] = ~(answer[readLength - 1] ?? 0);
    return answer;
  }

  /** The bus, and the channels that open muxes join to it. */
  #joined(bus: number): number[] {
    const wires = [bus];
    for (const wire of wires) {
      for (const { facts, model } of this.#muxes.values()) {
        if (facts.bus !== wire || facts.driver === 'kernel') continue;
        for (const channel of model.selected) {
          const child = facts.channels[channel];
          if (child !== undefined && !wires.includes(child)) wires.push(child);
        }
      }
    }
    return wires;
  }

  #responderAt(wires: readonly number[], address: number): Responder | 'kernel' | undefined {
    for (const { facts, model } of this.#muxes.values()) {
      if (facts.address !== address || !wires.includes(facts.bus)) continue;
      if (facts.driver === 'kernel') return 'kernel';
      return { id: facts.id, transfer: (...exchange) => model.transfer(...exchange) };
    }
    for (const [id, device] of this.#devices) {
      // The quickest check first: a large board has a hundred devices, and each transfer asks all of them.
      if (!device.respondsAt(address) || !device.isPresent || !wires.includes(device.bus)) continue;
      if (!this.#around.isSwitchedOn(device.facts.chassis)) continue;
      return { id, transfer: (...exchange) => device.transfer(address, ...exchange) };
    }
    return undefined;
  }

  /** Waits while `isHung`, at most `limit` milliseconds, then fails as a hung adapter does. */
  #hang(name: string, isHung: () => boolean, limit?: number): Promise<never> {
    return new Promise((_resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        this.#hung.delete(recheck);
        reject(new DeviceError('stuck', name, 'the transfer did not end in time'));
      };
      const recheck = () => {
        if (this.#isClosed || !isHung()) end();
      };
      const timer = limit === undefined ? undefined : setTimeout(end, limit).unref();
      this.#hung.add(recheck);
    });
  }
}

function muxOf(facts: MuxFacts): Mux {
  const spec = findChip(facts.chip);
  if (spec?.kind !== 'mux') throw new TwinError(`mux ${facts.id}: no driver for mux "${facts.chip}"`);
  return { facts, model: new MuxModel(spec) };
}

/** Runs a transfer; a failure of the model names the device on the board. */
function attempt(where: string, transfer: () => Uint8Array): Uint8Array {
  try {
    return transfer();
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    throw new DeviceError(error.kind, where, error.message.slice(error.where.length + 2), { cause: error });
  }
}

/** Every bus number of the board; true for a channel of a mux that redfishd switches. */
function busesOf(platform: Platform): ReadonlyMap<number, boolean> {
  const { buses = [], ipmb = [], nodes = [], muxes = [], devices = [] } = platform;
  const numbers = [
    ...nodes.flatMap(({ link }) => (link.kind === 'ipmb' ? [link.bus] : [])),
    ...[...buses, ...ipmb, ...muxes].map(({ bus }) => bus),
    ...devices.flatMap((device) => partsOf(device).map(({ bus }) => bus)),
  ];
  const all = new Map(numbers.map((bus) => [bus, false]));
  for (const { channels, driver } of muxes) for (const bus of channels) all.set(bus, driver !== 'kernel');
  return all;
}
