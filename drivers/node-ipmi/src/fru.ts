/** FRU inventories without the rest of the package, for readers of an EEPROM. */

export { decodeFru } from './fru-decode.ts';
export { encodeFru } from './fru-encode.ts';
export * from './fru-record-types.ts';
export { OCP_MANUFACTURER, oemRecordName } from './fru-records.ts';
export * from './fru-types.ts';
export type { TextEncoding, TypedText } from './text.ts';
