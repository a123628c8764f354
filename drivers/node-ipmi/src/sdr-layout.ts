/** Where the fields of sensor data records are: what decoder and encoder share. */

/** Bytes of a record's header: ID, version, type, and the length of what follows. */
export const SDR_HEADER = 5;

/** Record type numbers and the length up to the end of the fixed part (the type/length byte where there is one). */
export const TYPES = {
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
export type Kind = keyof typeof TYPES;

export const SDR_VERSION = 0x51;
export const FORMATS = ['unsigned', 'onesComplement', 'twosComplement', 'none'] as const;
export const JOINS = ['none', 'divide', 'multiply', 'none'] as const;

/** Bytes 37 to 42 of a full record hold the thresholds in this order, which is not that of their bits. */
export const STORED_THRESHOLDS = [
  'upperNonRecoverable',
  'upperCritical',
  'upperNonCritical',
  'lowerNonRecoverable',
  'lowerCritical',
  'lowerNonCritical',
] as const;
