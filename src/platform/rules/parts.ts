/** The parts of a board that rules go through, each with its JSON pointer. */
import type { ChipSpec, EepromChipSpec, MuxChipSpec, SensorChipSpec } from '../../../drivers/i2c/chip.ts';
import { findChip } from '../../../drivers/i2c/chips/index.ts';
import type { Finding } from '../finding.ts';
import type { DeviceFacts, Platform, SensorFacts } from '../schema.ts';
import { pointer } from '../source.ts';

/** What is left of a faulty descriptor: anything may be missing, but what is there has the right type. */
export type Loose<T> = T extends readonly (infer Item)[]
  ? readonly (Loose<Item> | undefined)[]
  : T extends object
    ? { readonly [Name in keyof T]?: Loose<T[Name]> | undefined }
    : T;
export type Board = Loose<Platform>;

export type Breach = Omit<Finding, 'rule'>;
/** A rule says what breaks it, and nothing of what is missing: the schema has said that. */
export type Rule = (board: Board) => Iterable<Breach>;

export interface At<T> {
  readonly path: string;
  readonly item: T;
}

/** The entries of a list that are there at all. */
export function entries<T>(list: readonly (T | undefined)[] | undefined, path: string): At<T>[] {
  return (list ?? []).flatMap((item, index) =>
    item === undefined ? [] : [{ path: pointer(path, index), item }],
  );
}

/** The members of a mapping that are there at all. */
export function members<T>(
  map: Readonly<Record<string, T | undefined>> | undefined,
  path: string,
): (At<T> & { readonly name: string })[] {
  return Object.entries(map ?? {}).flatMap(([name, item]) =>
    item === undefined ? [] : [{ name, path: pointer(path, name), item }],
  );
}

/** The items whose key an earlier one has already. */
export function* repeated<T>(items: Iterable<T>, key: (item: T) => string | number | undefined): Iterable<T> {
  const known = new Set<string | number>();
  for (const item of items) {
    const found = key(item);
    if (found === undefined) continue;
    if (known.has(found)) yield item;
    known.add(found);
  }
}

/** A device, or one of its second sources with all that it has from the device itself. */
export interface Choice extends At<Loose<DeviceFacts>> {
  /** Where the device stands; `path` is where what is said of this choice alone stands. */
  readonly device: string;
  /** What is said of this choice alone. */
  readonly own: Loose<Partial<DeviceFacts>>;
}

/** All devices and their second sources. */
export function choices(board: Board): Choice[] {
  return entries(board.devices, '/devices').flatMap(({ path, item }) => {
    const { alternatives, ...first } = item;
    const others = entries(alternatives, pointer(path, 'alternatives'));
    return [
      { device: path, path, item: first, own: first },
      ...others.map((other) => ({
        device: path,
        path: other.path,
        item: { ...first, ...other.item },
        own: other.item,
      })),
    ];
  });
}

export interface SensorAt extends At<Loose<SensorFacts>> {
  /** Where what it belongs to stands. */
  readonly owner: string;
  /** Where the second source that it belongs to stands; that of the owner for the first. */
  readonly choice: string;
}

/** All sensors, wherever they are declared. */
export function sensors(board: Board): SensorAt[] {
  const found: SensorAt[] = [];
  const add = (sensors: readonly At<Loose<SensorFacts>>[], owner: string, choice = owner) => {
    found.push(...sensors.map(({ path, item }) => ({ path, item, owner, choice })));
  };
  for (const { path, device, own } of choices(board)) {
    add(members(own.sensors, pointer(path, 'sensors')), device, path);
  }
  for (const { path, item } of entries(board.adc, '/adc')) add(only(item.sensor, path), path);
  for (const fan of entries(board.fans, '/fans')) {
    for (const { path, item } of entries(fan.item.tachs, pointer(fan.path, 'tachs'))) {
      add(only(item.sensor, path), path);
    }
  }
  for (const { path, item } of entries(board.ipmb, '/ipmb')) {
    add(entries(item.sensors, pointer(path, 'sensors')), path);
  }
  for (const { path, item } of entries(board.peci, '/peci')) {
    add(members(item.sensors, pointer(path, 'sensors')), path);
  }
  return found;
}

const only = <T>(sensor: T | undefined, path: string): At<T>[] =>
  sensor === undefined ? [] : [{ path: pointer(path, 'sensor'), item: sensor }];

/** The chip of that name, where it is of that kind. */
export function chipOf(name: string | undefined, kind: 'sensor'): SensorChipSpec | undefined;
export function chipOf(name: string | undefined, kind: 'eeprom'): EepromChipSpec | undefined;
export function chipOf(name: string | undefined, kind: 'mux'): MuxChipSpec | undefined;
export function chipOf(name: string | undefined, kind: ChipSpec['kind']): ChipSpec | undefined {
  const chip = name === undefined ? undefined : findChip(name);
  return chip?.kind === kind ? chip : undefined;
}
