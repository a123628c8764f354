/** Reads the event log of a controller. */
import { hex } from './bytes.ts';
import { END, hasCode, isRefusal, type Page, RESTARTS, type Unread, walk } from './chain.ts';
import { run } from './command.ts';
import { getSel, getSelInfo, reserveSel, type SelInfo } from './commands/storage.ts';
import { COMPLETION } from './completion.ts';
import { IpmiError } from './errors.ts';
import type { Target } from './message.ts';
import { RecordReader, type RecordStore } from './record-reader.ts';
import { decodeSelRecord, encodeSelRecord, SEL_RECORD_LENGTH, type SelRecord } from './sel.ts';

const LOG: RecordStore = { get: getSel, reserve: reserveSel, length: () => SEL_RECORD_LENGTH };

/** Records of the log behind a given one. */
export interface SelSlice {
  readonly records: readonly SelRecord[];
  /** Records of the slice that the controller does not give. */
  readonly unread: readonly Unread[];
  /** The given record was gone: the log was cleared or has wrapped, and the slice is the whole log. */
  readonly restarted: boolean;
}

/**
 * Reads the event log: all of it, or what follows a record (as it was then, so that a log that was cleared and filled again
 * is noticed). Read again when the log is cleared meanwhile. A record that is refused or cut short is listed in `unread`; the
 * others are not affected.
 *
 * @throws IpmiError `malformed` when the answers are no event log; `completion` when no record can be read.
 */
export async function readSel(target: Target, after?: SelRecord): Promise<SelSlice> {
  const reader = new RecordReader(target, LOG);
  for (let attempt = 0; ; attempt++) {
    try {
      const start = after === undefined ? 0 : await nextAfter(reader, after);
      const restarted = after !== undefined && start === undefined;
      const { records, unread, isWhole } = await selFrom(target, reader, start ?? 0);
      // A log that never rests is taken as it is after some attempts.
      if (isWhole || attempt >= RESTARTS) return { records, unread, restarted };
    } catch (error) {
      const isCleared = hasCode(error, COMPLETION.notPresent, COMPLETION.invalidReservation);
      if (!isCleared || attempt >= RESTARTS) throw error;
    }
  }
}

/** @throws IpmiError `malformed` when the answer is not the record that was asked for. */
function checkEntry(record: number, page: Page): SelRecord {
  const entry = decodeSelRecord(page.data);
  const { recordId } = entry;
  // 0 and FFFFh are reserved (section 31.5): a log whose entries have these IDs leads nowhere.
  const isEntry = page.next !== 0 && recordId !== 0 && recordId !== END;
  if (!isEntry || (record !== 0 && recordId !== record))
    throw new IpmiError('malformed', `${getSel.name}: the answer for record ${record} is another record`);
  return entry;
}

/** The ID behind `after`, or undefined when that record is gone or is another one now. */
async function nextAfter(reader: RecordReader, after: SelRecord): Promise<number | undefined> {
  try {
    const page = await reader.read(after.recordId);
    if (page === undefined) return undefined;
    const now = checkEntry(after.recordId, page);
    return hex(encodeSelRecord(now)) === hex(encodeSelRecord(after)) ? page.next : undefined;
  } catch (error) {
    if (hasCode(error, COMPLETION.notPresent, COMPLETION.parameterOutOfRange)) return undefined;
    throw error;
  }
}

interface Reading {
  readonly records: SelRecord[];
  readonly unread: readonly Unread[];
  /** False when records were erased meanwhile, so that these may belong to two logs. */
  readonly isWhole: boolean;
}

async function selFrom(target: Target, reader: RecordReader, first: number): Promise<Reading> {
  const records: SelRecord[] = [];
  if (first === END) return { records, unread: [], isWhole: true };
  const before = await selInfo(target);
  const unread = await walk(
    (record) => reader.read(record),
    first,
    before?.entries ?? Number.POSITIVE_INFINITY,
    (record, page) => records.push(checkEntry(record, page)),
  );
  if (records.length === 0 || before === undefined) return { records, unread, isWhole: true };
  const after = await selInfo(target);
  return { records, unread, isWhole: after === undefined || after.erased === before.erased };
}

/** Undefined when the controller refuses it: then it goes unnoticed when the log is cleared while it is read. */
async function selInfo(target: Target): Promise<SelInfo | undefined> {
  try {
    return await run(target, getSelInfo, undefined);
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}
