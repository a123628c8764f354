/** The I2C buses of a descriptor: adapters, and the channels of muxes that this daemon switches. */
import type { Hardware } from '../../../drivers/hardware.ts';
import { createI2cBus, type I2cBus } from '../../../drivers/i2c/bus.ts';
import { findChip } from '../../../drivers/i2c/chips/index.ts';
import { muxBus } from '../../../drivers/i2c/mux.ts';
import type { Platform } from '../../platform/vocabulary/index.ts';

type MuxFacts = NonNullable<Platform['muxes']>[number];

export interface Buses {
  /** By bus number. */
  readonly all: ReadonlyMap<number, I2cBus>;
  /** Numbers of the buses that can fail on their own: those that are no channel of a mux which this daemon switches. */
  readonly adapters: readonly number[];
  /** The adapter through which a bus is reached. */
  readonly adapterOf: (bus: number) => number;
}

/** Never fails: a bus that does not exist fails on use. */
export function openBuses(platform: Platform, hardware: Pick<Hardware, 'i2c'>): Buses {
  const all = new Map<number, I2cBus>();
  const roots = new Map<number, number>();
  const adapterOf = (bus: number) => roots.get(bus) ?? bus;
  const open = (bus: number, timeout?: number) => {
    all.set(bus, createI2cBus(hardware.i2c(bus), timeout === undefined ? {} : { timeout }));
  };
  const openChannels = ({ id, chip, bus: parentBus, address, channels, driver }: MuxFacts): void => {
    const spec = findChip(chip);
    const parent = all.get(parentBus);
    if (spec?.kind !== 'mux')
      throw new TypeError(`mux ${id}: ${chip} is no mux chip that this build supports`);
    if (parent === undefined) throw new TypeError(`mux ${id}: bus ${parentBus} is not in the descriptor`);
    for (const [channel, bus] of channels.entries()) {
      // The kernel offers each channel of a mux that it drives as an adapter of its own.
      if (driver === 'kernel') open(bus);
      else {
        all.set(bus, muxBus(spec, parent, address, channel, `i2c-${bus}`));
        roots.set(bus, adapterOf(parentBus));
      }
    }
  };
  for (const { bus, timeout } of platform.buses ?? []) open(bus, timeout);
  for (const mux of outermostFirst(platform.muxes ?? [], all)) openChannels(mux);
  return { all, adapterOf, adapters: [...new Set([...all.keys()].map(adapterOf))] };
}

/** Muxes may be behind muxes, in any order in the descriptor. One whose bus does not exist is left out. */
function outermostFirst(muxes: readonly MuxFacts[], buses: ReadonlyMap<number, unknown>): MuxFacts[] {
  const reachable = new Set(buses.keys());
  const ordered: MuxFacts[] = [];
  let waiting = muxes;
  for (let count = -1; count !== ordered.length; ) {
    count = ordered.length;
    const next = waiting.filter(({ bus }) => reachable.has(bus));
    waiting = waiting.filter((mux) => !next.includes(mux));
    ordered.push(...next);
    for (const { channels } of next) for (const bus of channels) reachable.add(bus);
  }
  return ordered;
}
