/** Multirecords of a FRU (Information Storage Definition v1.3, sections 16 to 18): from bytes and back. */
import { concat, copyOf, viewOf } from './bytes.ts';
import type {
  DcLoadRecord,
  DcOutputRecord,
  MultiRecord,
  OemRecord,
  PowerSupplyRecord,
} from './fru-record-types.ts';

/** Open Compute Project's IANA private enterprise number. */
export const OCP_MANUFACTURER = 0x00a76f;

/**
 * OEM record types of the Open Compute Project ("Type IDs for IPMI FRU MultiRecord"). The NIC 3.0 v1.5 and
 * v1.6 specifications own the four of 0xD0 to 0xD3.
 */
const OCP_RECORDS: Readonly<Record<number, string>> = {
  192: 'OCP NIC 3.0 v1.0',
  193: 'DC-SCM 2.0 HPM FRU',
  194: 'M-CRPS v1.05',
  208: 'OCP NIC 3.0 v1.5',
  209: 'OCP NIC 3.0 v1.5',
  210: 'OCP NIC 3.0 v1.6',
  211: 'OCP NIC 3.0 v1.6',
};

/** The name of an OEM record type, where a public list has one. */
export function oemRecordName(record: OemRecord): string | undefined {
  return record.manufacturer === OCP_MANUFACTURER ? OCP_RECORDS[record.recordType] : undefined;
}

const ACCESS_KINDS = [
  'systemUrl',
  'systemName',
  'systemPing',
  'componentUrl',
  'componentName',
  'componentPing',
  'systemId',
] as const;

/** Length of the records whose layout is fixed; anything else is at least as long as its head. */
const FIXED_LENGTH: Readonly<Record<number, number>> = { 0: 24, 1: 13, 2: 13, 9: 13, 10: 13 };
const HEAD_LENGTH: Readonly<Record<number, number>> = { 3: 1, 4: 6, 5: 6 };

/** Whether `length` bytes can be a record of this type. */
export function recordLengthFits(recordType: number, length: number): boolean {
  const fixed = FIXED_LENGTH[recordType];
  if (fixed !== undefined) return length >= fixed;
  return length >= (recordType >= 0xc0 ? 3 : (HEAD_LENGTH[recordType] ?? 0));
}

/** The record in `data` (without its header). One that does not fit its type comes out as `other`. */
export function decodeRecord(recordType: number, data: Uint8Array): MultiRecord {
  const view = viewOf(data);
  if (!recordLengthFits(recordType, data.length)) return { type: 'other', recordType, data };
  if (recordType >= 0xc0) {
    return { type: 'oem', recordType, manufacturer: iana(data), data: copyOf(data, 3) };
  }
  switch (recordType) {
    case 0x00:
      return decodePowerSupply(view);
    case 0x01:
    case 0x09:
      return decodeDcOutput(view, recordType === 0x09);
    case 0x02:
    case 0x0a:
      return decodeDcLoad(view, recordType === 0x0a);
    case 0x03: {
      const code = view.getUint8(0);
      return {
        type: 'managementAccess',
        kind: ACCESS_KINDS[code - 1] ?? 'other',
        code,
        data: copyOf(data, 1),
      };
    }
    case 0x04:
    case 0x05:
      return {
        type: 'compatibility',
        extended: recordType === 0x05,
        manufacturer: iana(data),
        entityId: view.getUint8(3),
        base: view.getUint8(4),
        start: view.getUint8(5) & 0x7f,
        mask: copyOf(data, 6),
      };
    default:
      return { type: 'other', recordType, data };
  }
}

/** Record type and data of a record. A value that does not fit its field makes a RangeError. */
export function encodeRecord(record: MultiRecord): readonly [number, Uint8Array] {
  switch (record.type) {
    case 'powerSupply':
      return [0x00, encodePowerSupply(record)];
    case 'dcOutput':
      return [record.currentUnit === undefined ? 0x01 : 0x09, encodeDcOutput(record)];
    case 'dcLoad':
      return [record.currentUnit === undefined ? 0x02 : 0x0a, encodeDcLoad(record)];
    case 'managementAccess':
      return [0x03, concat([fit(record.code, 0xff)], record.data)];
    case 'compatibility': {
      const head = [fit(record.entityId, 0xff), fit(record.base, 0xff), fit(record.start, 0x7f)];
      return [record.extended ? 0x05 : 0x04, concat(ianaBytes(record.manufacturer), head, record.mask)];
    }
    case 'oem':
      return [fit(record.recordType, 0xff), concat(ianaBytes(record.manufacturer), record.data)];
    case 'other':
      return [fit(record.recordType, 0xff), record.data];
  }
}

function iana(data: Uint8Array): number {
  return (data[0] ?? 0) | ((data[1] ?? 0) << 8) | ((data[2] ?? 0) << 16);
}

function ianaBytes(manufacturer: number): number[] {
  const value = fit(manufacturer, 0xffffff);
  return [value & 0xff, (value >> 8) & 0xff, value >> 16];
}

function fit(value: number, max: number, min = 0): number {
  const whole = Math.round(value);
  if (!(whole >= min && whole <= max))
    throw new RangeError(`${value} does not fit a field of ${min} to ${max}`);
  return whole;
}

/** Voltages are stored in steps of 10 mV, signed. */
function volts(view: DataView, at: number): number {
  return view.getInt16(at, true) / 100;
}

function setVolts(view: DataView, at: number, value: number): void {
  view.setInt16(at, fit(value * 100, 0x7fff, -0x8000), true);
}

function unlessFull(value: number, full: number): number | null {
  return value === full ? null : value;
}

function decodePowerSupply(view: DataView): PowerSupplyRecord {
  const flags = view.getUint8(17);
  const peak = view.getUint16(18, true);
  const rails = view.getUint8(20);
  return {
    type: 'powerSupply',
    capacity: view.getUint16(0, true) & 0x0fff,
    peakApparentPower: unlessFull(view.getUint16(2, true), 0xffff),
    inrushCurrent: unlessFull(view.getUint8(4), 0xff),
    inrushInterval: view.getUint8(5),
    inputRange1: [volts(view, 6), volts(view, 8)],
    inputRange2: [volts(view, 10), volts(view, 12)],
    inputFrequency: [view.getUint8(14), view.getUint8(15)],
    dropoutTolerance: view.getUint8(16),
    predictiveFail: (flags & 1) !== 0,
    powerFactorCorrection: (flags & 2) !== 0,
    autoSwitch: (flags & 4) !== 0,
    hotSwap: (flags & 8) !== 0,
    twoPulsesOrHigh: (flags & 16) !== 0,
    peakHoldUp: peak >> 12,
    peakCapacity: unlessFull(peak & 0x0fff, 0x0fff),
    combinedRails: [rails >> 4, rails & 15],
    combinedCapacity: view.getUint16(21, true),
    tachometerLowerLimit: view.getUint8(23),
  };
}

function encodePowerSupply(record: PowerSupplyRecord): Uint8Array {
  const out = new Uint8Array(24);
  const view = viewOf(out);
  view.setUint16(0, fit(record.capacity, 0x0fff), true);
  view.setUint16(2, fit(record.peakApparentPower ?? 0xffff, 0xffff), true);
  out[4] = fit(record.inrushCurrent ?? 0xff, 0xff);
  out[5] = fit(record.inrushInterval, 0xff);
  setVolts(view, 6, record.inputRange1[0]);
  setVolts(view, 8, record.inputRange1[1]);
  setVolts(view, 10, record.inputRange2[0]);
  setVolts(view, 12, record.inputRange2[1]);
  out[14] = fit(record.inputFrequency[0], 0xff);
  out[15] = fit(record.inputFrequency[1], 0xff);
  out[16] = fit(record.dropoutTolerance, 0xff);
  out[17] =
    Number(record.predictiveFail) |
    (Number(record.powerFactorCorrection) << 1) |
    (Number(record.autoSwitch) << 2) |
    (Number(record.hotSwap) << 3) |
    (Number(record.twoPulsesOrHigh) << 4);
  const peak = (fit(record.peakHoldUp, 15) << 12) | fit(record.peakCapacity ?? 0x0fff, 0x0fff);
  view.setUint16(18, peak, true);
  out[20] = (fit(record.combinedRails[0], 15) << 4) | fit(record.combinedRails[1], 15);
  view.setUint16(21, fit(record.combinedCapacity, 0xffff), true);
  out[23] = fit(record.tachometerLowerLimit, 0xff);
  return out;
}

/** Steps in one ampere: currents are milliamperes, and 10 or 100 of them in the extended records. */
function stepsPerAmpere(currentUnit: 0.01 | 0.1 | undefined): number {
  return currentUnit === undefined ? 1000 : currentUnit === 0.01 ? 100 : 10;
}

function currents(view: DataView, unit: 0.01 | 0.1 | undefined): { minCurrent: number; maxCurrent: number } {
  const steps = stepsPerAmpere(unit);
  return {
    minCurrent: view.getUint16(9, true) / steps,
    maxCurrent: view.getUint16(11, true) / steps,
    ...(unit === undefined ? {} : { currentUnit: unit }),
  };
}

function setCurrents(view: DataView, record: DcOutputRecord | DcLoadRecord): void {
  const steps = stepsPerAmpere(record.currentUnit);
  view.setUint16(9, fit(record.minCurrent * steps, 0xffff), true);
  view.setUint16(11, fit(record.maxCurrent * steps, 0xffff), true);
}

function decodeDcOutput(view: DataView, extended: boolean): DcOutputRecord {
  const head = view.getUint8(0);
  return {
    type: 'dcOutput',
    output: head & 15,
    standby: (head & 0x80) !== 0,
    nominalVoltage: volts(view, 1),
    maxNegativeDeviation: volts(view, 3),
    maxPositiveDeviation: volts(view, 5),
    ripple: view.getUint16(7, true) / 1000,
    ...currents(view, extended ? ((head & 0x10) === 0 ? 0.01 : 0.1) : undefined),
  };
}

function encodeDcOutput(record: DcOutputRecord): Uint8Array {
  const out = new Uint8Array(13);
  const view = viewOf(out);
  out[0] = fit(record.output, 15) | (Number(record.standby) << 7) | (Number(record.currentUnit === 0.1) << 4);
  setVolts(view, 1, record.nominalVoltage);
  setVolts(view, 3, record.maxNegativeDeviation);
  setVolts(view, 5, record.maxPositiveDeviation);
  view.setUint16(7, fit(record.ripple * 1000, 0xffff), true);
  setCurrents(view, record);
  return out;
}

function decodeDcLoad(view: DataView, extended: boolean): DcLoadRecord {
  const head = view.getUint8(0);
  return {
    type: 'dcLoad',
    output: head & 15,
    nominalVoltage: volts(view, 1),
    minVoltage: volts(view, 3),
    maxVoltage: volts(view, 5),
    ripple: view.getUint16(7, true) / 1000,
    ...currents(view, extended ? ((head & 0x10) === 0 ? 0.01 : 0.1) : undefined),
  };
}

function encodeDcLoad(record: DcLoadRecord): Uint8Array {
  const out = new Uint8Array(13);
  const view = viewOf(out);
  out[0] = fit(record.output, 15) | (Number(record.currentUnit === 0.1) << 4);
  setVolts(view, 1, record.nominalVoltage);
  setVolts(view, 3, record.minVoltage);
  setVolts(view, 5, record.maxVoltage);
  view.setUint16(7, fit(record.ripple * 1000, 0xffff), true);
  setCurrents(view, record);
  return out;
}
