/** What the journal is told, and what it tells of itself. */
import type { Clock } from '../base/clock.ts';
import type { StoreError } from '../store/errors.ts';
import type { JournalFilter } from './filter.ts';
import type { OutageReport } from './outage.ts';
import type { JournalEntry, JournalRecord, LogName } from './record.ts';

/** What the journal has to say of itself, in the words of whoever knows some. */
export interface JournalWords {
  /** The wall clock was set: times of this start of the machine before it are off by the difference. */
  readonly clockStepped: (before: Date, after: Date) => JournalRecord;
  /** The machine has started anew since the record before. */
  readonly machineStarted: (before: JournalEntry) => JournalRecord;
  /** Nothing can be stored, this record neither: it waits with the others. */
  readonly faulty: (fault: StoreError) => JournalRecord;
  readonly storesAgain: (report: OutageReport) => JournalRecord;
}

export interface JournalOptions {
  /** Without them it says nothing by itself. */
  readonly words?: JournalWords;
  /** Names the start of the machine; what the kernel says when left out. */
  readonly bootId?: string;
  readonly clock?: Clock;
  readonly log?: (message: string, detail: object) => void;
  /** Entries that each log holds before the oldest make room (Redfish OverWritePolicy WrapsWhenFull). */
  readonly caps?: Partial<Record<LogName, number>>;
  /** Records kept in memory while the store takes none. */
  readonly tail?: number;
  /** Milliseconds for which all must have been stored before it is said that the store does again; ten seconds. */
  readonly calm?: number;
}

export interface PageQuery {
  readonly skip: number;
  readonly top: number;
  readonly newestFirst?: boolean;
  /** Only what follows the entry of this id, which may be gone by now. */
  readonly after?: number;
  readonly filter?: JournalFilter;
}

export interface JournalState {
  /** Why records cannot be stored now; null when they can. */
  readonly fault: StoreError | null;
  /** When that began, and how many records it has cost so far. */
  readonly since: Date | null;
  readonly missing: number;
  /** Records that wait in memory for the store to take them. */
  readonly waiting: number;
  /** Records that were lost since the start, because memory had no room for more. */
  readonly lost: number;
}
