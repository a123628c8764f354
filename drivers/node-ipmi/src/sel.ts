/** Records of the event log: their bytes, and their meaning in words. */
import { copyOf, viewOf } from './bytes.ts';
import { timeOf } from './command.ts';
import { toValue } from './reading.ts';
import type { SensorSdr } from './sdr.ts';
import { EVENT_TYPE, sensorTypeText, stateDetail, stateText } from './sensor-types.ts';

/** Bytes of a record. */
export const SEL_RECORD_LENGTH = 16;

/** Records of the system event log (IPMI v2.0, section 32). */
export type SelRecord = SelEvent | SelOem | SelOther;

/** Origin of an event: an IPMB address and channel, or a software ID when `software` is set. */
export interface Generator {
  /** 8-bit IPMB address, or the 7-bit software ID shifted up with bit 0 set. */
  readonly address: number;
  readonly software: boolean;
  readonly channel: number;
  readonly lun: number;
}

/** Record type 0x02. */
export interface SelEvent {
  readonly kind: 'event';
  readonly recordId: number;
  /** Seconds as stored: below 0x20000000 they count from the start of the controller, whose clock was not set. */
  readonly timestamp: number;
  readonly generator: Generator;
  /** 4 for IPMI 1.5 and later. */
  readonly revision: number;
  readonly sensorType: number;
  readonly sensorNumber: number;
  readonly eventType: number;
  readonly asserted: boolean;
  /** State or threshold crossing. */
  readonly offset: number;
  readonly data: readonly [number, number, number];
}

/** Record types 0xC0 to 0xDF (with a timestamp and manufacturer) and 0xE0 to 0xFF (without). */
export interface SelOem {
  readonly kind: 'oem';
  readonly recordId: number;
  readonly recordType: number;
  readonly timestamp: number | undefined;
  readonly manufacturer: number | undefined;
  readonly data: Uint8Array;
}

/** A record of a reserved type, or of another length than 16 bytes. */
export interface SelOther {
  readonly kind: 'other';
  readonly recordId: number;
  readonly recordType: number;
  readonly data: Uint8Array;
}

/** The record in the bytes. Never fails. */
export function decodeSelRecord(bytes: Uint8Array): SelRecord {
  const [idLow = 0, idHigh = 0, recordType = 0] = bytes;
  const recordId = idLow | (idHigh << 8);
  if (bytes.length !== SEL_RECORD_LENGTH)
    return { kind: 'other', recordId, recordType, data: copyOf(bytes, 3) };
  const view = viewOf(bytes);
  if (recordType === 0x02) {
    const direction = view.getUint8(12);
    const data = [view.getUint8(13), view.getUint8(14), view.getUint8(15)] as const;
    return {
      kind: 'event',
      recordId,
      timestamp: view.getUint32(3, true),
      generator: {
        address: view.getUint8(7),
        software: (view.getUint8(7) & 1) !== 0,
        channel: view.getUint8(8) >> 4,
        lun: view.getUint8(8) & 3,
      },
      revision: view.getUint8(9),
      sensorType: view.getUint8(10),
      sensorNumber: view.getUint8(11),
      eventType: direction & 0x7f,
      asserted: (direction & 0x80) === 0,
      offset: data[0] & 15,
      data,
    };
  }
  if (recordType >= 0xe0) {
    return {
      kind: 'oem',
      recordId,
      recordType,
      timestamp: undefined,
      manufacturer: undefined,
      data: copyOf(bytes, 3),
    };
  }
  if (recordType >= 0xc0) {
    const manufacturer = view.getUint16(7, true) | (view.getUint8(9) << 16);
    const timestamp = view.getUint32(3, true);
    return { kind: 'oem', recordId, recordType, timestamp, manufacturer, data: copyOf(bytes, 10) };
  }
  return { kind: 'other', recordId, recordType, data: copyOf(bytes, 3) };
}

/** The 16 bytes of a record. */
export function encodeSelRecord(record: SelRecord): Uint8Array {
  const out = new Uint8Array(SEL_RECORD_LENGTH);
  const view = viewOf(out);
  view.setUint16(0, record.recordId, true);
  if (record.kind === 'event') {
    const { generator } = record;
    out[2] = 0x02;
    view.setUint32(3, record.timestamp, true);
    out.set([generator.address, (generator.channel << 4) | generator.lun, record.revision], 7);
    out.set([record.sensorType, record.sensorNumber, record.eventType | (record.asserted ? 0 : 0x80)], 10);
    out.set(record.data, 13);
    return out;
  }
  out[2] = record.recordType;
  if (record.kind === 'oem' && record.timestamp !== undefined) {
    view.setUint32(3, record.timestamp, true);
    const manufacturer = record.manufacturer ?? 0;
    out.set([manufacturer & 0xff, (manufacturer >> 8) & 0xff, (manufacturer >> 16) & 0xff], 7);
    out.set(record.data.subarray(0, 6), 10);
    return out;
  }
  out.set(record.data.subarray(0, 13), 3);
  return out;
}

/** When it happened; undefined where the controller's clock was not set then (section 37.1). */
export function selTime(record: SelRecord): Date | undefined {
  const seconds = record.kind === 'other' ? undefined : record.timestamp;
  return seconds === undefined || seconds < 0x20000000 ? undefined : timeOf(seconds);
}

/** An event in words. */
export interface EventDescription {
  /** Name from the sensor's record, else its type and number. */
  readonly sensor: string;
  readonly sensorType: string;
  /** `Upper Critical going high`, `Presence detected`. */
  readonly state: string;
  /** What the data bytes add: the firmware's progress, a configuration error's kind. */
  readonly detail: string | undefined;
  readonly asserted: boolean;
  /** Trigger reading and threshold in the sensor's unit, when the event holds them and the record is known. */
  readonly reading: number | undefined;
  readonly threshold: number | undefined;
}

/** Puts an event into words; the record of its sensor, where known, gives name and units. */
export function describeEvent(event: SelEvent, sdr?: SensorSdr): EventDescription {
  const { sensorType, eventType, offset, data } = event;
  const isThreshold = eventType === EVENT_TYPE.threshold;
  // Bits 7:6 and 5:4 of the first byte define the second and third (table 29-6).
  const has = (shift: number, meaning: number): boolean => ((data[0] >> shift) & 3) === meaning;
  const value = (raw: number): number | undefined =>
    sdr?.kind === 'full' ? toValue(raw, sdr.factors) : undefined;
  const isSpecific = eventType === EVENT_TYPE.sensorSpecific && has(6, 3);
  return {
    // Records may leave the name out.
    sensor:
      sdr?.name.text.trim() ||
      `${sensorTypeText(sensorType)} #0x${event.sensorNumber.toString(16).padStart(2, '0')}`,
    sensorType: sensorTypeText(sensorType),
    state: stateText(sensorType, eventType, offset),
    detail: isSpecific ? stateDetail(sensorType, offset, data[1]) : undefined,
    asserted: event.asserted,
    reading: isThreshold && has(6, 1) ? value(data[1]) : undefined,
    threshold: isThreshold && has(4, 1) ? value(data[2]) : undefined,
  };
}

/** One line: `CPU Temp: Upper Critical going high (asserted), 91 > 90`. */
export function eventText(event: SelEvent, sdr?: SensorSdr): string {
  const { sensor, state, detail, asserted, reading, threshold } = describeEvent(event, sdr);
  const sign = event.offset & 1 ? '>' : '<';
  const values =
    reading === undefined ? '' : `, ${reading}${threshold === undefined ? '' : ` ${sign} ${threshold}`}`;
  return `${sensor}: ${state}${detail === undefined ? '' : ` (${detail})`} ${asserted ? 'asserted' : 'deasserted'}${values}`;
}
