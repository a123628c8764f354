import { concat, copyOf } from './bytes.ts';
import { IpmiError } from './errors.ts';
import { decodeText, encodeText, sdrEncoding, type TypedText } from './text.ts';
import type { SensorUnit } from './units.ts';

/**
 * Sensor data records (IPMI v2.0, section 43), both ways. Numbers are as stored: a threshold is a raw reading
 * that `toValue` (reading.ts) turns into a value.
 */
export type Sdr =
  | FullSensor
  | CompactSensor
  | EventOnlySensor
  | EntityAssociation
  | DeviceAssociation
  | DeviceLocator
  | FruLocator
  | ControllerLocator
  | ControllerConfirmation
  | ChannelInfoRecord
  | OemSdr
  | OtherSdr;

export type SensorSdr = FullSensor | CompactSensor | EventOnlySensor;

export interface Entity {
  /** Table 43-13; `entityText` names it. */
  readonly id: number;
  /** 0x60 and above are relative to the device. */
  readonly instance: number;
  /** A container or group, not a physical thing. */
  readonly logical: boolean;
}

/** Who owns a sensor: an IPMB address, or system software where bit 0 is set. */
export interface SensorOwner {
  readonly address: number;
  readonly channel: number;
  readonly lun: number;
}

interface SensorBase {
  readonly recordId: number;
  readonly owner: SensorOwner;
  readonly number: number;
  readonly entity: Entity;
  readonly sensorType: number;
  /** 1 is a threshold sensor, 0x6F sensor-specific states, the rest generic states (table 42-1). */
  readonly eventType: number;
  readonly oem: number;
  readonly name: TypedText;
}

export interface SensorMasks {
  /** Threshold sensors: events and readable or settable thresholds; discrete sensors: states. */
  readonly assertion: number;
  readonly deassertion: number;
  readonly reading: number;
}

/** What the sensor can do by itself (byte 12 of full and compact records). */
export interface SensorCapabilities {
  readonly ignoreWithoutEntity: boolean;
  readonly autoRearm: boolean;
  /** 0 none, 1 readable, 2 readable and settable, 3 fixed and unreadable. */
  readonly hysteresis: number;
  readonly thresholds: number;
  readonly eventControl: number;
}

export interface Hysteresis {
  readonly positive: number;
  readonly negative: number;
}

/** y = L((m·x + b·10^bExponent) · 10^rExponent), section 36.3. */
export interface Factors {
  readonly m: number;
  readonly b: number;
  readonly bExponent: number;
  readonly rExponent: number;
  /** 0 linear to 11 cube root; 0x70 and above: ask the sensor for each reading's factors. */
  readonly linearization: number;
  readonly format: 'unsigned' | 'onesComplement' | 'twosComplement' | 'none';
  /** In half raw counts. */
  readonly tolerance: number;
  /** Hundredths of a percent, before the exponent. */
  readonly accuracy: number;
  readonly accuracyExponent: number;
}

export const THRESHOLDS = [
  'lowerNonCritical',
  'lowerCritical',
  'lowerNonRecoverable',
  'upperNonCritical',
  'upperCritical',
  'upperNonRecoverable',
] as const;
/** In the order of the bits of the threshold masks. */
export type ThresholdName = (typeof THRESHOLDS)[number];

export interface FullSensor extends SensorBase {
  readonly kind: 'full';
  /** Initialization byte as stored (byte 11). */
  readonly initialization: number;
  readonly capabilities: SensorCapabilities;
  readonly masks: SensorMasks;
  readonly unit: SensorUnit;
  readonly factors: Factors;
  /** 0 unspecified, 1 input, 2 output. */
  readonly direction: number;
  readonly nominal: number | undefined;
  readonly normalMaximum: number | undefined;
  readonly normalMinimum: number | undefined;
  readonly maximum: number;
  readonly minimum: number;
  readonly thresholds: Readonly<Record<ThresholdName, number>>;
  readonly hysteresis: Hysteresis;
}

/** How one record stands for several sensors of consecutive numbers. */
export interface Sharing {
  readonly count: number;
  /** The name of each gets a number or a letter. */
  readonly modifier: 'numeric' | 'alpha';
  readonly offset: number;
  readonly entityIncrements: boolean;
  readonly direction: number;
}

export interface CompactSensor extends SensorBase {
  readonly kind: 'compact';
  readonly initialization: number;
  readonly capabilities: SensorCapabilities;
  readonly masks: SensorMasks;
  readonly unit: SensorUnit;
  readonly sharing: Sharing;
  readonly hysteresis: Hysteresis;
}

export interface EventOnlySensor extends SensorBase {
  readonly kind: 'eventOnly';
  readonly sharing: Sharing;
}

export interface EntityAssociation {
  readonly kind: 'entityAssociation';
  readonly recordId: number;
  readonly container: { readonly id: number; readonly instance: number };
  /** `contained` are first and last of two ranges instead of four entities. */
  readonly range: boolean;
  readonly linked: boolean;
  readonly accessible: boolean;
  readonly contained: readonly { readonly id: number; readonly instance: number }[];
}

export interface DeviceAssociation {
  readonly kind: 'deviceAssociation';
  readonly recordId: number;
  readonly container: DeviceEntity;
  readonly range: boolean;
  readonly linked: boolean;
  readonly accessible: boolean;
  readonly contained: readonly DeviceEntity[];
}

export interface DeviceEntity {
  readonly address: number;
  readonly channel: number;
  readonly id: number;
  readonly instance: number;
}

interface LocatorBase {
  readonly recordId: number;
  readonly entity: Entity;
  readonly oem: number;
  readonly name: TypedText;
}

/** A device on a bus that no management controller stands for. */
export interface DeviceLocator extends LocatorBase {
  readonly kind: 'device';
  readonly accessAddress: number;
  readonly address: number;
  readonly channel: number;
  readonly lun: number;
  readonly bus: number;
  readonly span: number;
  readonly deviceType: number;
  readonly deviceModifier: number;
}

export interface FruLocator extends LocatorBase {
  readonly kind: 'fru';
  readonly accessAddress: number;
  /** FRU device ID behind the controller where `logical`, else the EEPROM's own address. */
  readonly fruId: number;
  readonly logical: boolean;
  readonly channel: number;
  readonly lun: number;
  readonly bus: number;
  readonly deviceType: number;
  readonly deviceModifier: number;
}

export interface ControllerLocator extends LocatorBase {
  readonly kind: 'controller';
  readonly address: number;
  readonly channel: number;
  /** Power state notification and global initialization (byte 8), as stored. */
  readonly initialization: number;
  /** As in Get Device ID: bit 0 sensors, 1 SDR, 2 SEL, 3 FRU, 4 event receiver, 5 generator, 6 bridge, 7 chassis. */
  readonly capabilities: number;
}

export interface ControllerConfirmation {
  readonly kind: 'controllerConfirmation';
  readonly recordId: number;
  readonly address: number;
  readonly deviceId: number;
  readonly channel: number;
  readonly revision: number;
  readonly firmware: readonly [number, number];
  readonly ipmi: number;
  readonly manufacturer: number;
  readonly product: number;
  readonly guid: Uint8Array;
}

/** BMC message channels 0 to 7 (type 0x14), as stored. */
export interface ChannelInfoRecord {
  readonly kind: 'channels';
  readonly recordId: number;
  readonly channels: readonly {
    readonly transmit: boolean;
    readonly lun: number;
    readonly protocol: number;
  }[];
  readonly messageInterrupt: number;
  readonly eventInterrupt: number;
}

export interface OemSdr {
  readonly kind: 'oem';
  readonly recordId: number;
  readonly manufacturer: number;
  readonly data: Uint8Array;
}

/** A record of a reserved type, or one that is damaged: `fault` says how. */
export interface OtherSdr {
  readonly kind: 'other';
  readonly recordId: number;
  readonly recordType: number;
  readonly data: Uint8Array;
  readonly fault: string | undefined;
}

/** Record type numbers and the length up to the end of the fixed part (the type/length byte where there is one). */
const TYPES = {
  full: [0x01, 48],
  compact: [0x02, 32],
  eventOnly: [0x03, 17],
  entityAssociation: [0x08, 16],
  deviceAssociation: [0x09, 26],
  device: [0x10, 16],
  fru: [0x11, 16],
  controller: [0x12, 16],
  controllerConfirmation: [0x13, 32],
  channels: [0x14, 15],
  oem: [0xc0, 8],
} as const;
type Kind = keyof typeof TYPES;

const SDR_VERSION = 0x51;
const FORMATS = ['unsigned', 'onesComplement', 'twosComplement', 'none'] as const;
const JOINS = ['none', 'divide', 'multiply', 'none'] as const;

/** Bytes 37 to 42 of a full record hold the thresholds in this order, which is not that of their bits. */
const STORED_THRESHOLDS = [
  'upperNonRecoverable',
  'upperCritical',
  'upperNonCritical',
  'lowerNonRecoverable',
  'lowerCritical',
  'lowerNonCritical',
] as const;

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
  if (bytes.length < 5 + at(4)) return other(`the record says ${at(4)} bytes and has ${bytes.length - 5}`);
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

  /** The name, whose type/length byte is the last of the fixed part. A name cut short is what there is of it. */
  name(): TypedText {
    const typeLength = this.u8(this.#fixed - 1);
    const encoding = sdrEncoding(typeLength);
    const data = this.bytes.subarray(this.#fixed, this.#fixed + (typeLength & 0x1f));
    return { text: decodeText(data, encoding), encoding };
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

/**
 * The bytes of a record, header included. Values are cut to the width of their fields; a name that does not
 * fit fails with an IpmiError `invalid`.
 */
export function encodeSdr(sdr: Sdr): Uint8Array {
  const type = sdr.kind === 'other' ? sdr.recordType : TYPES[sdr.kind][0];
  const body = encodeBody(sdr);
  const header = [sdr.recordId & 0xff, (sdr.recordId >> 8) & 0xff, SDR_VERSION, type, body.length];
  return concat(header, body);
}

function encodeBody(sdr: Sdr): Uint8Array {
  switch (sdr.kind) {
    case 'full': {
      const { factors, nominal, normalMaximum, normalMinimum } = sdr;
      const flags =
        Number(nominal !== undefined) |
        (Number(normalMaximum !== undefined) << 1) |
        (Number(normalMinimum !== undefined) << 2);
      return concat(
        sensorHead(sdr),
        [sdr.initialization, capabilityByte(sdr.capabilities), sdr.sensorType, sdr.eventType],
        maskBytes(sdr.masks),
        unitBytes(sdr.unit, FORMATS.indexOf(factors.format)),
        [factors.linearization],
        encodeFactors(factors, sdr.direction),
        [flags, nominal ?? 0, normalMaximum ?? 0, normalMinimum ?? 0, sdr.maximum, sdr.minimum],
        STORED_THRESHOLDS.map((name) => sdr.thresholds[name]),
        [sdr.hysteresis.positive, sdr.hysteresis.negative, 0, 0, sdr.oem],
        nameBytes(sdr.name),
      );
    }
    case 'compact':
      return concat(
        sensorHead(sdr),
        [sdr.initialization, capabilityByte(sdr.capabilities), sdr.sensorType, sdr.eventType],
        maskBytes(sdr.masks),
        unitBytes(sdr.unit, 3),
        sharingBytes(sdr.sharing),
        [sdr.hysteresis.positive, sdr.hysteresis.negative, 0, 0, 0, sdr.oem],
        nameBytes(sdr.name),
      );
    case 'eventOnly': {
      const type = [sdr.sensorType, sdr.eventType];
      return concat(sensorHead(sdr), type, sharingBytes(sdr.sharing), [0, sdr.oem], nameBytes(sdr.name));
    }
    case 'entityAssociation':
      return concat(
        [sdr.container.id, sdr.container.instance, associationFlags(sdr)],
        four(sdr.contained, { id: 0, instance: 0 }).flatMap(({ id, instance }) => [id, instance]),
      );
    case 'deviceAssociation': {
      const { id, instance, address, channel } = sdr.container;
      const none = { address: 0, channel: 0, id: 0, instance: 0 };
      const bytes = (e: DeviceEntity): number[] => [e.address, e.channel << 4, e.id, e.instance];
      const head = [id, instance, address, channel << 4, associationFlags(sdr)];
      return concat(head, four(sdr.contained, none).flatMap(bytes), new Uint8Array(6));
    }
    case 'device':
      return concat(
        [sdr.accessAddress, sdr.address | (sdr.channel >> 3)],
        [((sdr.channel & 7) << 5) | (sdr.lun << 3) | sdr.bus, sdr.span, 0],
        [sdr.deviceType, sdr.deviceModifier, ...entityBytes(sdr.entity), sdr.oem],
        nameBytes(sdr.name),
      );
    case 'fru':
      return concat(
        [
          sdr.accessAddress,
          sdr.fruId,
          (Number(sdr.logical) << 7) | (sdr.lun << 3) | sdr.bus,
          sdr.channel << 4,
          0,
        ],
        [sdr.deviceType, sdr.deviceModifier, ...entityBytes(sdr.entity), sdr.oem],
        nameBytes(sdr.name),
      );
    case 'controller':
      return concat(
        [sdr.address, sdr.channel, sdr.initialization, sdr.capabilities, 0, 0, 0],
        [...entityBytes(sdr.entity), sdr.oem],
        nameBytes(sdr.name),
      );
    case 'controllerConfirmation':
      return concat(
        [sdr.address, sdr.deviceId, (sdr.channel << 4) | sdr.revision, ...sdr.firmware, sdr.ipmi],
        low24(sdr.manufacturer),
        low16(sdr.product),
        sdr.guid,
      );
    case 'channels':
      return concat(
        sdr.channels.map(({ transmit, lun, protocol }) => (Number(transmit) << 7) | (lun << 4) | protocol),
        [sdr.messageInterrupt, sdr.eventInterrupt, 0],
      );
    case 'oem':
      return concat(low24(sdr.manufacturer), sdr.data);
    case 'other':
      return sdr.data;
  }
}

function low16(value: number): number[] {
  return [value & 0xff, (value >> 8) & 0xff];
}

function low24(value: number): number[] {
  return [...low16(value), (value >> 16) & 0xff];
}

function four<T>(items: readonly T[], filler: T): T[] {
  return Array.from({ length: 4 }, (_, index) => items[index] ?? filler);
}

function entityBytes(entity: Entity): number[] {
  return [entity.id, entity.instance | (Number(entity.logical) << 7)];
}

function sensorHead({ owner, number, entity }: SensorBase): number[] {
  return [owner.address, (owner.channel << 4) | owner.lun, number, ...entityBytes(entity)];
}

function capabilityByte(c: SensorCapabilities): number {
  const flags = (Number(c.ignoreWithoutEntity) << 7) | (Number(c.autoRearm) << 6);
  return flags | (c.hysteresis << 4) | (c.thresholds << 2) | c.eventControl;
}

function maskBytes({ assertion, deassertion, reading }: SensorMasks): number[] {
  return [...low16(assertion), ...low16(deassertion), ...low16(reading)];
}

function unitBytes(unit: SensorUnit, format: number): number[] {
  const first = (format << 6) | (unit.rate << 3) | (JOINS.indexOf(unit.join) << 1) | Number(unit.percent);
  return [first, unit.base, unit.modifier];
}

function sharingBytes(sharing: Sharing): number[] {
  const modifier = sharing.modifier === 'alpha' ? 1 : 0;
  const first = (sharing.direction << 6) | (modifier << 4) | sharing.count;
  return [first, sharing.offset | (Number(sharing.entityIncrements) << 7)];
}

function associationFlags(a: EntityAssociation | DeviceAssociation): number {
  return (Number(a.range) << 7) | (Number(a.linked) << 6) | (Number(a.accessible) << 5);
}

/** The six bytes of M, B, accuracy and exponents. */
export function encodeFactors(factors: Factors, direction = 0): number[] {
  const { m, b, tolerance, accuracy, accuracyExponent, rExponent, bExponent } = factors;
  return [
    m & 0xff,
    ((m >> 2) & 0xc0) | (tolerance & 0x3f),
    b & 0xff,
    ((b >> 2) & 0xc0) | (accuracy & 0x3f),
    ((accuracy >> 2) & 0xf0) | ((accuracyExponent & 3) << 2) | (direction & 3),
    ((rExponent & 15) << 4) | (bExponent & 15),
  ];
}

function nameBytes({ text, encoding }: TypedText): Uint8Array {
  const type = ['utf16', 'bcd', 'sixbit', 'latin1'].indexOf(encoding);
  const data = encodeText(text, encoding);
  if (type < 0 || data === undefined || data.length > 16) {
    throw new IpmiError('invalid', `the name "${text}" does not fit a sensor data record as ${encoding}`);
  }
  return concat([(type << 6) | data.length], data);
}
