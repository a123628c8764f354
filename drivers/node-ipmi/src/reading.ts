/** Raw readings as values and states. */
import {
  type Factors,
  type FullSensor,
  type Sdr,
  type SensorSdr,
  THRESHOLDS,
  type ThresholdName,
} from './sdr.ts';
import { EVENT_TYPE, stateText } from './sensor-types.ts';

/** Values of raw readings and back (IPMI v2.0, sections 36.3 and 43.1). */

type Curve = readonly [forward: (x: number) => number, inverse: (y: number) => number];

/** Linearizations 0 to 11 (table 43-1, byte 24), each with its inverse. */
const CURVES: readonly Curve[] = [
  [(x) => x, (y) => y],
  [Math.log, Math.exp],
  [Math.log10, (y) => 10 ** y],
  [Math.log2, (y) => 2 ** y],
  [Math.exp, Math.log],
  [(x) => 10 ** x, Math.log10],
  [(x) => 2 ** x, Math.log2],
  [(x) => 1 / x, (y) => 1 / y],
  [(x) => x * x, Math.sqrt],
  [(x) => x * x * x, Math.cbrt],
  [Math.sqrt, (y) => y * y],
  [Math.cbrt, (y) => y * y * y],
];

/** A raw reading with its sign, or undefined where the sensor has no analog readings. */
export function signedRaw(raw: number, format: Factors['format']): number | undefined {
  switch (format) {
    case 'unsigned':
      return raw;
    case 'onesComplement':
      // 0xFF is minus zero.
      return raw & 0x80 ? raw - 0xff : raw;
    case 'twosComplement':
      return raw & 0x80 ? raw - 0x100 : raw;
    case 'none':
      return undefined;
  }
}

/**
 * The value of a raw reading in the sensor's unit; undefined without a value: no analog reading, a curve of
 * the manufacturer's own, or a point where the curve is not defined.
 */
export function toValue(raw: number, factors: Factors): number | undefined {
  const x = signedRaw(raw, factors.format);
  const curve = CURVES[factors.linearization];
  if (x === undefined || curve === undefined) return undefined;
  const { m, b, bExponent, rExponent } = factors;
  const value = curve[0](scale(m * x + scale(b, bExponent), rExponent));
  return Number.isFinite(value) ? value : undefined;
}

/** The raw reading nearest to a value, within the range of the sensor's format. */
export function toRaw(value: number, factors: Factors): number | undefined {
  const curve = CURVES[factors.linearization];
  const { m, b, bExponent, rExponent, format } = factors;
  if (curve === undefined || m === 0) return undefined;
  const x = Math.round((scale(curve[1](value), -rExponent) - scale(b, bExponent)) / m);
  if (Number.isNaN(x)) return undefined;
  switch (format) {
    case 'unsigned':
      return clamp(x, 0, 0xff);
    case 'onesComplement': {
      const whole = clamp(x, -0x7f, 0x7f);
      return whole < 0 ? whole + 0xff : whole;
    }
    case 'twosComplement':
      return clamp(x, -0x80, 0x7f) & 0xff;
    case 'none':
      return undefined;
  }
}

/** The width of a hysteresis in the sensor's unit: scaled like a reading, without the offset B. */
export function hysteresisValue(raw: number, factors: Factors): number | undefined {
  if (factors.linearization !== 0) return undefined;
  return scale(Math.abs(factors.m) * raw, factors.rExponent);
}

/** Times a power of ten, dividing for negative ones: 3 / 10 is nearer to 0.3 than 3 · 0.1 is. */
function scale(value: number, exponent: number): number {
  return exponent < 0 ? value / 10 ** -exponent : value * 10 ** exponent;
}

function clamp(value: number, min: number, max: number): number {
  // Adding 0 turns minus zero into zero.
  return Math.min(Math.max(value, min), max) + 0;
}

export type ThresholdValues = { readonly [K in ThresholdName]?: number };

/** Which raw thresholds can be read, and what they are worth: from the record, or from Get Sensor Thresholds. */
export function thresholdValues(
  sdr: FullSensor,
  readable = sdr.masks.reading & 0x3f,
  raw: Readonly<Record<ThresholdName, number>> = sdr.thresholds,
): ThresholdValues {
  const values: { -readonly [K in ThresholdName]?: number } = {};
  if (sdr.eventType !== EVENT_TYPE.threshold) return values;
  THRESHOLDS.forEach((name, bit) => {
    const value = (readable & (1 << bit)) === 0 ? undefined : toValue(raw[name], sdr.factors);
    if (value !== undefined) values[name] = value;
  });
  return values;
}

/** The answer of Get Sensor Reading. */
export interface RawReading {
  readonly raw: number;
  readonly eventsEnabled: boolean;
  readonly scanning: boolean;
  /** True while the controller has no valid reading, after a reset for one. */
  readonly unavailable: boolean;
  /** Threshold sensors: bit n is threshold n of THRESHOLDS at or beyond; discrete sensors: bit n is state n. */
  readonly states: number;
}

/** A reading interpreted by its sensor's record. */
export interface SensorReading {
  /** In the sensor's unit; absent where the sensor is discrete or has no valid reading. */
  readonly value: number | undefined;
  /** Asserted states in words, of a discrete sensor. */
  readonly states: readonly string[];
  /** Thresholds at or beyond which the reading is. */
  readonly crossed: readonly ThresholdName[];
  readonly available: boolean;
}

/** Puts a raw reading into words and units. */
export function interpretReading(sdr: SensorSdr, reading: RawReading): SensorReading {
  const available = !reading.unavailable && reading.scanning;
  const analog = sdr.kind === 'full' && available ? toValue(reading.raw, sdr.factors) : undefined;
  if (sdr.eventType === EVENT_TYPE.threshold) {
    const crossed = available ? THRESHOLDS.filter((_, bit) => (reading.states & (1 << bit)) !== 0) : [];
    return { value: analog, states: [], crossed, available };
  }
  const asserted = available ? bitsOf(reading.states & 0x7fff) : [];
  const states = asserted.map((offset) => stateText(sdr.sensorType, sdr.eventType, offset));
  return { value: analog, states, crossed: [], available };
}

function bitsOf(mask: number): number[] {
  return Array.from({ length: 15 }, (_, bit) => bit).filter((bit) => (mask & (1 << bit)) !== 0);
}

/**
 * The sensors that a record stands for: compact and event-only records may share one record among several
 * sensors of consecutive numbers, named with a number or letter behind the name.
 */
export function expandSensor(sdr: SensorSdr): readonly SensorSdr[] {
  if (sdr.kind === 'full' || sdr.sharing.count <= 1) return [sdr];
  const { count, modifier, offset, entityIncrements } = sdr.sharing;
  return Array.from({ length: count }, (_, index) => ({
    ...sdr,
    number: (sdr.number + index) & 0xff,
    entity: entityIncrements ? { ...sdr.entity, instance: sdr.entity.instance + index } : sdr.entity,
    name: {
      ...sdr.name,
      text: `${sdr.name.text}${modifier === 'alpha' ? letters(offset + index) : offset + index}`,
    },
    sharing: { ...sdr.sharing, count: 1, offset: offset + index },
  }));
}

/** A to Z, then AA and so on: the suffix of an alphabetic shared name. */
function letters(index: number): string {
  const rest = Math.floor(index / 26);
  return (rest > 0 ? letters(rest - 1) : '') + String.fromCharCode(65 + (index % 26));
}

export function isSensor(sdr: Sdr): sdr is SensorSdr {
  return sdr.kind === 'full' || sdr.kind === 'compact' || sdr.kind === 'eventOnly';
}
