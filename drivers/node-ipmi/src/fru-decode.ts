/** Decodes FRU EEPROMs (IPMI Platform Management FRU Information Storage Definition v1.3). */
import { copyOf, sum8 } from './bytes.ts';
import {
  AREAS,
  BOARD_FIELDS,
  CHASSIS_FIELDS,
  DATE_EPOCH,
  END_OF_FIELDS,
  FORMAT_VERSION,
  FRU_HEADER,
  isEnglish,
  MINUTE,
  PRODUCT_FIELDS,
  RECORD_HEADER,
  RECORD_VERSION,
} from './fru-layout.ts';
import type { MultiRecord } from './fru-record-types.ts';
import { decodeRecord, recordLengthFits } from './fru-records.ts';
import type { DecodedFru, FruArea, FruFault } from './fru-types.ts';
import { decodeFruText, type TypedText } from './text.ts';

/**
 * Decodes the contents of a FRU EEPROM. Never fails: a damaged area is left out and named in `faults`; the other areas are
 * not affected. An area with a wrong checksum counts as damaged even when its fields look sound: these texts become serial
 * and part numbers in Redfish, where a wrong one is worse than none.
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

type Offsets = Readonly<Record<(typeof AREAS)[number], number>>;
type Report = (area: FruArea, offset: number, message: string) => undefined;

function decodeHeader(bytes: Uint8Array, fault: Report): Offsets | undefined {
  const header = bytes.subarray(0, FRU_HEADER);
  if (header.length < FRU_HEADER) return fault('header', 0, `${bytes.length} bytes are too few for a header`);
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
  const report = (at: number, message: string) => fault(area, start + at, message);
  return { head, fields: decodeFields(data, headLength, names, english, report) };
}

/** The type/length fields of an area, from `at` to the end mark; the last byte of the area is its checksum. */
function decodeFields<Field extends string>(
  data: Uint8Array,
  first: number,
  names: readonly Field[],
  english: boolean,
  fault: (at: number, message: string) => undefined,
): InfoArea<Field>['fields'] {
  const fields: { [K in Field]?: TypedText } = {};
  const custom: TypedText[] = [];
  const end = data.length - 1;
  let at = first;
  for (let index = 0; ; index++) {
    const typeLength = data[at] ?? 0;
    if (at >= end) {
      fault(Math.min(at, end), 'the fields have no end mark');
      break;
    }
    if (typeLength === END_OF_FIELDS) {
      if (index < names.length) fault(at, `the fields end before ${names[index]}`);
      break;
    }
    const size = typeLength & 0x3f;
    if (at + 1 + size > end) {
      fault(at, `a field of ${size} bytes reaches behind the end of the area`);
      break;
    }
    const text = decodeFruText(typeLength, data.subarray(at + 1, at + 1 + size), english);
    const name = names[index];
    if (name === undefined) custom.push(text);
    else if (size > 0) fields[name] = text;
    at += 1 + size;
  }
  return custom.length === 0 ? fields : { ...fields, custom };
}

function decodeRecords(bytes: Uint8Array, start: number, fault: Report): readonly MultiRecord[] {
  const records: MultiRecord[] = [];
  for (let at = start; ; ) {
    const header = bytes.subarray(at, at + RECORD_HEADER);
    if (header.length < RECORD_HEADER) {
      fault('records', at, 'a record starts behind the end of the EEPROM');
      return records;
    }
    if (sum8(header) !== 0) {
      fault('records', at + 4, 'the checksum of a record header is wrong; what follows cannot be found');
      return records;
    }
    const [type = 0, flags = 0, length = 0, checksum = 0] = header;
    const data = copyOf(bytes, at + RECORD_HEADER, at + RECORD_HEADER + length);
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
    at += RECORD_HEADER + length;
  }
}
