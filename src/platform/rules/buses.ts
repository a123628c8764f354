/** Rules of I2C: every bus leads somewhere, and at each address of it one chip answers. */
import { pointer } from '../source.ts';
import { type Board, type Breach, chipOf, choices, entries, type Rule, repeated } from './parts.ts';

/** Something that answers on a bus. */
interface Station {
  readonly name: string;
  readonly path: string;
  readonly bus: number;
  readonly address: number;
  /** What is one thing in several forms, second sources of a device, is no clash with itself. */
  readonly owner: string;
}

function stations(board: Board): Station[] {
  const found: Station[] = [];
  const add = (path: string, owner: string, name: string, bus?: number, address?: number, count = 1) => {
    if (bus === undefined || address === undefined) return;
    for (let next = address; next < address + count; next++)
      found.push({ name, path, bus, address: next, owner });
  };
  for (const { path, item } of entries(board.muxes, '/muxes')) {
    add(path, path, `mux "${item.id}"`, item.bus, item.address);
  }
  for (const { path, device, item } of choices(board)) {
    add(path, device, `"${item.id}"`, item.bus, item.address, addressesOf(item.chip));
  }
  for (const { path, item } of [...entries(board.ipmb, '/ipmb'), ...ipmbNodes(board)]) {
    add(path, path, `"${item.id}"`, item.bus, item.address);
  }
  return found;
}

/** Nodes on I2C buses, by the links that lead to them. */
function ipmbNodes(board: Board) {
  return entries(board.nodes, '/nodes').flatMap(({ path, item: { id, link } }) =>
    link?.kind === 'ipmb'
      ? [{ path: pointer(path, 'link'), item: { id, bus: link.bus, address: link.address } }]
      : [],
  );
}

/** EEPROMs with one byte of memory address answer at one device address for each 256 bytes. */
function addressesOf(name: string | undefined): number {
  const eeprom = chipOf(name, 'eeprom');
  return eeprom?.addressBytes === 1 ? Math.max(1, eeprom.size / 256) : 1;
}

/** The bus in front of the mux that leads to a bus; nothing for a bus of the controller. */
function upstream(board: Board): ReadonlyMap<number, number> {
  const links = entries(board.muxes, '/muxes').flatMap(({ item }) =>
    (item.channels ?? []).map((channel) => [channel, item.bus] as const),
  );
  return new Map(
    links.flatMap(([channel, bus]) => (channel === undefined || bus === undefined ? [] : [[channel, bus]])),
  );
}

/** A bus and all in front of it, the nearest first; a circle ends where it closes. */
function route(bus: number, above: ReadonlyMap<number, number>): Set<number> {
  const buses = new Set<number>();
  for (let next: number | undefined = bus; next !== undefined && !buses.has(next); next = above.get(next)) {
    buses.add(next);
  }
  return buses;
}

const hex = (address: number) => `0x${address.toString(16).padStart(2, '0')}`;

/** Where "own" is left out (schema.ts). */
const usualOwn = 0x10;

export const busRules: Readonly<Record<string, Rule>> = {
  *'missing-mux'(board) {
    const known = new Set(upstream(board).keys());
    for (const { item } of entries(board.buses, '/buses')) if (item.bus !== undefined) known.add(item.bus);
    const there = [...known].sort((a, b) => a - b).join(', ');
    const users = [
      ...entries(board.muxes, '/muxes'),
      ...choices(board).map(({ path, own }) => ({ path, item: own })),
      ...entries(board.ipmb, '/ipmb'),
      ...ipmbNodes(board),
    ];
    for (const { path, item } of users) {
      if (item.bus === undefined || known.has(item.bus)) continue;
      const message = `bus ${item.bus} is neither in "buses" nor a channel of a mux`;
      const hint = `declare it, or the mux that leads to it${there === '' ? '' : `; there are ${there}`}`;
      yield { path: pointer(path, 'bus'), message, hint };
    }
  },

  *'duplicate-bus'(board) {
    const numbers = [
      ...entries(board.buses, '/buses').map(({ path, item }) => ({
        path: pointer(path, 'bus'),
        item: item.bus,
      })),
      ...entries(board.muxes, '/muxes').flatMap(({ path, item }) =>
        entries(item.channels, pointer(path, 'channels')),
      ),
    ];
    for (const { path, item } of repeated(numbers, ({ item }) => item)) {
      yield { path, message: `there is another bus ${item}`, hint: 'give each bus a number of its own' };
    }
  },

  *'mux-channels'(board) {
    for (const { path, item } of entries(board.muxes, '/muxes')) {
      const chip = chipOf(item.chip, 'mux');
      const count = item.channels?.length ?? 0;
      if (chip === undefined || count <= chip.channels) continue;
      const message = `${item.chip} has ${chip.channels} channels, not ${count}`;
      yield { path: pointer(path, 'channels'), message, hint: `name at most ${chip.channels} buses` };
    }
  },

  *'own-address'(board) {
    const first = new Map<number, { readonly id: string | undefined; readonly own: number }>();
    for (const { path, item } of entries(board.nodes, '/nodes')) {
      const { link } = item;
      if (link?.kind !== 'ipmb' || link.bus === undefined) continue;
      const own = link.own ?? usualOwn;
      const known = first.get(link.bus);
      first.set(link.bus, known ?? { id: item.id, own });
      if (known === undefined || known.own === own) continue;
      const message = `this controller is ${hex(own)} on bus ${link.bus}, and ${hex(known.own)} there for "${known.id}"`;
      const at = link.own === undefined ? 'address' : 'own';
      yield {
        path: pointer(pointer(path, 'link'), at),
        message,
        hint: `give both nodes the same "own" address`,
      };
    }
  },

  *cycle(board) {
    const above = upstream(board);
    for (const { path, item } of entries(board.muxes, '/muxes')) {
      const before = item.bus === undefined ? new Set<number>() : route(item.bus, above);
      const behind = item.channels?.find((channel) => channel !== undefined && before.has(channel));
      if (behind === undefined) continue;
      const message = `mux "${item.id}" is behind its own channel, bus ${behind}`;
      yield { path: pointer(path, 'bus'), message, hint: 'name the bus that leads to it' };
    }
  },

  *'kernel-behind-redfishd'(board) {
    // Only this daemon can reach what is behind a mux that it switches: the kernel has no bus there.
    const ours = new Map(
      entries(board.muxes, '/muxes').flatMap(({ item }) =>
        item.driver === 'kernel' ? [] : (item.channels ?? []).map((channel) => [channel, item.id] as const),
      ),
    );
    for (const { path, item } of entries(board.muxes, '/muxes')) {
      const before = item.driver === 'kernel' ? ours.get(item.bus) : undefined;
      if (before === undefined) continue;
      const message = `the kernel cannot drive mux "${item.id}": it is behind "${before}", which redfishd switches`;
      const hint = `"driver: redfishd" here, or "driver: kernel" for "${before}" too`;
      yield { path: pointer(path, 'driver'), message, hint };
    }
  },

  *'address-clash'(board) {
    const above = upstream(board);
    const earlier = new Map<number, Station[]>();
    const told = new Set<string>();
    for (const station of stations(board)) {
      const same = earlier.get(station.address) ?? [];
      earlier.set(station.address, [...same, station]);
      for (const other of same) {
        const pair = `${other.owner} ${station.path}`;
        if (other.owner === station.owner || told.has(pair) || !together(other, station, above)) continue;
        told.add(pair);
        yield clash(station, other);
      }
    }
  },
};

/** While a channel of a mux is open, what is behind it and what is in front of the mux are on one bus. */
const together = (one: Station, other: Station, above: ReadonlyMap<number, number>) =>
  route(one.bus, above).has(other.bus) || route(other.bus, above).has(one.bus);

function clash(station: Station, other: Station): Breach {
  const place = `${hex(station.address)} of bus ${station.bus}`;
  const message =
    station.bus === other.bus
      ? `${other.name} is at ${place} too`
      : `${other.name} is at ${hex(station.address)} of bus ${other.bus}, and a mux connects that with ${place}`;
  const hint = 'correct one of the addresses; what is fitted in its place belongs under "alternatives"';
  return { path: pointer(station.path, 'address'), message, hint };
}
