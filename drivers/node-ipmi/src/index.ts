export {
  type BoardInfo,
  type ChassisInfo,
  type DecodedFru,
  decodeFru,
  encodeFru,
  type Fru,
  type FruArea,
  FruError,
  type FruFault,
  fruText,
  type ProductInfo,
} from './fru.ts';
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
export type { TextEncoding, TypedText } from './text.ts';
