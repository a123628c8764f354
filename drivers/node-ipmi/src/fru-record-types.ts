/** Multirecords of a FRU, decoded. */

/**
 * Records of a FRU's multirecord area, with the fixed layouts of the IPMI Platform Management FRU Information
 * Storage Definition v1.3, section 18. Voltages are volts, currents amperes, powers watts; a value that the
 * FRU leaves unspecified is null.
 */
export type MultiRecord =
  | PowerSupplyRecord
  | DcOutputRecord
  | DcLoadRecord
  | ManagementAccessRecord
  | CompatibilityRecord
  | OemRecord
  | OtherRecord;

/** Section 18.1, record type 0x00. */
export interface PowerSupplyRecord {
  readonly type: 'powerSupply';
  /** Rated output. */
  readonly capacity: number;
  /** Highest apparent power drawn, volt-amperes. */
  readonly peakApparentPower: number | null;
  readonly inrushCurrent: number | null;
  /** Milliseconds. */
  readonly inrushInterval: number;
  /** Lowest and highest input voltage of the first and second range. */
  readonly inputRange1: readonly [number, number];
  readonly inputRange2: readonly [number, number];
  /** Lowest and highest input frequency, hertz; both 0 where the supply takes direct current. */
  readonly inputFrequency: readonly [number, number];
  /** Milliseconds without input that the output survives. */
  readonly dropoutTolerance: number;
  readonly predictiveFail: boolean;
  readonly powerFactorCorrection: boolean;
  readonly autoSwitch: boolean;
  readonly hotSwap: boolean;
  /** Two tachometer pulses a rotation instead of one; without a tachometer, the fail pin is active high. */
  readonly twoPulsesOrHigh: boolean;
  /** Seconds that the peak power may last. */
  readonly peakHoldUp: number;
  readonly peakCapacity: number | null;
  /** Codes of the two rails that share `combinedCapacity`: 0 = 12 V, 1 = -12 V, 2 = 5 V, 3 = 3.3 V. */
  readonly combinedRails: readonly [number, number];
  readonly combinedCapacity: number;
  /** Rotations per second below which the fan is failing. */
  readonly tachometerLowerLimit: number;
}

/** Sections 18.2 and 18.2a, record types 0x01 and, where `currentUnit` is given, 0x09. */
export interface DcOutputRecord {
  readonly type: 'dcOutput';
  readonly output: number;
  readonly standby: boolean;
  readonly nominalVoltage: number;
  readonly maxNegativeDeviation: number;
  readonly maxPositiveDeviation: number;
  /** Peak to peak, volts. */
  readonly ripple: number;
  readonly minCurrent: number;
  readonly maxCurrent: number;
  /** Resolution of the currents in an extended record. */
  readonly currentUnit?: 0.01 | 0.1;
}

/** Sections 18.3 and 18.3a, record types 0x02 and, where `currentUnit` is given, 0x0A. */
export interface DcLoadRecord {
  readonly type: 'dcLoad';
  readonly output: number;
  readonly nominalVoltage: number;
  readonly minVoltage: number;
  readonly maxVoltage: number;
  /** Peak to peak, volts. */
  readonly ripple: number;
  readonly minCurrent: number;
  readonly maxCurrent: number;
  readonly currentUnit?: 0.01 | 0.1;
}

/** Section 18.4, record type 0x03: where and how the part is managed. */
export interface ManagementAccessRecord {
  readonly type: 'managementAccess';
  readonly kind:
    | 'systemUrl'
    | 'systemName'
    | 'systemPing'
    | 'componentUrl'
    | 'componentName'
    | 'componentPing'
    | 'systemId'
    | 'other';
  /** Sub-record type, as stored. */
  readonly code: number;
  readonly data: Uint8Array;
}

/** Sections 18.5 and 18.6, record types 0x04 and 0x05. */
export interface CompatibilityRecord {
  readonly type: 'compatibility';
  readonly extended: boolean;
  /** IANA private enterprise number. */
  readonly manufacturer: number;
  readonly entityId: number;
  readonly base: number;
  readonly start: number;
  /** Bit 0 of the first byte stands for `start` + 1. */
  readonly mask: Uint8Array;
}

/** Section 18.7, record types 0xC0 to 0xFF: the manufacturer owns number and layout. */
export interface OemRecord {
  readonly type: 'oem';
  readonly recordType: number;
  /** IANA private enterprise number. */
  readonly manufacturer: number;
  readonly data: Uint8Array;
}

/** A record whose layout is not ours to know (ASF, NVMe, reserved), or whose length does not fit its type. */
export interface OtherRecord {
  readonly type: 'other';
  readonly recordType: number;
  readonly data: Uint8Array;
}
