/** The I2C side of the twin: chips on wires, muxes that join wires, and what can go wrong on them. */
import { DeviceError } from '../../drivers/errors.ts';
import { deviceName } from '../../drivers/i2c/bus.ts';
import { usesPec } from '../../drivers/i2c/chip.ts';
import { findChip } from '../../drivers/i2c/chips/index.ts';
import type { I2cTransport } from '../../drivers/i2c/transport.ts';
import type { DeviceFacts, MuxFacts, Platform } from '../platform/vocabulary/index.ts';
import { type Part, partsOf } from './catalog.ts';
import type { Faults } from './faults.ts';
import { fruImage } from './fru.ts';
import {
  type ChipModel,
  type EepromModel,
  type LedModel,
  type MuxModel,
  modelChip,
  modelEeprom,
  modelLeds,
  modelMux,
  modelPorts,
  type PortModel,
} from './i2c-model.ts';
import { lookup, TwinError } from './names.ts';

/** How long an adapter tries before it gives a transfer on a stuck bus up, ms; Linux drivers take a second. */
const adapterTimeout = 1000;

/** How long a chip takes to measure again, ms: spares the twin to compute what cannot have changed. */
const conversionTime = 10;

export interface TwinBuses {
  /** The transport of a bus, whether there is such a bus or not; always the same one. */
  transport(bus: number): I2cTransport;
  /** What a fault may hit: names of devices and muxes, and bus numbers (true: a channel that redfishd switches). */
  readonly targets: ReadonlySet<string>;
  readonly buses: ReadonlyMap<number, boolean>;
  usesPec(device: string): boolean;
  isPresent(device: string): boolean;
  /** @throws TwinError for an unknown device */
  setPresent(device: string, present: boolean): void;
  /** @throws TwinError for an unknown device or source */
  fit(device: string, source: number): void;
  /** To be called after any change: ends transfers that need hang no more, and has everything measured anew. */
  changed(): void;
  /** Power-on state of every chip, or of those in one chassis; EEPROMs keep what they hold. */
  reset(chassis?: string): void;
  close(): void;
}

export interface BusSurroundings {
  readonly now: () => number;
  readonly seed: number;
  readonly faults: Faults;
  /** Brings the board up to the present moment. */
  settle(): void;
  /** Whether a chassis is plugged in and switched on. */
  isThere(chassis: string | undefined): boolean;
  value(sensor: string): number;
  /** A chip has been told to cycle the power behind it, which is away for so long. */
  cycled(device: string, off: number): void;
}

type Model =
  | { readonly kind: 'sensor'; readonly chip: ChipModel }
  | { readonly kind: 'ports'; readonly ports: PortModel | LedModel }
  | { readonly kind: 'eeprom'; readonly memory: EepromModel };

interface Socket {
  readonly device: DeviceFacts;
  readonly parts: readonly [Part, ...Part[]];
  readonly models: Map<Part, Model>;
  fitted: Part;
  present: boolean;
}

interface MuxSocket {
  readonly facts: MuxFacts;
  readonly model: MuxModel;
}

/** What answers at an address: `read` and written to alike. */
type Responder = {
  readonly id: string;
  transfer(write: Uint8Array, readLength: number): Uint8Array;
  readonly pec: boolean;
};

export function createBuses(board: Platform, around: BusSurroundings): TwinBuses {
  const { faults } = around;
  const sockets = new Map<string, Socket>();
  const muxes = new Map<string, MuxSocket>();
  const transports = new Map<number, I2cTransport>();
  /** When a chip measures again. */
  const freshUntil = new Map<ChipModel, number>();
  /** Transfers that wait for something that hangs; each decides by itself whether it still must. */
  const waiting = new Set<() => void>();
  let closed = false;

  for (const device of board.devices ?? []) {
    const parts = partsOf(device);
    sockets.set(device.id, { device, parts, models: new Map(), fitted: parts[0], present: true });
  }
  for (const facts of board.muxes ?? []) {
    const spec = findChip(facts.chip);
    if (spec?.kind !== 'mux') throw new TwinError(`mux ${facts.id}: no driver for mux "${facts.chip}"`);
    muxes.set(facts.id, { facts, model: modelMux(spec) });
  }
  const buses = busesOf(board);

  function modelOf({ device, models, fitted }: Socket): Model {
    const known = models.get(fitted);
    if (known) return known;
    const { spec, address } = fitted;
    if (spec.kind === 'mux') throw new TwinError(`device ${device.id}: ${spec.compatible[0]} is a mux`);
    const model: Model =
      spec.kind === 'sensor'
        ? { kind: 'sensor', chip: modelChip(spec, fitted, address) }
        : spec.kind === 'gpio'
          ? { kind: 'ports', ports: modelPorts(spec) }
          : spec.kind === 'led'
            ? { kind: 'ports', ports: modelLeds(spec) }
            : {
                kind: 'eeprom',
                memory: modelEeprom(spec, fruImage(board, device.id, spec.size, around.seed)),
              };
    models.set(fitted, model);
    return model;
  }
  for (const socket of sockets.values()) modelOf(socket);

  /** The bus and the channels that open muxes join to it. */
  function joined(bus: number): number[] {
    const wires = [bus];
    for (const wire of wires) {
      for (const { facts, model } of muxes.values()) {
        if (facts.bus !== wire || facts.driver === 'kernel') continue;
        for (const channel of model.selected) {
          const child = facts.channels[channel];
          if (child !== undefined && !wires.includes(child)) wires.push(child);
        }
      }
    }
    return wires;
  }

  function responderAt(wires: readonly number[], address: number): Responder | 'held' | undefined {
    for (const { facts, model } of muxes.values()) {
      if (facts.address !== address || !wires.includes(facts.bus)) continue;
      if (facts.driver === 'kernel') return 'held';
      return { id: facts.id, pec: false, transfer: (...exchange) => model.transfer(...exchange) };
    }
    for (const socket of sockets.values()) {
      const { fitted, present, device } = socket;
      if (!present || !wires.includes(fitted.bus) || !around.isThere(device.chassis)) continue;
      const model = modelOf(socket);
      const block = address - fitted.address;
      if (block < 0 || block >= (model.kind === 'eeprom' ? model.memory.addresses : 1)) continue;
      return {
        id: device.id,
        pec: fitted.spec.kind === 'sensor' && usesPec(fitted.spec, fitted),
        transfer(write, readLength) {
          if (model.kind === 'eeprom') return model.memory.transfer(write, readLength, block);
          if (model.kind === 'ports') return model.ports.transfer(write, readLength);
          const cycle = fitted.spec.kind === 'sensor' ? fitted.spec.powerCycle : undefined;
          if (cycle !== undefined && readLength === 0 && Buffer.from(cycle.bytes).equals(write)) {
            around.cycled(device.id, cycle.off);
            return new Uint8Array();
          }
          if (readLength > 0) refresh(fitted, model.chip);
          return model.chip.transfer(write, readLength);
        },
      };
    }
    return undefined;
  }

  /** Puts what is measured now into the registers. */
  function refresh({ sensors = {} }: Part, chip: ChipModel): void {
    const now = around.now();
    if (now < (freshUntil.get(chip) ?? 0)) return;
    freshUntil.set(chip, now + conversionTime);
    for (const [channel, { id, scale = 1, offset = 0 }] of Object.entries(sensors)) {
      chip.set(channel, (around.value(id) - offset) / scale);
    }
  }

  /** Waits while `hangs`, for `limit` milliseconds at most, then fails as a hung adapter does. */
  function hang(name: string, hangs: () => boolean, limit?: number): Promise<never> {
    return new Promise((_resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        waiting.delete(look);
        reject(new DeviceError('stuck', name, 'the transfer did not end in time'));
      };
      const look = () => {
        if (closed || !hangs()) end();
      };
      const timer = limit === undefined ? undefined : setTimeout(end, limit).unref();
      waiting.add(look);
    });
  }

  async function transfer(bus: number, name: string, address: number, write: Uint8Array, readLength: number) {
    const where = deviceName(name, address);
    around.settle();
    if (closed || buses.get(bus) !== false || faults.onBus('missingBus', bus)) {
      throw new DeviceError('no-bus', name, 'the machine has no such bus');
    }
    const wires = joined(bus);
    const isStuck = () => wires.some((wire) => faults.onBus('stuckBus', wire));
    if (isStuck()) return hang(name, isStuck, adapterTimeout);

    const responder = responderAt(wires, address);
    if (responder === 'held') throw new DeviceError('held', where, 'the kernel drives this mux');
    if (!responder || faults.onDevice('nack', responder.id)) {
      throw new DeviceError('no-answer', where, 'did not acknowledge');
    }
    const { id } = responder;
    if (faults.onDevice('held', id)) throw new DeviceError('held', where, 'the kernel drives this device');
    if (faults.onDevice('hang', id)) return hang(name, () => faults.onDevice('hang', id));
    if (faults.onDevice('allOnes', id)) return new Uint8Array(readLength).fill(0xff);
    const answer = attempt(where, () => responder.transfer(write, readLength));
    // The check byte comes last; a single byte has none behind it.
    if (faults.onDevice('badPec', id) && readLength > 1)
      answer[readLength - 1] = ~(answer[readLength - 1] ?? 0);
    return answer;
  }

  return {
    transport(bus) {
      const name = `i2c-${bus}`;
      const transport = transports.get(bus) ?? {
        name,
        transfer: (address, write, readLength) => transfer(bus, name, address, write, readLength),
        close: async () => {},
      };
      transports.set(bus, transport);
      return transport;
    },
    targets: new Set([...sockets.keys(), ...muxes.keys()]),
    buses,
    usesPec: (device) => {
      const fitted = sockets.get(device)?.fitted;
      return fitted?.spec.kind === 'sensor' && usesPec(fitted.spec, fitted);
    },
    isPresent: (device) => sockets.get(device)?.present === true,
    setPresent(device, present) {
      lookup(sockets, device, 'device').present = present;
    },
    fit(device, source) {
      const socket = lookup(sockets, device, 'device');
      const part = socket.parts[source];
      if (!part)
        throw new TwinError(`device ${device} has sources 0 to ${socket.parts.length - 1}, not ${source}`);
      socket.fitted = part;
    },
    changed() {
      freshUntil.clear();
      for (const look of [...waiting]) look();
    },
    reset(chassis) {
      if (chassis === undefined) for (const { model } of muxes.values()) model.reset();
      for (const { models, device } of sockets.values()) {
        if (chassis !== undefined && device.chassis !== chassis) continue;
        for (const model of models.values()) {
          if (model.kind === 'sensor') model.chip.reset();
          else if (model.kind === 'ports') model.ports.reset();
        }
      }
    },
    close() {
      closed = true;
      for (const look of [...waiting]) look();
    },
  };
}

/** The failure of a model, at the place of the board where it happened. */
function attempt(where: string, transfer: () => Uint8Array): Uint8Array {
  try {
    return transfer();
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    throw new DeviceError(error.kind, where, error.message.slice(error.where.length + 2), { cause: error });
  }
}

/** Every bus number of the board, and whether it is only a channel of a mux that redfishd switches. */
function busesOf(board: Platform): ReadonlyMap<number, boolean> {
  const { buses = [], ipmb = [], nodes = [], muxes = [], devices = [] } = board;
  const numbers = [
    ...nodes.flatMap(({ link }) => (link.kind === 'ipmb' ? [link.bus] : [])),
    ...[...buses, ...ipmb, ...muxes].map(({ bus }) => bus),
    ...devices.flatMap((device) => partsOf(device).map(({ bus }) => bus)),
  ];
  const all = new Map(numbers.map((bus) => [bus, false]));
  for (const { channels, driver } of muxes) for (const bus of channels) all.set(bus, driver !== 'kernel');
  return all;
}
