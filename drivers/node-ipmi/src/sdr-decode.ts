/** Decodes sensor data records. */
import { copyOf } from './bytes.ts';
import type {
  DeviceEntity,
  Entity,
  Factors,
  OtherSdr,
  Sdr,
  SensorBase,
  SensorCapabilities,
  SensorMasks,
  Sharing,
  ThresholdName,
} from './sdr.ts';
import { FORMATS, JOINS, type Kind, STORED_THRESHOLDS, TYPES } from './sdr-layout.ts';
import { decodeSdrText, type TypedText } from './text.ts';
import type { SensorUnit } from './units.ts';

/** The record in the bytes, header included. Never fails: what cannot be read is of kind `other`, with a fault. */
export function decodeSdr(bytes: Uint8Array): Sdr {
  const at = (index: number): number => bytes[index] ?? 0;
  const recordId = at(0) | (at(1) << 8);
  const recordType = at(3);
  const other = (fault?: string): OtherSdr => ({
    kind: 'other',
    recordId,
    recordType,
    data: copyOf(bytes, 5),
    fault,
  });
  if (bytes.length < 5) return other(`${bytes.length} bytes are too few for a record header`);
  if (bytes.length < 5 + at(4)) return other(`the record states ${at(4)} bytes and has ${bytes.length - 5}`);
  const kind = (Object.keys(TYPES) as Kind[]).find((name) => TYPES[name][0] === recordType);
  if (kind === undefined) return other();
  const body = bytes.subarray(0, 5 + at(4));
  if (body.length < TYPES[kind][1])
    return other(`${body.length} bytes are too few for a record of type ${recordType}`);
  return DECODERS[kind](new Fields(body, recordId, TYPES[kind][1]));
}

/** Reads a record whose length was checked to cover its fixed part. */
class Fields {
  readonly bytes: Uint8Array;
  readonly recordId: number;
  readonly #fixed: number;

  constructor(bytes: Uint8Array, recordId: number, fixed: number) {
    this.bytes = bytes;
    this.recordId = recordId;
    this.#fixed = fixed;
  }

  u8(at: number): number {
    return this.bytes[at] ?? 0;
  }

  u16(at: number): number {
    return this.u8(at) | (this.u8(at + 1) << 8);
  }

  u24(at: number): number {
    return this.u16(at) | (this.u8(at + 2) << 16);
  }

  bit(at: number, bit: number): boolean {
    return (this.u8(at) & (1 << bit)) !== 0;
  }

  entity(at: number): Entity {
    return { id: this.u8(at), instance: this.u8(at + 1) & 0x7f, logical: this.bit(at + 1, 7) };
  }

  /** The name, whose type/length byte is the last of the fixed part. A name that is cut short ends where the record ends. */
  name(): TypedText {
    const typeLength = this.u8(this.#fixed - 1);
    return decodeSdrText(typeLength, this.bytes.subarray(this.#fixed, this.#fixed + (typeLength & 0x1f)));
  }

  /** Owner, number and entity are in the same place in all sensor records. */
  sensor(type: number): Omit<SensorBase, 'oem'> {
    return {
      recordId: this.recordId,
      owner: { address: this.u8(5), channel: this.u8(6) >> 4, lun: this.u8(6) & 3 },
      number: this.u8(7),
      entity: this.entity(8),
      sensorType: this.u8(type),
      eventType: this.u8(type + 1) & 0x7f,
      name: this.name(),
    };
  }

  capabilities(at: number): SensorCapabilities {
    const byte = this.u8(at);
    return {
      ignoreWithoutEntity: (byte & 0x80) !== 0,
      autoRearm: (byte & 0x40) !== 0,
      hysteresis: (byte >> 4) & 3,
      thresholds: (byte >> 2) & 3,
      eventControl: byte & 3,
    };
  }

  masks(at: number): SensorMasks {
    return { assertion: this.u16(at), deassertion: this.u16(at + 2), reading: this.u16(at + 4) };
  }

  unit(at: number): SensorUnit {
    const byte = this.u8(at);
    return {
      percent: (byte & 1) !== 0,
      join: JOINS[((byte >> 1) & 3) as 0 | 1 | 2 | 3],
      rate: (byte >> 3) & 7,
      base: this.u8(at + 1),
      modifier: this.u8(at + 2),
    };
  }

  sharing(at: number): Sharing {
    const byte = this.u8(at);
    return {
      count: byte & 15,
      modifier: ((byte >> 4) & 3) === 1 ? 'alpha' : 'numeric',
      direction: byte >> 6,
      offset: this.u8(at + 1) & 0x7f,
      entityIncrements: this.bit(at + 1, 7),
    };
  }
}

/** A number of `width` bits in two's complement. */
function signed(value: number, width: number): number {
  return value >= 1 << (width - 1) ? value - (1 << width) : value;
}

/** M, tolerance, B, accuracy and exponents: the six bytes that Get Sensor Reading Factors gives too. */
export function decodeFactors(bytes: Uint8Array, linearization: number, format: Factors['format']): Factors {
  const [mLow = 0, mHigh = 0, bLow = 0, bHigh = 0, accuracyHigh = 0, exponents = 0] = bytes;
  return {
    m: signed(mLow | ((mHigh & 0xc0) << 2), 10),
    tolerance: mHigh & 0x3f,
    b: signed(bLow | ((bHigh & 0xc0) << 2), 10),
    accuracy: (bHigh & 0x3f) | ((accuracyHigh & 0xf0) << 2),
    accuracyExponent: (accuracyHigh >> 2) & 3,
    rExponent: signed(exponents >> 4, 4),
    bExponent: signed(exponents & 15, 4),
    linearization,
    format,
  };
}

const DECODERS: { readonly [K in Kind]: (fields: Fields) => Sdr } = {
  full(f) {
    const format = FORMATS[(f.u8(20) >> 6) as 0 | 1 | 2 | 3];
    const analog = (bit: number, at: number): number | undefined => (f.bit(30, bit) ? f.u8(at) : undefined);
    const thresholds = Object.fromEntries(STORED_THRESHOLDS.map((name, index) => [name, f.u8(36 + index)]));
    return {
      kind: 'full',
      ...f.sensor(12),
      initialization: f.u8(10),
      capabilities: f.capabilities(11),
      masks: f.masks(14),
      unit: f.unit(20),
      factors: decodeFactors(f.bytes.subarray(24, 30), f.u8(23) & 0x7f, format),
      direction: f.u8(28) & 3,
      nominal: analog(0, 31),
      normalMaximum: analog(1, 32),
      normalMinimum: analog(2, 33),
      maximum: f.u8(34),
      minimum: f.u8(35),
      thresholds: thresholds as Record<ThresholdName, number>,
      hysteresis: { positive: f.u8(42), negative: f.u8(43) },
      oem: f.u8(46),
    };
  },
  compact: (f) => ({
    kind: 'compact',
    ...f.sensor(12),
    initialization: f.u8(10),
    capabilities: f.capabilities(11),
    masks: f.masks(14),
    unit: f.unit(20),
    sharing: f.sharing(23),
    hysteresis: { positive: f.u8(25), negative: f.u8(26) },
    oem: f.u8(30),
  }),
  eventOnly: (f) => ({ kind: 'eventOnly', ...f.sensor(10), sharing: f.sharing(12), oem: f.u8(15) }),
  entityAssociation: (f) => ({
    kind: 'entityAssociation',
    recordId: f.recordId,
    container: { id: f.u8(5), instance: f.u8(6) },
    range: f.bit(7, 7),
    linked: f.bit(7, 6),
    accessible: f.bit(7, 5),
    contained: [8, 10, 12, 14].map((at) => ({ id: f.u8(at), instance: f.u8(at + 1) })),
  }),
  deviceAssociation(f) {
    const entity = (at: number): DeviceEntity => ({
      address: f.u8(at),
      channel: f.u8(at + 1) >> 4,
      id: f.u8(at + 2),
      instance: f.u8(at + 3),
    });
    return {
      kind: 'deviceAssociation',
      recordId: f.recordId,
      container: { id: f.u8(5), instance: f.u8(6), address: f.u8(7), channel: f.u8(8) >> 4 },
      range: f.bit(9, 7),
      linked: f.bit(9, 6),
      accessible: f.bit(9, 5),
      contained: [10, 14, 18, 22].map(entity),
    };
  },
  device: (f) => ({
    kind: 'device',
    recordId: f.recordId,
    accessAddress: f.u8(5) & 0xfe,
    address: f.u8(6) & 0xfe,
    channel: ((f.u8(6) & 1) << 3) | (f.u8(7) >> 5),
    lun: (f.u8(7) >> 3) & 3,
    bus: f.u8(7) & 7,
    span: f.u8(8) & 7,
    deviceType: f.u8(10),
    deviceModifier: f.u8(11),
    entity: f.entity(12),
    oem: f.u8(14),
    name: f.name(),
  }),
  fru: (f) => ({
    kind: 'fru',
    recordId: f.recordId,
    accessAddress: f.u8(5) & 0xfe,
    fruId: f.u8(6),
    logical: f.bit(7, 7),
    lun: (f.u8(7) >> 3) & 3,
    bus: f.u8(7) & 7,
    channel: f.u8(8) >> 4,
    deviceType: f.u8(10),
    deviceModifier: f.u8(11),
    entity: f.entity(12),
    oem: f.u8(14),
    name: f.name(),
  }),
  controller: (f) => ({
    kind: 'controller',
    recordId: f.recordId,
    address: f.u8(5) & 0xfe,
    channel: f.u8(6) & 15,
    initialization: f.u8(7),
    capabilities: f.u8(8),
    entity: f.entity(12),
    oem: f.u8(14),
    name: f.name(),
  }),
  controllerConfirmation: (f) => ({
    kind: 'controllerConfirmation',
    recordId: f.recordId,
    address: f.u8(5) & 0xfe,
    deviceId: f.u8(6),
    channel: f.u8(7) >> 4,
    revision: f.u8(7) & 15,
    firmware: [f.u8(8), f.u8(9)],
    ipmi: f.u8(10),
    manufacturer: f.u24(11),
    product: f.u16(14),
    guid: copyOf(f.bytes, 16, 32),
  }),
  channels: (f) => ({
    kind: 'channels',
    recordId: f.recordId,
    channels: Array.from(f.bytes.subarray(5, 13), (byte) => ({
      transmit: (byte & 0x80) !== 0,
      lun: (byte >> 4) & 7,
      protocol: byte & 15,
    })),
    messageInterrupt: f.u8(13),
    eventInterrupt: f.u8(14),
  }),
  oem: (f) => ({ kind: 'oem', recordId: f.recordId, manufacturer: f.u24(5), data: copyOf(f.bytes, 8) }),
};
