/** `muxes`: I2C multiplexers and switches, and the buses behind them. */
import { findChip } from '../../../drivers/i2c/chips/index.ts';
import { pointer } from '../source/pointer.ts';
import { address, busNumber } from './common.ts';
import { entries, type Loose, type Rule } from './rule.ts';
import { chip, choice, type Facts, id, list, object, optional } from './schema.ts';

const mux = object(
  {
    id: id('mux', { space: 'device', description: 'Id of the mux, for messages.' }),
    chip: chip('mux'),
    bus: busNumber,
    address,
    channels: list(busNumber, 'Bus number of each channel, from channel 0.', { minItems: 1, maxItems: 8 }),
    driver: optional(
      choice(
        ['redfishd', 'kernel'],
        'What selects the channel: this daemon, or the kernel, which then has /dev/i2c-N for each channel.',
      ),
      'redfishd',
    ),
  },
  'An I2C multiplexer or switch.',
  {
    rules: {
      *'mux-channels'({ chip: name, channels }, path) {
        const spec = name === undefined ? undefined : findChip(name);
        const count = channels?.length ?? 0;
        if (spec?.kind !== 'mux' || count <= spec.channels) return;
        const message = `${name} has ${spec.channels} channels, not ${count}`;
        yield { path: pointer(path, 'channels'), message, hint: `list at most ${spec.channels} buses` };
      },
    },
  },
);
export type MuxFacts = Facts<typeof mux>;
type LooseMuxes = readonly (Loose<MuxFacts> | undefined)[];

/** The bus in front of the mux, by the bus behind it; buses of the controller are not in the map. */
export const upstreamBuses = (muxes: LooseMuxes | undefined): ReadonlyMap<number, number> =>
  new Map(
    (muxes ?? []).flatMap((mux) =>
      (mux?.channels ?? []).flatMap((channel): [number, number][] =>
        channel === undefined || mux?.bus === undefined ? [] : [[channel, mux.bus]],
      ),
    ),
  );

/** A bus and every bus in front of it, the nearest first; a cycle ends where it closes. */
export function routeOf(bus: number, upstream: ReadonlyMap<number, number>): Set<number> {
  const buses = new Set<number>();
  for (let next: number | undefined = bus; next !== undefined && !buses.has(next); ) {
    buses.add(next);
    next = upstream.get(next);
  }
  return buses;
}

const cycle: Rule<LooseMuxes> = function* (muxes, path) {
  const upstream = upstreamBuses(muxes);
  for (const { path: at, item } of entries(muxes, path)) {
    const before = item.bus === undefined ? new Set<number>() : routeOf(item.bus, upstream);
    const behind = item.channels?.find((channel) => channel !== undefined && before.has(channel));
    if (behind === undefined) continue;
    const message = `mux "${item.id}" is behind its own channel, bus ${behind}`;
    yield { path: pointer(at, 'bus'), message, hint: 'write the number of the bus in front of the mux' };
  }
};

/** The kernel has no bus behind a mux that this daemon switches. */
const kernelBehindRedfishd: Rule<LooseMuxes> = function* (muxes, path) {
  const switchedHere = new Map(
    entries(muxes, path).flatMap(({ item }) =>
      item.driver === 'kernel' ? [] : (item.channels ?? []).map((channel) => [channel, item.id] as const),
    ),
  );
  for (const { path: at, item } of entries(muxes, path)) {
    const before = item.driver === 'kernel' ? switchedHere.get(item.bus) : undefined;
    if (before === undefined) continue;
    const message = `the kernel cannot drive mux "${item.id}": it is behind "${before}", which redfishd switches`;
    const hint = `write "driver: redfishd" here, or "driver: kernel" for "${before}" as well`;
    yield { path: pointer(at, 'driver'), message, hint };
  }
};

export const muxes = optional(
  list(mux, 'I2C multiplexers and switches. Each channel is a bus with a number of its own.', {
    example:
      'muxes:\n  - { id: mux_risers, chip: pca9544, bus: 1, address: 0x71, channels: [16, 17, 18, 19] }',
    rules: { cycle, 'kernel-behind-redfishd': kernelBehindRedfishd },
  }),
);
