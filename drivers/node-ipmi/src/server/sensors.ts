/** The sensors of a simulated controller. */
import { type FieldReader, le } from '../command.ts';
import { PRIVILEGE } from '../commands/app.ts';
import { COMPLETION } from '../completion.ts';
import { NETFN } from '../message.ts';
import { isSensor, signedRaw } from '../reading.ts';
import { type FullSensor, type SensorSdr, THRESHOLDS, type ThresholdName } from '../sdr.ts';
import { decodeSdr } from '../sdr-decode.ts';
import { encodeSelRecord, type SelEvent } from '../sel.ts';
import { EVENT_TYPE } from '../sensor-types.ts';
import { type Route, refuse } from './router.ts';

/** A simulated sensor: its record and its present state. */
export interface NodeSensor {
  readonly sdr: SensorSdr;
  raw: number;
  /** Discrete sensors: asserted states. Threshold sensors: thresholds at or beyond which the reading is. */
  states: number;
  scanning: boolean;
  unavailable: boolean;
  thresholds: Record<ThresholdName, number>;
  hysteresis: { positive: number; negative: number };
}

/** The sensors of a simulated controller. Changes make events, as far as the sensor's record enables them. */
export class SensorStore {
  /** By number, and by logical unit in the bits above it. */
  readonly sensors = new Map<number, NodeSensor>();
  readonly #log: (record: Uint8Array) => void;
  readonly #address: number;

  constructor(records: Iterable<Uint8Array>, address: number, log: (record: Uint8Array) => void) {
    this.#log = log;
    this.#address = address;
    for (const record of records) {
      const sdr = decodeSdr(record);
      if (!isSensor(sdr) || sdr.owner.address !== address) continue;
      const zero = Object.fromEntries(THRESHOLDS.map((name) => [name, 0])) as Record<ThresholdName, number>;
      this.sensors.set((sdr.owner.lun << 8) | sdr.number, {
        sdr,
        raw: sdr.kind === 'full' ? (sdr.nominal ?? 0) : 0,
        states: 0,
        scanning: true,
        unavailable: false,
        thresholds: { ...(sdr.kind === 'full' ? sdr.thresholds : zero) },
        hysteresis: { ...(sdr.kind === 'eventOnly' ? { positive: 0, negative: 0 } : sdr.hysteresis) },
      });
    }
  }

  /** Sets the reading of a threshold sensor; thresholds crossed, with hysteresis, are logged. */
  setReading(number: number, raw: number): void {
    const sensor = this.sensors.get(number);
    if (sensor === undefined) throw new RangeError(`there is no sensor ${number}`);
    sensor.raw = raw;
    if (sensor.sdr.kind !== 'full' || sensor.sdr.eventType !== EVENT_TYPE.threshold) return;
    const before = sensor.states;
    sensor.states = crossed(sensor.sdr, sensor);
    THRESHOLDS.forEach((name, bit) => {
      const mask = 1 << bit;
      if ((before & mask) === (sensor.states & mask)) return;
      // Lower thresholds are crossed going low (even offsets), upper ones going high (odd).
      const offset = 2 * bit + (bit < 3 ? 0 : 1);
      this.#event(sensor, offset, (sensor.states & mask) !== 0, [
        0x50 | offset,
        raw,
        sensor.thresholds[name],
      ]);
    });
  }

  /** Sets the states of a discrete sensor; those that change are logged. */
  setStates(number: number, states: number): void {
    const sensor = this.sensors.get(number);
    if (sensor === undefined) throw new RangeError(`there is no sensor ${number}`);
    const changed = sensor.states ^ states;
    sensor.states = states;
    for (let offset = 0; offset < 15; offset++) {
      if (changed & (1 << offset))
        this.#event(sensor, offset, (states & (1 << offset)) !== 0, [offset, 0xff, 0xff]);
    }
  }

  #event(
    { sdr }: NodeSensor,
    offset: number,
    asserted: boolean,
    data: readonly [number, number, number],
  ): void {
    if (sdr.kind !== 'eventOnly') {
      const enabled = asserted ? sdr.masks.assertion : sdr.masks.deassertion;
      if ((enabled & (1 << offset)) === 0) return;
    }
    const event: SelEvent = {
      kind: 'event',
      recordId: 0,
      timestamp: 0,
      generator: { address: this.#address, software: false, channel: 0, lun: sdr.owner.lun },
      revision: 4,
      sensorType: sdr.sensorType,
      sensorNumber: sdr.number,
      eventType: sdr.eventType,
      asserted,
      offset,
      data,
    };
    this.#log(encodeSelRecord(event));
  }

  routes(): readonly Route[] {
    const netFn = NETFN.sensorEvent;
    const sensor = (request: FieldReader, lun: number): NodeSensor =>
      this.sensors.get((lun << 8) | request.u8()) ?? refuse(COMPLETION.notPresent);
    const { user, operator } = PRIVILEGE;
    return [
      [netFn, 0x24, operator, (request, _context, lun) => setHysteresis(sensor(request, lun), request)],
      [netFn, 0x25, user, (request, _context, lun) => hysteresisOf(sensor(request, lun))],
      [netFn, 0x26, operator, (request, _context, lun) => this.#setThresholds(sensor(request, lun), request)],
      [netFn, 0x27, user, (request, _context, lun) => thresholdsOf(sensor(request, lun))],
      [netFn, 0x29, user, (request, _context, lun) => eventEnables(sensor(request, lun))],
      [netFn, 0x2b, user, (request, _context, lun) => eventStatus(sensor(request, lun))],
      [netFn, 0x2d, user, (request, _context, lun) => readingOf(sensor(request, lun))],
      [netFn, 0x2f, user, (request, _context, lun) => typeOf(sensor(request, lun))],
    ];
  }

  #setThresholds(sensor: NodeSensor, request: FieldReader): readonly number[] {
    const mask = request.u8();
    THRESHOLDS.forEach((name, bit) => {
      const value = request.u8();
      if (mask & (1 << bit)) sensor.thresholds[name] = value;
    });
    this.setReading(sensor.sdr.number, sensor.raw);
    return [];
  }
}

/** Scanning enabled, events enabled. */
const scanByte = (scanning: boolean): number => 0x80 | (scanning ? 0x40 : 0);

function setHysteresis(sensor: NodeSensor, request: FieldReader): readonly number[] {
  request.u8();
  sensor.hysteresis = { positive: request.u8(), negative: request.u8() };
  return [];
}

const hysteresisOf = ({ hysteresis }: NodeSensor): readonly number[] => [
  hysteresis.positive,
  hysteresis.negative,
];

function thresholdsOf({ sdr, thresholds }: NodeSensor): readonly number[] {
  const readable = sdr.kind === 'full' ? sdr.masks.reading & 0x3f : 0;
  return [readable, ...THRESHOLDS.map((name) => thresholds[name])];
}

function eventEnables({ sdr, scanning }: NodeSensor): readonly number[] {
  const masks = sdr.kind === 'eventOnly' ? { assertion: 0, deassertion: 0 } : sdr.masks;
  return [scanByte(scanning), ...le(masks.assertion & 0x7fff, 2), ...le(masks.deassertion & 0x7fff, 2)];
}

function eventStatus({ sdr, states, scanning }: NodeSensor): readonly number[] {
  const isThreshold = sdr.eventType === EVENT_TYPE.threshold;
  return [scanByte(scanning), ...le(isThreshold ? crossings(states) : states, 2), 0, 0];
}

function readingOf({ sdr, raw, states, scanning, unavailable }: NodeSensor): readonly number[] {
  const flags = scanByte(scanning) | (unavailable ? 0x20 : 0);
  const isThreshold = sdr.eventType === EVENT_TYPE.threshold;
  return isThreshold ? [raw, flags, 0xc0 | states] : [raw, flags, states & 0xff, 0x80 | (states >> 8)];
}

const typeOf = ({ sdr }: NodeSensor): readonly number[] => [sdr.sensorType, sdr.eventType];

/** Event bits of crossed thresholds: lower ones going low, upper ones going high. */
function crossings(states: number): number {
  return THRESHOLDS.reduce(
    (mask, _, bit) => (states & (1 << bit) ? mask | (1 << (2 * bit + (bit < 3 ? 0 : 1))) : mask),
    0,
  );
}

/** Thresholds at or beyond which the reading is. One that was crossed stays so within the hysteresis. */
function crossed(sdr: FullSensor, sensor: NodeSensor): number {
  const { format } = sdr.factors;
  const value = signedRaw(sensor.raw, format) ?? sensor.raw;
  return THRESHOLDS.reduce((states, name, bit) => {
    const mask = 1 << bit;
    if ((sdr.masks.reading & mask) === 0) return states;
    const limit = signedRaw(sensor.thresholds[name], format) ?? sensor.thresholds[name];
    const was = (sensor.states & mask) !== 0;
    const isBeyond =
      bit < 3
        ? value <= limit + (was ? sensor.hysteresis.negative : 0)
        : value >= limit - (was ? sensor.hysteresis.positive : 0);
    return isBeyond ? states | mask : states;
  }, 0);
}
