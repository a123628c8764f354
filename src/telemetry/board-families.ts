/** Metric families of the board: readings in base units, health, presence, power and bus traffic. */

import type { Board } from '../board/model/board.ts';
import type { Quantity, Sensor } from '../board/model/sensor.ts';
import type { Health } from '../board/model/status.ts';
import { coolingFamilies } from './cooling-families.ts';
import { type Family, labelsOf, linesOf, type Sample } from './exposition.ts';

interface Kind {
  readonly name: string;
  /** Base unit; also the end of the name. */
  readonly unit: string;
  readonly help: string;
  /** Base units per unit of the reading. */
  readonly factor: number;
}

/** Name and unit of each quantity: base units without prefixes, as Prometheus recommends. */
const kinds: Readonly<Record<Quantity, Kind>> = {
  Temperature: {
    name: 'redfishd_sensor_temperature_celsius',
    unit: 'celsius',
    help: 'Temperature that a sensor reads.',
    factor: 1,
  },
  Voltage: {
    name: 'redfishd_sensor_voltage_volts',
    unit: 'volts',
    help: 'Voltage that a sensor reads.',
    factor: 1,
  },
  Current: {
    name: 'redfishd_sensor_current_amperes',
    unit: 'amperes',
    help: 'Current that a sensor reads.',
    factor: 1,
  },
  Power: {
    name: 'redfishd_sensor_power_watts',
    unit: 'watts',
    help: 'Power that a sensor reads.',
    factor: 1,
  },
  EnergyJoules: {
    name: 'redfishd_sensor_energy_joules',
    unit: 'joules',
    help: 'Energy that a meter shows.',
    factor: 1,
  },
  Frequency: {
    name: 'redfishd_sensor_frequency_hertz',
    unit: 'hertz',
    help: 'Frequency that a sensor reads.',
    factor: 1,
  },
  Rotational: {
    name: 'redfishd_sensor_rotation_rpm',
    unit: 'rpm',
    help: 'Revolutions per minute that a tachometer reads.',
    factor: 1,
  },
  Percent: {
    name: 'redfishd_sensor_share_ratio',
    unit: 'ratio',
    help: 'Share that a sensor reads, from 0 to 1.',
    factor: 0.01,
  },
  Humidity: {
    name: 'redfishd_sensor_relative_humidity_ratio',
    unit: 'ratio',
    help: 'Relative humidity that a sensor reads, from 0 to 1.',
    factor: 0.01,
  },
  Pressure: {
    name: 'redfishd_sensor_pressure_pascals',
    unit: 'pascals',
    help: 'Pressure that a sensor reads.',
    factor: 1000,
  },
};

const healthValues: Readonly<Record<Health, number>> = { OK: 0, Warning: 1, Critical: 2 };
const powerStates = ['On', 'Off', 'PoweringOn', 'PoweringOff'] as const;

/**
 * Returns what gives the families of a board as they are now. Lines are kept: those of a reading until its sensor changes,
 * those of health, presence and power until some state does. An unknown reading has no sample; `redfishd_sensor_up` is 0 then.
 */
export function boardFamilies(board: Board): () => Family[] {
  const known: KeptSensors = new WeakMap();
  let state = Number.NaN;
  let readings: readonly ReadingLines[] = [];
  let states: readonly Family[] = [];
  return () => {
    const now = board.revisions.state();
    if (now !== state) {
      const sensors = [...board.sensors.values()].map((sensor) => keptOf(known, sensor));
      readings = byQuantity(sensors);
      states = [...sensorFamilies(sensors), ...partFamilies(board)].map((family) => ({
        ...family,
        samples: typeof family.samples === 'string' ? family.samples : linesOf(family.name, family.samples),
      }));
      state = now;
    }
    return [
      ...readings.map((each) => each.family()),
      ...states,
      ...activityFamilies(board),
      ...coolingFamilies(board),
    ];
  };
}

function byQuantity(sensors: readonly KeptSensor[]): ReadingLines[] {
  const groups = new Map<Quantity, KeptSensor[]>();
  for (const kept of sensors) {
    const { quantity } = kept.sensor;
    const group = groups.get(quantity);
    if (group === undefined) groups.set(quantity, [kept]);
    else group.push(kept);
  }
  return [...groups].map(([quantity, group]) => new ReadingLines(kinds[quantity], group));
}

/** What is kept of a sensor: its labels, which are constant, and the line of its reading at a revision. */
interface KeptSensor {
  readonly sensor: Sensor;
  readonly labels: string;
  /** The line up to the value. */
  readonly start: string;
  revision: number;
  line: string;
}

type KeptSensors = WeakMap<Sensor, KeptSensor>;

function keptOf(known: KeptSensors, sensor: Sensor): KeptSensor {
  const found = known.get(sensor);
  if (found !== undefined) return found;
  const { chassis, id, name, context, quantity } = sensor;
  const { unit, name: family } = kinds[quantity];
  const short = { chassis, sensor: id };
  const start = `${family}${labelsOf({ ...short, name, context: context ?? undefined, unit })} `;
  const made = { sensor, labels: labelsOf(short), start, revision: Number.NaN, line: '' };
  known.set(sensor, made);
  return made;
}

/** The readings of one quantity. */
class ReadingLines {
  readonly #kind: Kind;
  readonly #kept: readonly KeptSensor[];

  constructor(kind: Kind, sensors: readonly KeptSensor[]) {
    this.#kind = kind;
    this.#kept = sensors;
  }

  family(): Family {
    const { name, unit, help, factor } = this.#kind;
    let lines = '';
    for (const kept of this.#kept) {
      const { reading, revision } = kept.sensor;
      if (kept.revision !== revision) {
        kept.line = reading === null ? '' : `${kept.start}${Number((reading * factor).toPrecision(7))}\n`;
        kept.revision = revision;
      }
      lines += kept.line;
    }
    return { name, type: 'gauge', unit, help, samples: lines };
  }
}

function sensorFamilies(sensors: readonly KeptSensor[]): Family[] {
  return [
    {
      name: 'redfishd_sensor_up',
      type: 'gauge',
      help: 'Whether there is a reading of the sensor: 1, or 0 where it is unknown.',
      samples: sensors.map(({ labels, sensor }) => [labels, sensor.reading === null ? 0 : 1]),
    },
    {
      name: 'redfishd_sensor_health',
      type: 'gauge',
      help: 'Health of the sensor: 0 is OK, 1 Warning, 2 Critical. What is absent has none.',
      samples: sensors.flatMap(({ labels, sensor: { status } }): Sample[] =>
        status.state === 'Absent' ? [] : [[labels, healthValues[status.health]]],
      ),
    },
  ];
}

function partFamilies(board: Board): Family[] {
  const parts = [
    ...[...board.chassis.values()].map(({ id, status }) => ({ kind: 'chassis', id, chassis: id, status })),
    ...[...board.hosts.values()].map(({ id, chassis, status }) => ({ kind: 'system', id, chassis, status })),
    ...[...board.fans.values()].map(({ id, chassis, status }) => ({ kind: 'fan', id, chassis, status })),
    ...[...board.powerSupplies.values()].map(({ id, chassis, status }) => ({
      kind: 'power_supply',
      id,
      chassis,
      status,
    })),
    ...[...board.frus.values()].map(({ id, chassis, status }) => ({ kind: 'fru', id, chassis, status })),
  ];
  const labelled = parts.map(({ status, ...labels }) => ({ status, labels: labelsOf(labels) }));
  const hosts = [...board.hosts.values()].flatMap(({ id, powerState }) =>
    powerState === null ? [] : [{ id, powerState }],
  );
  return [
    {
      name: 'redfishd_health',
      type: 'gauge',
      help: 'Health of all that the controller watches: 0 is OK, 1 Warning, 2 Critical.',
      samples: [['', healthValues[board.health]]],
    },
    {
      name: 'redfishd_component_health',
      type: 'gauge',
      help: 'Health of a part: 0 is OK, 1 Warning, 2 Critical. What is absent has none.',
      samples: labelled.flatMap(({ status, labels }): Sample[] =>
        status.state === 'Absent' ? [] : [[labels, healthValues[status.health]]],
      ),
    },
    {
      name: 'redfishd_component_present',
      type: 'gauge',
      help: 'Whether a part is there: 1, or 0 where it is absent.',
      samples: labelled.map(({ status, labels }) => [labels, status.state === 'Absent' ? 0 : 1]),
    },
    {
      name: 'redfishd_system_power_state',
      type: 'gauge',
      help: 'Power state of a system: 1 for the one it is in, 0 for the others, nothing while it is unknown.',
      samples: hosts.flatMap(({ id, powerState }) =>
        powerStates.map((state): Sample => [labelsOf({ system: id, state }), Number(state === powerState)]),
      ),
    },
  ];
}

/** What changes without a change of state. */
function activityFamilies(board: Board): Family[] {
  return [
    {
      name: 'redfishd_bus_reads',
      type: 'counter',
      help: 'Readings that were taken over a bus, or from the controller itself, since the start.',
      samples: [...board.traffic].map(([bus, { reads }]) => [labelsOf({ bus }), reads]),
    },
    {
      name: 'redfishd_bus_read_failures',
      type: 'counter',
      help: 'Tries to read over a bus, or from the controller itself, that failed since the start.',
      samples: [...board.traffic].map(([bus, { failures }]) => [labelsOf({ bus }), failures]),
    },
    {
      name: 'redfishd_bus_health',
      type: 'gauge',
      help: 'Health of an I2C bus: 0 is OK, 1 Warning, 2 Critical.',
      samples: board.buses.map(({ bus, name, status }) => [
        labelsOf({ bus: `i2c-${bus}`, name }),
        healthValues[status.health],
      ]),
    },
  ];
}
