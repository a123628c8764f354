/** Encodes FRU EEPROMs. */
import { checksum8, concat } from './bytes.ts';
import {
  AREAS,
  BOARD_FIELDS,
  CHASSIS_FIELDS,
  DATE_EPOCH,
  END_OF_FIELDS,
  FORMAT_VERSION,
  isEnglish,
  MINUTE,
  PRODUCT_FIELDS,
  RECORD_VERSION,
} from './fru-layout.ts';
import type { MultiRecord } from './fru-record-types.ts';
import { encodeRecord } from './fru-records.ts';
import { type Fru, type FruArea, FruError } from './fru-types.ts';
import { encodeText, fruType, type TypedText } from './text.ts';

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
      throw new FruError(
        name,
        `it would start at byte ${offset}, behind the last offset that a header can hold (2040)`,
      );
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
