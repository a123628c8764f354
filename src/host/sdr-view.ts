/** The sensors of the board as a sensor data record repository: built from memory, and only shown. */
import {
  encodeSdr,
  FieldReader,
  type FullSensor,
  NETFN,
  type NodeSensor,
  type Route,
  SdrStore,
  type ThresholdName as SdrThreshold,
  SensorStore,
  THRESHOLDS,
  UNITS,
} from 'node-ipmi';
import type { Board } from '../board/model/board.ts';
import type { Sensor, ThresholdName } from '../board/model/sensor.ts';
import { readingCount, type Scale, scaleFor, thresholdCount } from './scale.ts';
import { shortNames } from './short-names.ts';

const address = 0x20;
/** Sensors of one logical unit: 00h and FFh are reserved. */
const perLun = 254;
/** Logical units that have sensors; 2 carries messages of a host. */
const luns = [0, 1, 3] as const;

/** Sensor type (table 42-3), unit and usual range of a quantity. */
const quantities: Readonly<
  Record<
    Sensor['quantity'],
    { readonly type: number; readonly unit: string; readonly range: readonly [number, number] }
  >
> = {
  Temperature: { type: 0x01, unit: 'degrees C', range: [-55, 127] },
  Voltage: { type: 0x02, unit: 'Volts', range: [0, 15] },
  Current: { type: 0x03, unit: 'Amps', range: [0, 100] },
  Power: { type: 0x0b, unit: 'Watts', range: [0, 2000] },
  EnergyJoules: { type: 0x0b, unit: 'Joules', range: [0, 1e9] },
  Frequency: { type: 0x0b, unit: 'Hz', range: [0, 1000] },
  Rotational: { type: 0x04, unit: 'RPM', range: [0, 25_000] },
  Percent: { type: 0x0b, unit: 'unspecified', range: [0, 127] },
  Humidity: { type: 0x0b, unit: 'unspecified', range: [0, 127] },
  Pressure: { type: 0x0b, unit: 'kPa', range: [0, 200] },
};

/** Entities (table 43-13) by what is measured. */
const entities: Readonly<Record<string, number>> = {
  CPU: 3,
  Memory: 32,
  SystemBoard: 7,
  PowerSupply: 10,
  Fan: 29,
  Intake: 55,
  StorageDevice: 4,
  VoltageRegulator: 20,
  NetworkingDevice: 42,
  Battery: 40,
};
const systemBoard = 7;

/** Names of the thresholds of a board. */
const names: Readonly<Record<SdrThreshold, ThresholdName>> = {
  lowerNonCritical: 'lowerCaution',
  lowerCritical: 'lowerCritical',
  lowerNonRecoverable: 'lowerFatal',
  upperNonCritical: 'upperCaution',
  upperCritical: 'upperCritical',
  upperNonRecoverable: 'upperFatal',
};

/** Bit of each threshold in masks, and of its event: lower ones going low, upper ones going high. */
const bitOf = (name: SdrThreshold): number => 1 << THRESHOLDS.indexOf(name);
const eventOf = (name: SdrThreshold): number =>
  1 << (2 * THRESHOLDS.indexOf(name) + (name.startsWith('lower') ? 0 : 1));

export function scaleOfSensor({
  quantity,
  thresholds,
  range,
}: Pick<Sensor, 'quantity' | 'thresholds' | 'range'>): Scale {
  const limits = Object.values(thresholds).filter((value) => value !== undefined);
  if (limits.length === 0) {
    const [low, high] = range === null ? quantities[quantity].range : [range.min, range.max];
    return scaleFor([], Math.min(0, low), high);
  }
  // A quarter beyond the outermost thresholds shows whether one is crossed by little or much.
  const beyond = (value: number, away: number) => value + Math.abs(value) * away;
  const high = Math.max(...limits.map((value) => beyond(value, 0.25)), 0);
  const low = Math.min(0, ...limits.map((value) => beyond(value, value < 0 ? -0.25 : 0)));
  const wide = scaleFor(limits, low, high);
  if (wide.exact) return wide;
  // Where the whole range is too wide for steps of that size, a window around the thresholds is exact.
  const window = scaleFor(limits, beyond(Math.min(...limits), -0.25), high);
  return window.exact ? window : wide;
}

function recordOf(sensor: Sensor, number: number, lun: number, name: string): FullSensor {
  const scale = scaleOfSensor(sensor);
  const { type, unit } = quantities[sensor.quantity];
  const given = THRESHOLDS.filter((each) => sensor.thresholds[names[each]] !== undefined);
  const mask = given.reduce((all, each) => all | bitOf(each), 0);
  const events = given.reduce((all, each) => all | eventOf(each), 0);
  const percent = sensor.quantity === 'Percent' || sensor.quantity === 'Humidity';
  const count = (each: SdrThreshold): number => {
    const value = sensor.thresholds[names[each]];
    return value === undefined ? 0 : thresholdCount(scale, names[each], value);
  };
  return {
    kind: 'full',
    recordId: 0,
    owner: { address, channel: 0, lun },
    number,
    entity: { id: entities[sensor.context ?? ''] ?? systemBoard, instance: 1, logical: false },
    sensorType: type,
    eventType: 1,
    oem: 0,
    name: { text: name, encoding: 'latin1' },
    initialization: 0x7f,
    capabilities: {
      ...{ ignoreWithoutEntity: false, autoRearm: true, hysteresis: 0, eventControl: 0 },
      thresholds: mask === 0 ? 0 : 1,
    },
    // The comparisons that a reading returns are in the upper bits of both masks; none can be set.
    masks: {
      assertion: events | ((mask & 7) << 12),
      deassertion: events | ((mask >> 3) << 12),
      reading: mask,
    },
    unit: {
      ...{ percent, modifier: 0, join: 'none', rate: 0 },
      base: Math.max(0, (UNITS as readonly string[]).indexOf(unit)),
    },
    factors: {
      ...{ m: scale.m, b: scale.b, bExponent: scale.bExponent, rExponent: scale.rExponent },
      ...{ linearization: 0, format: 'unsigned', tolerance: 0, accuracy: 0, accuracyExponent: 0 },
    },
    direction: 1,
    ...{ nominal: undefined, normalMaximum: undefined, normalMinimum: undefined, maximum: 255, minimum: 0 },
    thresholds: {
      lowerNonCritical: count('lowerNonCritical'),
      lowerCritical: count('lowerCritical'),
      lowerNonRecoverable: count('lowerNonRecoverable'),
      upperNonCritical: count('upperNonCritical'),
      upperCritical: count('upperCritical'),
      upperNonRecoverable: count('upperNonRecoverable'),
    },
    hysteresis: { positive: 0, negative: 0 },
  };
}

interface Built {
  /** What the records depend on. */
  readonly key: string;
  readonly routes: ReadonlyMap<number, Route>;
  readonly sensors: SensorStore;
  /** Sensors by logical unit and number. */
  readonly shown: ReadonlyMap<number, { readonly sensor: Sensor; readonly scale: Scale }>;
}

const { storage, sensorEvent } = NETFN;
const shownCommands: readonly (readonly [netFn: number, command: number])[] = [
  ...[0x20, 0x22, 0x23].map((command) => [storage, command] as const),
  ...[0x20, 0x21, 0x22].map((command) => [sensorEvent, command] as const),
];
const sensorCommands = [0x25, 0x27, 0x29, 0x2b, 0x2d, 0x2f] as const;

export class SdrView {
  readonly #board: Board;
  readonly #now: () => Date;
  #built: Built | undefined;

  constructor(board: Board, now: () => Date) {
    this.#board = board;
    this.#now = now;
  }

  routes(): readonly Route[] {
    const passed = (
      netFn: number,
      command: number,
      prepare: (request: FieldReader, lun: number) => FieldReader,
    ): Route => [
      netFn,
      command,
      0,
      (request, context, lun) => {
        const prepared = prepare(request, lun);
        const route = this.#current().routes.get((netFn << 8) | command);
        return route === undefined ? [] : route[3](prepared, context, lun);
      },
    ];
    return [
      ...shownCommands.map(([netFn, command]) => passed(netFn, command, (request) => request)),
      ...sensorCommands.map((command) =>
        passed(sensorEvent, command, (request, lun) => this.#refresh(request, lun)),
      ),
    ];
  }

  /** Puts the present reading of the sensor that the request names into the store. */
  #refresh(request: FieldReader, lun: number): FieldReader {
    const { sensors, shown } = this.#current();
    const [number, rest] = [request.u8(), request.rest()];
    const key = (lun << 8) | number;
    const entry = shown.get(key);
    const stored = sensors.sensors.get(key);
    if (entry !== undefined && stored !== undefined) show(stored, entry.sensor, entry.scale);
    return new FieldReader(Uint8Array.from([number, ...rest]), 'request');
  }

  /** The repository; built anew once sensors or thresholds have changed. */
  #current(): Built {
    const { sensors, generation } = this.#board;
    const limits = [...sensors.values()].map(({ id, thresholds }) => [id, thresholds]);
    const key = `${generation} ${JSON.stringify(limits)}`;
    if (this.#built?.key === key) return this.#built;
    this.#built = this.#build(key);
    return this.#built;
  }

  #build(key: string): Built {
    const all = [...this.#board.sensors.values()];
    const short = shortNames(all.map(({ id }) => id));
    const store = new SdrStore(() => Math.floor(this.#now().getTime() / 1000));
    const shown = new Map<number, { readonly sensor: Sensor; readonly scale: Scale }>();
    all.slice(0, perLun * luns.length).forEach((sensor, index) => {
      const lun = luns[Math.floor(index / perLun)] ?? 0;
      const number = 1 + (index % perLun);
      store.add(encodeSdr(recordOf(sensor, number, lun, short.get(sensor.id) ?? sensor.id)));
      shown.set((lun << 8) | number, { sensor, scale: scaleOfSensor(sensor) });
    });
    const sensors = new SensorStore(store.records.values(), address, () => undefined);
    const routes = [...store.routes(), ...sensors.routes()];
    return {
      ...{ key, sensors, shown },
      routes: new Map(routes.map((route) => [(route[0] << 8) | route[1], route])),
    };
  }
}

/** Unknown readings are marked unavailable, so that nobody waits for them. */
function show(stored: NodeSensor, sensor: Sensor, scale: Scale): void {
  stored.unavailable = sensor.reading === null;
  stored.raw = sensor.reading === null ? 0 : readingCount(scale, sensor.reading);
  stored.states = THRESHOLDS.reduce(
    (mask, name) => (sensor.crossed.includes(names[name]) ? mask | bitOf(name) : mask),
    0,
  );
}
