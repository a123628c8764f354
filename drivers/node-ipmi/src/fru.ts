/** FRU inventories, apart from the rest of the package: for those who read an EEPROM and speak no IPMI. */

export { decodeFru } from './fru-decode.ts';
export { encodeFru } from './fru-encode.ts';
export {
  type CompatibilityRecord,
  type DcLoadRecord,
  type DcOutputRecord,
  type ManagementAccessRecord,
  type MultiRecord,
  OCP_MANUFACTURER,
  type OemRecord,
  type OtherRecord,
  oemRecordName,
  type PowerSupplyRecord,
} from './fru-records.ts';
export * from './fru-types.ts';
export type { TextEncoding, TypedText } from './text.ts';
