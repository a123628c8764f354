/** Sensor data records from tables of facts (IPMI v2.0, section 43). */
import {
  encodeSdr,
  type Factors,
  type FullSensor,
  type Sdr,
  type SensorBase,
  type SensorCapabilities,
  type SensorUnit,
  type Sharing,
  THRESHOLDS,
  type ThresholdName,
  toRaw,
} from 'node-ipmi';
import type { Quantity } from '../../../drivers/quantity.ts';
import type { ThresholdFacts } from '../../platform/vocabulary/index.ts';
import type { AnalogFacts, DiscreteFacts, EventOnlyFacts, NodeSensorFacts } from './facts.ts';

/** Sensor type (table 42-3), base unit (table 43-15) and whether it is in percent, of each quantity. */
const kinds: Partial<Record<Quantity, readonly [sensorType: number, unit: number, percent?: true]>> = {
  Temperature: [0x01, 1],
  Voltage: [0x02, 4],
  Current: [0x03, 5],
  Rotational: [0x04, 18],
  Power: [0x0b, 6],
  EnergyJoules: [0x0b, 7],
  Frequency: [0x0b, 19],
  Percent: [0x0b, 0, true],
};

/** Names of the thresholds of a record in Redfish. */
const names: Readonly<Record<ThresholdName, keyof ThresholdFacts>> = {
  lowerNonCritical: 'lowerCaution',
  lowerCritical: 'lowerCritical',
  lowerNonRecoverable: 'lowerFatal',
  upperNonCritical: 'upperCaution',
  upperCritical: 'upperCritical',
  upperNonRecoverable: 'upperFatal',
};

/** Hysteresis, counts. */
const hysteresis = 2;
const largest = 511;
const largestExponent = 7;

/** Two digits for M, so that a count is no coarser than the range needs; 10 bits for B (section 36.3). */
export function factorsFor([from, to]: readonly [number, number]): Factors {
  const rest = { linearization: 0, tolerance: 0, accuracy: 0, accuracyExponent: 0 };
  if (from < 0) {
    const step = Math.max(from / -128, to / 127);
    return { ...multiplier(step), b: 0, bExponent: 0, format: 'twosComplement', ...rest };
  }
  let exponent = multiplier((to - from) / 255).rExponent;
  while (from / 10 ** exponent > largest) exponent++;
  const b = Math.floor(from / 10 ** exponent + 1e-9);
  // M compensates for the rounding of B.
  const step = (to - b * 10 ** exponent) / 255;
  const fitting = multiplier(step);
  const rExponent = Math.max(fitting.rExponent, exponent - largestExponent);
  const m = rExponent === fitting.rExponent ? fitting.m : Math.ceil(step / 10 ** rExponent);
  return { m, rExponent, b, bExponent: exponent - rExponent, format: 'unsigned', ...rest };
}

function multiplier(step: number): { readonly m: number; readonly rExponent: number } {
  if (Number.isInteger(step) && step <= largest) return { m: step, rExponent: 0 };
  const rExponent = Math.floor(Math.log10(step)) - 1;
  return { m: Math.ceil(step / 10 ** rExponent - 1e-9), rExponent };
}

const capabilities = (thresholds: number): SensorCapabilities => ({
  ignoreWithoutEntity: true,
  autoRearm: true,
  hysteresis: thresholds > 0 ? 2 : 0,
  thresholds,
  eventControl: 0,
});

const unit = (base: number, percent = false): SensorUnit => ({
  percent,
  base,
  modifier: 0,
  join: 'none',
  rate: 0,
});

const sharing: Sharing = {
  count: 1,
  modifier: 'numeric',
  offset: 0,
  entityIncrements: false,
  direction: 0,
};

/** The bits of threshold masks (table 43-1, bytes 15 to 20): events when a limit is crossed, existing limits. */
function thresholdMasks(present: readonly ThresholdName[], events: boolean) {
  let crossings = 0;
  let readable = 0;
  for (const name of present) {
    const bit = THRESHOLDS.indexOf(name);
    readable |= 1 << bit;
    // Lower limits are crossed going low (even offsets), upper ones going high (odd).
    if (events) crossings |= 1 << (2 * bit + (bit < 3 ? 0 : 1));
  }
  return {
    assertion: crossings | ((readable & 7) << 12),
    deassertion: crossings | ((readable >> 3) << 12),
    reading: readable | (readable << 8),
  };
}

export interface RecordOptions {
  /** 8-bit address of the controller that owns the sensors. */
  readonly address: number;
  /** Whether the controller logs crossed thresholds. */
  readonly events: boolean;
}

type Base = Omit<SensorBase, 'sensorType' | 'eventType'>;

const baseOf = ({ number, name, entity: [id, instance] }: NodeSensorFacts, address: number): Base => ({
  recordId: 0,
  owner: { address, channel: 0, lun: 0 },
  number,
  entity: { id, instance, logical: false },
  oem: 0,
  name: { text: name, encoding: 'latin1' },
});

function fullRecord(facts: AnalogFacts, { address, events }: RecordOptions): FullSensor {
  const [sensorType, base, percent] = kinds[facts.quantity] ?? [0x0b, 0];
  const factors = factorsFor(facts.range);
  const raw = (value: number) => toRaw(value, factors) ?? 0;
  const { thresholds = {} } = facts;
  const present = THRESHOLDS.filter((name) => thresholds[names[name]] !== undefined);
  const limits = THRESHOLDS.map((name) => [name, raw(thresholds[names[name]] ?? 0)]);
  return {
    kind: 'full',
    ...baseOf(facts, address),
    sensorType,
    eventType: 1,
    initialization: 0x7f,
    capabilities: capabilities(present.length > 0 ? 2 : 0),
    masks: thresholdMasks(present, events),
    unit: unit(base, percent),
    factors,
    direction: 1,
    nominal: undefined,
    normalMaximum: undefined,
    normalMinimum: undefined,
    maximum: factors.format === 'unsigned' ? 0xff : 0x7f,
    minimum: factors.format === 'unsigned' ? 0 : 0x80,
    thresholds: Object.fromEntries(limits) as Record<ThresholdName, number>,
    hysteresis: { positive: hysteresis, negative: hysteresis },
  };
}

const discreteRecord = (facts: DiscreteFacts, { address, events }: RecordOptions) => ({
  kind: 'compact' as const,
  ...baseOf(facts, address),
  sensorType: facts.sensorType,
  eventType: facts.eventType,
  initialization: 0x67,
  capabilities: capabilities(0),
  masks: { assertion: events ? facts.states : 0, deassertion: 0, reading: facts.states },
  unit: unit(0),
  sharing,
  hysteresis: { positive: 0, negative: 0 },
});

const eventOnlyRecord = (facts: EventOnlyFacts, { address }: RecordOptions) => ({
  kind: 'eventOnly' as const,
  ...baseOf(facts, address),
  sensorType: facts.sensorType,
  eventType: facts.eventType,
  sharing,
});

function recordOf(facts: NodeSensorFacts, options: RecordOptions): Sdr {
  switch (facts.kind) {
    case 'analog':
      return fullRecord(facts, options);
    case 'discrete':
      return discreteRecord(facts, options);
    case 'eventOnly':
      return eventOnlyRecord(facts, options);
  }
}

/** The records of these sensors, as bytes. */
export const recordsOf = (table: readonly NodeSensorFacts[], options: RecordOptions): Uint8Array[] =>
  table.map((facts) => encodeSdr(recordOf(facts, options)));
