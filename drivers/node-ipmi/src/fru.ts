import { checksum8, concat, copyOf, sum8 } from './bytes.ts';
import { decodeRecord, encodeRecord, type MultiRecord, recordLengthFits } from './fru-records.ts';
import { decodeText, encodeText, fruEncoding, fruType, type TypedText } from './text.ts';

/**
 * Inventory of a field-replaceable unit, as its EEPROM holds it (IPMI Platform Management FRU Information
 * Storage Definition v1.3). An area that the EEPROM does not have, and a field that says nothing, is absent.
 *
 * `decodeFru` gives every text with its storage encoding; `encodeFru` also takes plain strings, which it
 * stores in the ordinary encoding of the area's language.
 */
export interface Fru<Text = TypedText> {
  /** Internal use area behind its version byte; the EEPROM does not say where it ends, so padding is part of it. */
  readonly internal?: Uint8Array | undefined;
  readonly chassis?: ChassisInfo<Text> | undefined;
  readonly board?: BoardInfo<Text> | undefined;
  readonly product?: ProductInfo<Text> | undefined;
  readonly records?: readonly MultiRecord[] | undefined;
}

export interface ChassisInfo<Text = TypedText> {
  /** SMBIOS enclosure type (DSP0134, section 7.4.1): 23 is a rack mount chassis. */
  readonly type: number;
  readonly partNumber?: Text | undefined;
  readonly serialNumber?: Text | undefined;
  readonly custom?: readonly Text[] | undefined;
}

export interface BoardInfo<Text = TypedText> {
  /** Language code (section 15); 0 and 25 are English, and the default. */
  readonly language?: number | undefined;
  /** To the minute. */
  readonly manufactured?: Date | undefined;
  readonly manufacturer?: Text | undefined;
  readonly productName?: Text | undefined;
  readonly serialNumber?: Text | undefined;
  readonly partNumber?: Text | undefined;
  readonly fileId?: Text | undefined;
  readonly custom?: readonly Text[] | undefined;
}

export interface ProductInfo<Text = TypedText> {
  readonly language?: number | undefined;
  readonly manufacturer?: Text | undefined;
  readonly productName?: Text | undefined;
  /** Part or model number. */
  readonly partNumber?: Text | undefined;
  readonly version?: Text | undefined;
  readonly serialNumber?: Text | undefined;
  readonly assetTag?: Text | undefined;
  readonly fileId?: Text | undefined;
  readonly custom?: readonly Text[] | undefined;
}

export type FruArea = 'header' | 'internal' | 'chassis' | 'board' | 'product' | 'records';

/** What is wrong in an EEPROM, and at which byte of it. */
export interface FruFault {
  readonly area: FruArea;
  readonly offset: number;
  readonly message: string;
}

/** What could be read, and what could not. */
export interface DecodedFru extends Fru {
  readonly faults: readonly FruFault[];
}

/** A FRU that cannot be stored: `area` says where the value is that does not fit. */
export class FruError extends Error {
  readonly area: FruArea;

  constructor(area: FruArea, message: string, options?: ErrorOptions) {
    super(`FRU ${area} area: ${message}`, options);
    this.name = 'FruError';
    this.area = area;
  }
}

/** Order of the offsets in the common header (section 8), and of the areas as written. */
const AREAS = ['internal', 'chassis', 'board', 'product', 'records'] as const;

/** Predefined fields of each information area, in their order (sections 10, 11 and 12). */
const CHASSIS_FIELDS = ['partNumber', 'serialNumber'] as const;
const BOARD_FIELDS = ['manufacturer', 'productName', 'serialNumber', 'partNumber', 'fileId'] as const;
const PRODUCT_FIELDS = [
  'manufacturer',
  'productName',
  'partNumber',
  'version',
  'serialNumber',
  'assetTag',
  'fileId',
] as const;

const END_OF_FIELDS = 0xc1;
const FORMAT_VERSION = 1;
const RECORD_VERSION = 2;
/** Manufacturing dates are minutes since this moment, in 3 bytes. */
const DATE_EPOCH = Date.UTC(1996, 0, 1);
const MINUTE = 60_000;

/** English stores 8-bit text, every other language 2-byte Unicode (section 13). */
function isEnglish(language: number | undefined): boolean {
  return language === undefined || language === 0 || language === 25;
}

/**
 * Reads the contents of a FRU EEPROM. Never fails: what is damaged is left out and named in `faults`, and
 * does not take the other areas with it. An area whose checksum is wrong counts as damaged.
 */
export function decodeFru(bytes: Uint8Array): DecodedFru {
  const faults: FruFault[] = [];
  const fault = (area: FruArea, offset: number, message: string): undefined => {
    faults.push({ area, offset, message });
  };
  const offsets = decodeHeader(bytes, fault);
  if (offsets === undefined) return { faults };

  const chassis = decodeInfo(bytes, 'chassis', offsets.chassis, 3, CHASSIS_FIELDS, fault);
  const board = decodeInfo(bytes, 'board', offsets.board, 6, BOARD_FIELDS, fault);
  const product = decodeInfo(bytes, 'product', offsets.product, 3, PRODUCT_FIELDS, fault);
  const minutes =
    board === undefined
      ? 0
      : (board.head[3] ?? 0) | ((board.head[4] ?? 0) << 8) | ((board.head[5] ?? 0) << 16);
  return {
    ...(offsets.internal === 0 ? {} : { internal: decodeInternal(bytes, offsets, fault) }),
    ...(chassis && { chassis: { type: chassis.head[2] ?? 0, ...chassis.fields } }),
    ...(board && {
      board: {
        language: board.head[2] ?? 0,
        ...(minutes === 0 ? {} : { manufactured: new Date(DATE_EPOCH + minutes * MINUTE) }),
        ...board.fields,
      },
    }),
    ...(product && { product: { language: product.head[2] ?? 0, ...product.fields } }),
    ...(offsets.records === 0 ? {} : { records: decodeRecords(bytes, offsets.records, fault) }),
    faults,
  };
}

/** A field's text, or null where the FRU says nothing. Blanks around it are dropped. */
export function fruText(field: TypedText | undefined): string | null {
  return field?.text.trim() || null;
}

type Offsets = Readonly<Record<(typeof AREAS)[number], number>>;
type Report = (area: FruArea, offset: number, message: string) => undefined;

function decodeHeader(bytes: Uint8Array, fault: Report): Offsets | undefined {
  const header = bytes.subarray(0, 8);
  if (header.length < 8) return fault('header', 0, `${bytes.length} bytes are too few for a header`);
  if (header.every((byte) => byte === 0xff || byte === 0)) return fault('header', 0, 'the EEPROM is blank');
  if (sum8(header) !== 0) return fault('header', 7, 'the checksum is wrong');
  const version = (header[0] ?? 0) & 15;
  if (version !== FORMAT_VERSION) return fault('header', 0, `format version ${version} is not known`);
  const offset = (index: number): number => (header[1 + index] ?? 0) * 8;
  return {
    internal: offset(0),
    chassis: offset(1),
    board: offset(2),
    product: offset(3),
    records: offset(4),
  };
}

function decodeInternal(bytes: Uint8Array, offsets: Offsets, fault: Report): Uint8Array | undefined {
  const start = offsets.internal;
  if (start >= bytes.length) return fault('internal', start, 'it starts behind the end of the EEPROM');
  const next = AREAS.map((area) => offsets[area]).filter((offset) => offset > start);
  return copyOf(bytes, start + 1, Math.min(bytes.length, ...next));
}

interface InfoArea<Field extends string> {
  /** Version, length and the bytes before the first field. */
  readonly head: Uint8Array;
  readonly fields: { readonly [K in Field]?: TypedText } & { readonly custom?: readonly TypedText[] };
}

/** An area of type/length fields: chassis, board or product. */
function decodeInfo<Field extends string>(
  bytes: Uint8Array,
  area: FruArea,
  start: number,
  headLength: number,
  names: readonly Field[],
  fault: Report,
): InfoArea<Field> | undefined {
  if (start === 0) return undefined;
  const version = (bytes[start] ?? 0) & 15;
  const length = (bytes[start + 1] ?? 0) * 8;
  if (start + 2 > bytes.length) return fault(area, start, 'it starts behind the end of the EEPROM');
  if (version !== FORMAT_VERSION) return fault(area, start, `format version ${version} is not known`);
  if (length === 0) return fault(area, start + 1, 'its length is zero');
  if (start + length > bytes.length) {
    return fault(area, start + 1, `its ${length} bytes reach behind the end of the EEPROM`);
  }
  const data = bytes.subarray(start, start + length);
  if (sum8(data) !== 0) return fault(area, start + length - 1, 'the checksum is wrong');

  const head = copyOf(data, 0, headLength);
  const english = area === 'chassis' || isEnglish(head[2]);
  const fields: { [K in Field]?: TypedText } = {};
  const custom: TypedText[] = [];
  const end = length - 1;
  let at = headLength;
  for (let index = 0; ; index++) {
    const typeLength = data[at] ?? 0;
    if (at >= end) {
      fault(area, start + Math.min(at, end), 'the fields have no end mark');
      break;
    }
    if (typeLength === END_OF_FIELDS) {
      if (index < names.length) fault(area, start + at, `the fields end before ${names[index]}`);
      break;
    }
    const size = typeLength & 0x3f;
    if (at + 1 + size > end) {
      fault(area, start + at, `a field of ${size} bytes reaches behind the end of the area`);
      break;
    }
    const encoding = fruEncoding(typeLength, english);
    const text = { text: decodeText(data.subarray(at + 1, at + 1 + size), encoding), encoding };
    const name = names[index];
    if (name === undefined) custom.push(text);
    else if (size > 0) fields[name] = text;
    at += 1 + size;
  }
  return { head, fields: custom.length === 0 ? fields : { ...fields, custom } };
}

function decodeRecords(bytes: Uint8Array, start: number, fault: Report): readonly MultiRecord[] {
  const records: MultiRecord[] = [];
  for (let at = start; ; ) {
    const header = bytes.subarray(at, at + 5);
    if (header.length < 5) {
      fault('records', at, 'a record starts behind the end of the EEPROM');
      return records;
    }
    if (sum8(header) !== 0) {
      fault('records', at + 4, 'the checksum of a record header is wrong; what follows cannot be found');
      return records;
    }
    const [type = 0, flags = 0, length = 0, checksum = 0] = header;
    const data = copyOf(bytes, at + 5, at + 5 + length);
    if (data.length < length) {
      fault('records', at, `a record of ${length} bytes reaches behind the end of the EEPROM`);
      return records;
    }
    if (((sum8(data) + checksum) & 0xff) !== 0) {
      fault('records', at + 3, 'the checksum of a record is wrong');
    } else if ((flags & 15) !== RECORD_VERSION) {
      fault('records', at + 1, `record format version ${flags & 15} is not known`);
    } else {
      if (!recordLengthFits(type, length))
        fault('records', at + 2, `${length} bytes are too few for record type ${type}`);
      records.push(decodeRecord(type, data));
    }
    if ((flags & 0x80) !== 0) return records;
    at += 5 + length;
  }
}

/**
 * The bytes of a FRU EEPROM, areas in the order of the header, each padded to 8 bytes. Fails with a FruError
 * where a value does not fit.
 */
export function encodeFru(fru: Fru<TypedText | string>): Uint8Array {
  const { internal, chassis, board, product, records } = fru;
  const areas: Record<(typeof AREAS)[number], Uint8Array | undefined> = {
    internal: internal && padded(concat([FORMAT_VERSION], internal)),
    chassis:
      chassis &&
      encodeInfo(
        'chassis',
        [byte('chassis', chassis.type)],
        CHASSIS_FIELDS.map((name) => chassis[name]),
        chassis.custom,
        true,
      ),
    board:
      board &&
      encodeInfo(
        'board',
        [byte('board', board.language ?? 0), ...dateBytes(board.manufactured)],
        BOARD_FIELDS.map((name) => board[name]),
        board.custom,
        isEnglish(board.language),
      ),
    product:
      product &&
      encodeInfo(
        'product',
        [byte('product', product.language ?? 0)],
        PRODUCT_FIELDS.map((name) => product[name]),
        product.custom,
        isEnglish(product.language),
      ),
    records: records && records.length > 0 ? encodeRecords(records) : undefined,
  };
  const header = new Uint8Array(8);
  header[0] = FORMAT_VERSION;
  let offset = header.length;
  AREAS.forEach((name, index) => {
    const area = areas[name];
    if (area === undefined) return;
    if (offset / 8 > 0xff)
      throw new FruError(name, `it would start at byte ${offset}, behind what a header can say (2040)`);
    header[1 + index] = offset / 8;
    offset += area.length;
  });
  header[7] = checksum8(header);
  return concat(header, ...AREAS.map((name) => areas[name] ?? []));
}

function padded(bytes: Uint8Array): Uint8Array {
  return concat(bytes, new Uint8Array(-bytes.length & 7));
}

function byte(area: FruArea, value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > 0xff)
    throw new FruError(area, `${value} does not fit one byte`);
  return value;
}

function dateBytes(date: Date | undefined): number[] {
  if (date === undefined) return [0, 0, 0];
  const minutes = Math.floor((date.getTime() - DATE_EPOCH) / MINUTE);
  if (!(minutes > 0 && minutes <= 0xffffff)) {
    throw new FruError(
      'board',
      'the date of manufacture must lie between 1996-01-01 00:01 and 2027-11-24 20:15 UTC',
    );
  }
  return [minutes & 0xff, (minutes >> 8) & 0xff, minutes >> 16];
}

function encodeInfo(
  area: FruArea,
  head: readonly number[],
  fields: readonly (TypedText | string | undefined)[],
  custom: readonly (TypedText | string)[] = [],
  english: boolean,
): Uint8Array {
  const texts = [...fields, ...custom].map((field) => encodeField(area, field, english));
  const body = concat(head, ...texts, [END_OF_FIELDS]);
  const length = Math.ceil((2 + body.length + 1) / 8);
  if (length > 0xff) throw new FruError(area, `its fields take ${length * 8} bytes; 2040 is the most`);
  const out = new Uint8Array(length * 8);
  out.set([FORMAT_VERSION, length]);
  out.set(body, 2);
  out[out.length - 1] = checksum8(out);
  return out;
}

function encodeField(area: FruArea, field: TypedText | string | undefined, english: boolean): Uint8Array {
  if (field === undefined) return new Uint8Array([0xc0]);
  const typed: TypedText =
    typeof field === 'string' ? { text: field, encoding: english ? 'latin1' : 'utf16' } : field;
  const { text, encoding } = typed;
  if (encoding === (english ? 'utf16' : 'latin1')) {
    const language = english ? 'English' : 'a language other than English';
    throw new FruError(area, `${encoding} text cannot be stored in an area whose language is ${language}`);
  }
  let data = encodeText(text, encoding);
  if (data === undefined) throw new FruError(area, `"${text}" cannot be stored as ${encoding}`);
  if (data.length > 0x3f) throw new FruError(area, `"${text}" takes ${data.length} bytes; 63 is the most`);
  // One byte of 8-bit text would read as the end mark.
  if (data.length === 1 && encoding === 'latin1') data = concat(data, [0]);
  return concat([(fruType(encoding) << 6) | data.length], data);
}

function encodeRecords(records: readonly MultiRecord[]): Uint8Array {
  const parts = records.map((record, index) => {
    const [type, data] = recordBytes(record);
    if (data.length > 0xff)
      throw new FruError('records', `record ${index} takes ${data.length} bytes; 255 is the most`);
    const end = index === records.length - 1 ? 0x80 : 0;
    const header = new Uint8Array([type, RECORD_VERSION | end, data.length, checksum8(data), 0]);
    header[4] = checksum8(header);
    return concat(header, data);
  });
  return padded(concat(...parts));
}

function recordBytes(record: MultiRecord): readonly [number, Uint8Array] {
  try {
    return encodeRecord(record);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new FruError('records', error.message, { cause: error });
  }
}
