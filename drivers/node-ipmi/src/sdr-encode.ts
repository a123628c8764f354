/** Encodes sensor data records. */
import { concat } from './bytes.ts';
import { IpmiError } from './errors.ts';
import type {
  DeviceAssociation,
  DeviceEntity,
  Entity,
  EntityAssociation,
  Factors,
  FruLocator,
  FullSensor,
  Sdr,
  SensorBase,
  SensorCapabilities,
  SensorMasks,
  Sharing,
} from './sdr.ts';
import { FORMATS, JOINS, SDR_VERSION, STORED_THRESHOLDS, TYPES } from './sdr-layout.ts';
import { encodeText, type TypedText } from './text.ts';
import type { SensorUnit } from './units.ts';

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
    case 'full':
      return encodeFull(sdr);
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
    case 'deviceAssociation':
      return encodeDeviceAssociation(sdr);
    case 'device':
      return concat(
        [sdr.accessAddress, sdr.address | (sdr.channel >> 3)],
        [((sdr.channel & 7) << 5) | (sdr.lun << 3) | sdr.bus, sdr.span, 0],
        [sdr.deviceType, sdr.deviceModifier, ...entityBytes(sdr.entity), sdr.oem],
        nameBytes(sdr.name),
      );
    case 'fru':
      return encodeFruLocator(sdr);
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

function encodeFull(sdr: FullSensor): Uint8Array {
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

function encodeDeviceAssociation(sdr: DeviceAssociation): Uint8Array {
  const { id, instance, address, channel } = sdr.container;
  const none = { address: 0, channel: 0, id: 0, instance: 0 };
  const bytes = (e: DeviceEntity): number[] => [e.address, e.channel << 4, e.id, e.instance];
  const head = [id, instance, address, channel << 4, associationFlags(sdr)];
  return concat(head, four(sdr.contained, none).flatMap(bytes), new Uint8Array(6));
}

function encodeFruLocator(sdr: FruLocator): Uint8Array {
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
