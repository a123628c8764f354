/** Where the fields of a FRU are (Information Storage Definition v1.3): what decoder and encoder share. */

/** Bytes of the common header, and of the header of a multirecord (sections 8 and 16). */
export const FRU_HEADER = 8;
export const RECORD_HEADER = 5;

/** Order of the offsets in the common header (section 8), and of the areas as written. */
export const AREAS = ['internal', 'chassis', 'board', 'product', 'records'] as const;

/** Predefined fields of each information area, in their order (sections 10, 11 and 12). */
export const CHASSIS_FIELDS = ['partNumber', 'serialNumber'] as const;
export const BOARD_FIELDS = ['manufacturer', 'productName', 'serialNumber', 'partNumber', 'fileId'] as const;
export const PRODUCT_FIELDS = [
  'manufacturer',
  'productName',
  'partNumber',
  'version',
  'serialNumber',
  'assetTag',
  'fileId',
] as const;

export const END_OF_FIELDS = 0xc1;
export const FORMAT_VERSION = 1;
export const RECORD_VERSION = 2;
/** Manufacturing dates are minutes since this moment, in 3 bytes. */
export const DATE_EPOCH = Date.UTC(1996, 0, 1);
export const MINUTE = 60_000;

/** English stores 8-bit text, every other language 2-byte Unicode (section 13). */
export function isEnglish(language: number | undefined): boolean {
  return language === undefined || language === 0 || language === 25;
}
