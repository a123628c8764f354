/** Rules of I2C across sections: every bus is reachable, and one chip responds at each address. */
import { findChip } from '../../../../drivers/i2c/chips/index.ts';
import { pointer } from '../../source/pointer.ts';
import { choicesOf } from '../../vocabulary/devices.ts';
import type { PartialPlatform } from '../../vocabulary/index.ts';
import { routeOf, upstreamBuses } from '../../vocabulary/muxes.ts';
import { type Breach, entries, type Rules, repeated } from '../../vocabulary/rule.ts';

/** What responds on a bus. */
interface Responder {
  /** In messages. */
  readonly name: string;
  readonly path: string;
  readonly bus: number | undefined;
  readonly address: number | undefined;
  /** Consecutive addresses that it takes. */
  readonly count: number;
  /** Second sources of one device do not clash with each other. */
  readonly owner: string;
  /** Whether `path` states the bus itself; a second source may take it from the device. */
  readonly statesBus: boolean;
}

function responders(platform: PartialPlatform): Responder[] {
  const whole = ({
    path,
    item,
  }: {
    path: string;
    item: { id?: string | undefined; bus?: number | undefined; address?: number | undefined };
  }) => ({
    ...{ path, owner: path, name: `"${item.id}"`, bus: item.bus, address: item.address },
    ...{ count: 1, statesBus: true },
  });
  const nodes = entries(platform.nodes, '/nodes').flatMap(({ path, item: { id, link } }) =>
    link?.kind === 'ipmb'
      ? [{ path: pointer(path, 'link'), item: { id, bus: link.bus, address: link.address } }]
      : [],
  );
  const devices = entries(platform.devices, '/devices').flatMap((device) =>
    choicesOf(device.item, device.path).map((choice) => ({
      ...whole(choice),
      ...{
        owner: device.path,
        count: addressesOf(choice.item.chip),
        statesBus: choice.own.bus !== undefined,
      },
    })),
  );
  return [
    ...entries(platform.muxes, '/muxes').map((mux) => ({ ...whole(mux), name: `mux "${mux.item.id}"` })),
    ...devices,
    ...[...entries(platform.ipmb, '/ipmb'), ...nodes].map(whole),
  ];
}

/** EEPROMs with one byte of memory address respond at one device address for each 256 bytes. */
function addressesOf(name: string | undefined): number {
  const spec = name === undefined ? undefined : findChip(name);
  return spec?.kind === 'eeprom' && spec.addressBytes === 1 ? Math.max(1, spec.size / 256) : 1;
}

const hex = (address: number) => `0x${address.toString(16).padStart(2, '0')}`;

/** One address of one responder. */
interface Station {
  readonly name: string;
  readonly path: string;
  readonly owner: string;
  readonly bus: number;
  readonly address: number;
}

const stationsOf = ({ name, path, owner, bus, address, count }: Responder): Station[] =>
  bus === undefined || address === undefined
    ? []
    : Array.from({ length: count }, (_, index) => ({ name, path, owner, bus, address: address + index }));

export const i2cRules: Rules<PartialPlatform> = {
  *'missing-mux'(platform) {
    const known = new Set(upstreamBuses(platform.muxes).keys());
    for (const { item } of entries(platform.buses, '/buses')) if (item.bus !== undefined) known.add(item.bus);
    const names = [...known].sort((a, b) => a - b).join(', ');
    for (const { path, bus, statesBus } of responders(platform)) {
      if (bus === undefined || !statesBus || known.has(bus)) continue;
      const message = `bus ${bus} is neither in "buses" nor a channel of a mux`;
      const hint = `declare it, or the mux that leads to it${names === '' ? '' : `; declared are ${names}`}`;
      yield { path: pointer(path, 'bus'), message, hint };
    }
  },

  *'duplicate-bus'(platform) {
    const own = entries(platform.buses, '/buses').map(({ path, item }) => ({
      path: pointer(path, 'bus'),
      item: item.bus,
    }));
    const channels = entries(platform.muxes, '/muxes').flatMap(({ path, item }) =>
      entries(item.channels, pointer(path, 'channels')),
    );
    for (const { path, item } of repeated([...own, ...channels], ({ item }) => item)) {
      yield { path, message: `there is another bus ${item}`, hint: 'give each bus a number of its own' };
    }
  },

  *'address-clash'(platform) {
    const upstream = upstreamBuses(platform.muxes);
    const earlier = new Map<number, Station[]>();
    const reported = new Set<string>();
    for (const station of responders(platform).flatMap(stationsOf)) {
      const same = earlier.get(station.address) ?? [];
      earlier.set(station.address, [...same, station]);
      for (const other of same) {
        const pair = `${other.owner} ${station.path}`;
        if (other.owner === station.owner || reported.has(pair) || !areJoined(other, station, upstream))
          continue;
        reported.add(pair);
        yield clash(station, other);
      }
    }
  },
};

/** An open channel of a mux joins the bus behind it with the bus in front of the mux. */
const areJoined = (one: Station, other: Station, upstream: ReadonlyMap<number, number>) =>
  routeOf(one.bus, upstream).has(other.bus) || routeOf(other.bus, upstream).has(one.bus);

function clash(station: Station, other: Station): Breach {
  const place = `${hex(station.address)} of bus ${station.bus}`;
  const message =
    station.bus === other.bus
      ? `${other.name} is at ${place} as well`
      : `${other.name} is at ${hex(station.address)} of bus ${other.bus}, which a mux connects with ${place}`;
  const hint =
    'correct one of the addresses; a chip fitted instead of another belongs under its "alternatives"';
  return { path: pointer(station.path, 'address'), message, hint };
}
