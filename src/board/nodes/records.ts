/** Sensor data records of a node as sensors of the board (IPMI 2.0, section 43). */
import {
  EVENT_TYPE,
  type FullSensor,
  hysteresisValue,
  type Sdr,
  thresholdValues,
  toValue,
  UNITS,
} from 'node-ipmi';
import type { NodeFacts, SensorFacts, ThresholdFacts } from '../../platform/vocabulary/index.ts';
import type { Quantity } from '../model/sensor.ts';

/** A sensor that was found on a node. */
export interface FoundSensor {
  readonly facts: SensorFacts;
  readonly quantity: Quantity;
}

/** A found sensor with its record. */
export interface RecordedSensor extends FoundSensor {
  readonly record: FullSensor;
}

interface Unit {
  readonly quantity: Quantity;
  /** Our unit = `scale` × the record's + `offset`. */
  readonly scale?: number;
  readonly offset?: number;
}

/** Record units (table 43-15) with a quantity of the board. */
const units: Readonly<Record<string, Unit>> = {
  'degrees C': { quantity: 'Temperature' },
  'degrees F': { quantity: 'Temperature', scale: 5 / 9, offset: -160 / 9 },
  'degrees K': { quantity: 'Temperature', offset: -273.15 },
  Volts: { quantity: 'Voltage' },
  Amps: { quantity: 'Current' },
  Watts: { quantity: 'Power' },
  Joules: { quantity: 'EnergyJoules' },
  RPM: { quantity: 'Rotational' },
  Hz: { quantity: 'Frequency' },
  kPa: { quantity: 'Pressure' },
  PSI: { quantity: 'Pressure', scale: 6.894757 },
};

type Context = NonNullable<SensorFacts['context']>;

/** PhysicalContext by entity ID (table 43-13; 40h to 42h are of DCMI); other entities have no known place. */
const contexts: Readonly<Record<number, Context>> = {
  3: 'CPU',
  4: 'StorageDevice',
  5: 'StorageBay',
  6: 'Manager',
  7: 'SystemBoard',
  8: 'Memory',
  9: 'CPU',
  10: 'PowerSupply',
  11: 'ExpansionBay',
  12: 'Front',
  13: 'Back',
  14: 'PowerSubsystem',
  15: 'Backplane',
  17: 'Board',
  18: 'CPUSubsystem',
  19: 'PowerSubsystem',
  20: 'VoltageRegulator',
  21: 'PowerSubsystem',
  22: 'Back',
  23: 'Chassis',
  26: 'StorageBay',
  29: 'Fan',
  30: 'CoolingSubsystem',
  32: 'Memory',
  39: 'Room',
  40: 'Battery',
  41: 'ComputeBay',
  42: 'NetworkingDevice',
  43: 'CPUSubsystem',
  55: 'Intake',
  64: 'Intake',
  65: 'CPU',
  66: 'SystemBoard',
};

/** Board names of the thresholds of a record. */
const limits = {
  upperNonRecoverable: 'upperFatal',
  upperCritical: 'upperCritical',
  upperNonCritical: 'upperCaution',
  lowerNonCritical: 'lowerCaution',
  lowerCritical: 'lowerCritical',
  lowerNonRecoverable: 'lowerFatal',
} as const;

/** From the lowest to the highest. */
const ascending = [
  'lowerFatal',
  'lowerCritical',
  'lowerCaution',
  'upperCaution',
  'upperCritical',
  'upperFatal',
] as const;

/** Longest id of a descriptor, characters. */
const longestId = 64;
/** Longest record name: 16 bytes are 32 characters in BCD plus (section 43.15). */
const longestName = 32;

/**
 * The sensors with readings among the records of a node; discrete ones are reported by events only. Ids are
 * the node's and the record's name, with the number behind it where another has that name. `taken` are ids that
 * something else of the node has.
 */
export function recordedSensors(
  node: NodeFacts,
  records: readonly Sdr[],
  taken: readonly string[] = [],
): readonly RecordedSensor[] {
  const found = new Map<string, RecordedSensor>();
  const isFree = (id: string) => !found.has(id) && !taken.includes(id);
  for (const record of records) {
    if (record.kind !== 'full' || record.factors.format === 'none') continue;
    const unit = unitOf(record);
    if (unit === undefined) continue;
    const name = record.name.text.trim();
    const id = freeId(node.id, name, record, isFree);
    found.set(id, { facts: factsOf(id, name, node, record, unit), quantity: unit.quantity, record });
  }
  return [...found.values()];
}

function freeId(
  node: string,
  name: string,
  { number, owner }: FullSensor,
  isFree: (id: string) => boolean,
): string {
  const hex = (byte: number) => `0x${byte.toString(16).padStart(2, '0')}`;
  // Numbers are unique per owner and LUN; duplicates in a faulty repository are shown all the same.
  const marks = ['', hex(number), `${hex(number)}_${hex(owner.address)}_${owner.lun}`];
  for (let count = 1; ; count++) {
    const id = idOf(node, name === '' ? hex(number) : name, marks.shift() ?? `${hex(number)}_${count - 2}`);
    if (isFree(id)) return id;
  }
}

/** Id made of both names, shortened where they are too long together; `mark`, which makes it unique, stays whole. */
export function idOf(node: string, name: string, mark = ''): string {
  const end = mark === '' ? '' : `_${mark}`;
  const own = name.replace(/[^A-Za-z0-9_.-]+/g, '_').slice(0, longestName);
  const room = longestId - end.length - (own === '' ? 0 : own.length + 1);
  return `${node.slice(0, room)}${own === '' ? '' : `_${own}`}${end}`;
}

function unitOf({ unit }: FullSensor): Unit | undefined {
  if (unit.rate !== 0 || unit.join !== 'none') return undefined;
  if (unit.percent) return { quantity: 'Percent' };
  return units[UNITS[unit.base] ?? ''];
}

function factsOf(id: string, name: string, node: NodeFacts, record: FullSensor, unit: Unit): SensorFacts {
  const { scale = 1, offset = 0 } = unit;
  const own = (value: number) => value * scale + offset;
  const given = node.sensors ?? {};
  const more = Object.hasOwn(given, name) ? given[name] : undefined;
  const context = more?.context ?? contexts[record.entity.id];
  const thresholds: ThresholdFacts = more?.thresholds ?? thresholdsOf(record, own);
  // Without hysteresis support the bytes are undefined (table 43-1, byte 12).
  const width =
    record.capabilities.hysteresis === 0
      ? undefined
      : hysteresisValue(record.hysteresis.positive, record.factors);
  const ends = [record.minimum, record.maximum].map((raw) => toValue(raw, record.factors));
  // A negative factor swaps the ends.
  const [min, max] = ends
    .flatMap((value) => (value === undefined ? [] : own(value)))
    .sort((one, other) => one - other);
  return {
    id,
    name: more?.name ?? `${node.name ?? node.id} ${name.replaceAll('_', ' ')}`.trim(),
    ...(context === undefined ? {} : { context }),
    ...(Object.keys(thresholds).length === 0 ? {} : { thresholds }),
    ...(width === undefined || width === 0 ? {} : { hysteresis: width * scale }),
    // Many records leave both at zero.
    ...(min === undefined || max === undefined || min >= max ? {} : { range: { min, max } }),
    ...(scale === 1 && offset === 0 ? {} : { scale, offset }),
  };
}

/** Contradictory thresholds are ignored: some records have undefined bytes in thresholds marked readable. */
function thresholdsOf(record: FullSensor, own: (value: number) => number): ThresholdFacts {
  if (record.eventType !== EVENT_TYPE.threshold) return {};
  const found: Partial<Record<keyof ThresholdFacts, number>> = {};
  for (const [name, value] of Object.entries(thresholdValues(record)))
    found[limits[name as keyof typeof limits]] = own(value);
  const rising = ascending.flatMap((name) => found[name] ?? []);
  const isOrdered = rising.every((value, at) => at === 0 || value >= (rising[at - 1] ?? value));
  const { lowerCaution, lowerCritical, lowerFatal, upperCaution, upperCritical, upperFatal } = found;
  const lowest = upperCaution ?? upperCritical ?? upperFatal ?? Number.POSITIVE_INFINITY;
  const highest = lowerCaution ?? lowerCritical ?? lowerFatal ?? Number.NEGATIVE_INFINITY;
  return isOrdered && highest < lowest ? found : {};
}
