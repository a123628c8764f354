/** Commands of the storage network function: FRU, SDR repository, event log (IPMI v2.0, sections 31, 33 and 34). */
import { type Command, ignore, le, nothing, timeOf } from '../command.ts';
import { NETFN } from '../message.ts';

/** Commands of the storage network function: FRU, SDR repository and SEL (IPMI v2.0, sections 31, 33, 34, 35). */

const netFn = NETFN.storage;

export interface FruAreaInfo {
  readonly size: number;
  /** Offsets and counts are 16-bit words, not bytes. */
  readonly words: boolean;
}

export const getFruInfo: Command<{ readonly fru: number }, FruAreaInfo> = {
  name: 'Get FRU Inventory Area Info',
  netFn,
  command: 0x10,
  encode: ({ fru }) => le(fru, 1),
  decode: (reader) => ({ size: reader.u16(), words: (reader.u8() & 1) !== 0 }),
};

const FRU_CODES = { 128: 'the area is write-protected', 129: 'the FRU device is busy' };

/** Offset and count are in the unit of the area; the answer may be shorter than asked. */
export const readFru: Command<
  { readonly fru: number; readonly offset: number; readonly count: number },
  { readonly count: number; readonly data: Uint8Array }
> = {
  name: 'Read FRU Data',
  netFn,
  command: 0x11,
  encode: ({ fru, offset, count }) => [...le(fru, 1), ...le(offset, 2), ...le(count, 1)],
  decode: (reader) => ({ count: reader.u8(), data: reader.rest() }),
  codes: FRU_CODES,
};

/** Gives the count written, in the unit of the area. */
export const writeFru: Command<
  { readonly fru: number; readonly offset: number; readonly data: Uint8Array },
  number
> = {
  name: 'Write FRU Data',
  netFn,
  command: 0x12,
  encode: ({ fru, offset, data }) => [...le(fru, 1), ...le(offset, 2), ...data],
  decode: (reader) => reader.u8(),
  codes: FRU_CODES,
};

export interface RepositoryInfo {
  /** `1.5` or `2.0` as two BCD digits, least significant first: 0x51. */
  readonly version: number;
  readonly records: number;
  /** Bytes; 0xFFFF is 64 KiB or more. */
  readonly free: number;
  /** Seconds on the controller's clock: a repository is unchanged where both are. */
  readonly added: number;
  readonly erased: number;
  readonly overflow: boolean;
  readonly supportsReserve: boolean;
  readonly supportsDelete: boolean;
  readonly supportsPartialAdd: boolean;
  readonly supportsAllocation: boolean;
}

export const getSdrInfo: Command<void, RepositoryInfo> = {
  name: 'Get SDR Repository Info',
  netFn,
  command: 0x20,
  encode: nothing,
  decode(reader) {
    const head = {
      version: reader.u8(),
      records: reader.u16(),
      free: reader.u16(),
      added: reader.u32(),
      erased: reader.u32(),
    };
    const support = reader.u8();
    return {
      ...head,
      overflow: (support & 0x80) !== 0,
      supportsAllocation: (support & 1) !== 0,
      supportsReserve: (support & 2) !== 0,
      supportsPartialAdd: (support & 4) !== 0,
      supportsDelete: (support & 8) !== 0,
    };
  },
};

export const reserveSdr: Command<void, number> = {
  name: 'Reserve SDR Repository',
  netFn,
  command: 0x22,
  encode: nothing,
  decode: (reader) => reader.u16(),
};

export const reserveDeviceSdr: Command<void, number> = {
  ...reserveSdr,
  name: 'Reserve Device SDR Repository',
  netFn: NETFN.sensorEvent,
};

export interface SdrRequest {
  readonly reservation: number;
  /** 0 is the first record, 0xFFFF the last. */
  readonly record: number;
  readonly offset: number;
  /** 0xFF is the whole record; other partial reads need a reservation. */
  readonly count: number;
}

export const getSdr: Command<SdrRequest, { readonly next: number; readonly data: Uint8Array }> = {
  name: 'Get SDR',
  netFn,
  command: 0x23,
  encode: ({ reservation, record, offset, count }) => [
    ...le(reservation, 2),
    ...le(record, 2),
    ...le(offset, 1),
    ...le(count, 1),
  ],
  decode: (reader) => ({ next: reader.u16(), data: reader.rest() }),
};

export const getDeviceSdr: typeof getSdr = {
  ...getSdr,
  name: 'Get Device SDR',
  netFn: NETFN.sensorEvent,
  command: 0x21,
  codes: { 128: 'the record changed since the information about it was read' },
};

/** A whole record, header included; gives the ID that the controller chose. */
export const addSdr: Command<Uint8Array, number> = {
  name: 'Add SDR',
  netFn,
  command: 0x24,
  encode: (record) => record,
  decode: (reader) => reader.u16(),
};

export const partialAddSdr: Command<
  {
    readonly reservation: number;
    readonly record: number;
    readonly offset: number;
    readonly last: boolean;
    readonly data: Uint8Array;
  },
  number
> = {
  name: 'Partial Add SDR',
  netFn,
  command: 0x25,
  encode: ({ reservation, record, offset, last, data }) => [
    ...le(reservation, 2),
    ...le(record, 2),
    ...le(offset, 1),
    last ? 1 : 0,
    ...data,
  ],
  decode: (reader) => reader.u16(),
  codes: { 128: 'the length of the record does not match its header' },
};

export const deleteSdr: Command<{ readonly reservation: number; readonly record: number }, number> = {
  name: 'Delete SDR',
  netFn,
  command: 0x26,
  encode: ({ reservation, record }) => [...le(reservation, 2), ...le(record, 2)],
  decode: (reader) => reader.u16(),
};

const CLEAR_KEY = [0x43, 0x4c, 0x52]; // "CLR"

/** Starts erasing (`start`) or asks how far it is; true when it is done. */
export const clearSdr: Command<{ readonly reservation: number; readonly start: boolean }, boolean> = {
  name: 'Clear SDR Repository',
  netFn,
  command: 0x27,
  encode: ({ reservation, start }) => [...le(reservation, 2), ...CLEAR_KEY, start ? 0xaa : 0],
  decode: (reader) => (reader.u8() & 15) === 1,
};

/** Seconds on the controller's clock, and the date where it was set. */
export const getSdrTime: Command<void, { readonly seconds: number; readonly date: Date | undefined }> = {
  name: 'Get SDR Repository Time',
  netFn,
  command: 0x28,
  encode: nothing,
  decode(reader) {
    const seconds = reader.u32();
    return { seconds, date: timeOf(seconds) };
  },
};

const seconds = (date: Date): number[] => le(Math.floor(date.getTime() / 1000), 4);

export const setSdrTime: Command<Date, void> = {
  name: 'Set SDR Repository Time',
  netFn,
  command: 0x29,
  encode: seconds,
  decode: ignore,
};

export interface SelInfo {
  readonly version: number;
  readonly entries: number;
  /** Bytes. */
  readonly free: number;
  readonly added: number;
  readonly erased: number;
  readonly overflow: boolean;
  readonly supportsReserve: boolean;
  readonly supportsDelete: boolean;
  readonly supportsPartialAdd: boolean;
  readonly supportsAllocation: boolean;
}

const SEL_CODES = { 129: 'the log is being erased' };

export const getSelInfo: Command<void, SelInfo> = {
  name: 'Get SEL Info',
  netFn,
  command: 0x40,
  encode: nothing,
  decode(reader, request) {
    const { records, ...info } = getSdrInfo.decode(reader, request);
    return { ...info, entries: records };
  },
  codes: SEL_CODES,
};

export const reserveSel: Command<void, number> = {
  ...reserveSdr,
  name: 'Reserve SEL',
  command: 0x42,
  codes: SEL_CODES,
};

/** Record 0 is the first, 0xFFFF the last; `next` is 0xFFFF behind the last. */
export const getSel: Command<SdrRequest, { readonly next: number; readonly data: Uint8Array }> = {
  ...getSdr,
  name: 'Get SEL Entry',
  command: 0x43,
  codes: SEL_CODES,
};

/** 16 bytes; the controller chooses ID and timestamp, and gives the ID. */
export const addSel: Command<Uint8Array, number> = {
  name: 'Add SEL Entry',
  netFn,
  command: 0x44,
  encode: (record) => record,
  decode: (reader) => reader.u16(),
  codes: { 128: 'this record type is not supported', ...SEL_CODES },
};

export const deleteSel: typeof deleteSdr = {
  ...deleteSdr,
  name: 'Delete SEL Entry',
  command: 0x46,
  codes: { 128: 'this record type is not supported', ...SEL_CODES },
};

export const clearSel: typeof clearSdr = { ...clearSdr, name: 'Clear SEL', command: 0x47 };

export const getSelTime: typeof getSdrTime = { ...getSdrTime, name: 'Get SEL Time', command: 0x48 };

export const setSelTime: typeof setSdrTime = { ...setSdrTime, name: 'Set SEL Time', command: 0x49 };

/** Minutes east of UTC, or undefined where the controller's clock is local time of unknown offset. */
export const getSelUtcOffset: Command<void, number | undefined> = {
  name: 'Get SEL Time UTC Offset',
  netFn,
  command: 0x5c,
  encode: nothing,
  decode(reader) {
    const raw = reader.u16();
    const minutes = raw >= 0x8000 ? raw - 0x10000 : raw;
    return minutes === 0x07ff ? undefined : minutes;
  },
};

export const setSelUtcOffset: Command<number | undefined, void> = {
  name: 'Set SEL Time UTC Offset',
  netFn,
  command: 0x5d,
  encode: (minutes) => le((minutes ?? 0x07ff) & 0xffff, 2),
  decode: ignore,
};
