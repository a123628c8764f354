import { hex } from './bytes.ts';
import { END, hasCode, type Page, RESTARTS, walk } from './chain.ts';
import { run } from './command.ts';
import { getSel, getSelInfo } from './commands/storage.ts';
import { COMPLETION } from './completion.ts';
import { IpmiError } from './errors.ts';
import type { Target } from './message.ts';
import { decodeSelRecord, encodeSelRecord, type SelRecord } from './sel.ts';

/** Events of the log behind a record. */
export interface SelSlice {
  readonly records: readonly SelRecord[];
  /**
   * The record after which the slice begins was not there any more: the log was cleared or has wrapped, and
   * the slice is the whole log.
   */
  readonly restarted: boolean;
}

/**
 * Reads the event log: all of it, or what came after the record given (as it was then, so that a log that was
 * cleared and filled again is noticed). Begun anew where the log is cleared meanwhile. Fails `malformed` where
 * what comes is no event log.
 */
export async function readSel(target: Target, after?: SelRecord): Promise<SelSlice> {
  for (let attempt = 0; ; attempt++) {
    try {
      const start = after === undefined ? 0 : await nextAfter(target, after);
      const restarted = after !== undefined && start === undefined;
      const { records, isWhole } = await selFrom(target, start ?? 0);
      // Where it is never still, what there is must do.
      if (isWhole || attempt >= RESTARTS) return { records, restarted };
    } catch (error) {
      const isCleared = hasCode(error, COMPLETION.notPresent, COMPLETION.invalidReservation);
      if (!isCleared || attempt >= RESTARTS) throw error;
    }
  }
}

/** An entry of the log; what belongs to another one is not taken for it. */
async function selEntry(target: Target, record: number): Promise<Page> {
  const page = await run(target, getSel, { reservation: 0, record, offset: 0, count: 0xff });
  const { recordId } = decodeSelRecord(page.data);
  // Both are reserved as IDs (section 31.5), so that a log whose entries have them goes nowhere.
  const isEntry = page.next !== 0 && recordId !== 0 && recordId !== END;
  if (!isEntry || (record !== 0 && recordId !== record))
    throw new IpmiError('malformed', `${getSel.name}: the answer for record ${record} is another one`);
  return page;
}

/** The record behind `after`, or undefined where that one is gone or is another now. */
async function nextAfter(target: Target, after: SelRecord): Promise<number | undefined> {
  try {
    const page = await selEntry(target, after.recordId);
    const now = encodeSelRecord(decodeSelRecord(page.data));
    return hex(now) === hex(encodeSelRecord(after)) ? page.next : undefined;
  } catch (error) {
    if (hasCode(error, COMPLETION.notPresent, COMPLETION.parameterOutOfRange)) return undefined;
    throw error;
  }
}

/** All from a record on; not whole where records went while it was read, so that these may be of two logs. */
async function selFrom(target: Target, first: number): Promise<{ records: SelRecord[]; isWhole: boolean }> {
  const records: SelRecord[] = [];
  if (first === END) return { records, isWhole: true };
  const before = await run(target, getSelInfo, undefined);
  const get = async (record: number): Promise<Page | undefined> => {
    try {
      return await selEntry(target, record);
    } catch (error) {
      // An empty log has no first record.
      if (record === 0 && hasCode(error, COMPLETION.notPresent)) return undefined;
      throw error;
    }
  };
  await walk(get, first, before.entries, (bytes) => records.push(decodeSelRecord(bytes)));
  if (records.length === 0) return { records, isWhole: true };
  const { erased } = await run(target, getSelInfo, undefined);
  return { records, isWhole: erased === before.erased };
}
