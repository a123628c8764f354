/** Sensor data records, decoded. */
import type { TypedText } from './text.ts';
import type { SensorUnit } from './units.ts';

/**
 * Sensor data records (IPMI v2.0, section 43). Numbers are as stored: a threshold is a raw reading
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

export interface SensorBase {
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

/** Capabilities of the sensor (byte 12 of full and compact records). */
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

/** A record of a reserved type, or one that is damaged or unreadable, with the reason in `fault`. */
export interface OtherSdr {
  readonly kind: 'other';
  readonly recordId: number;
  readonly recordType: number;
  readonly data: Uint8Array;
  readonly fault: string | undefined;
}
