/** Options, queries and state of the journal. */
import type { Clock } from '../base/clock.ts';
import type { StoreError } from '../store/errors.ts';
import type { JournalFilter } from './filter.ts';
import type { OutageReport } from './outage.ts';
import type { JournalEntry, JournalRecord, LogName } from './record.ts';

/** Builds the records that the journal appends about itself; the journal knows no registry. */
export interface JournalMessages {
  /** The wall clock was set. Earlier times since this start of the machine are off by the difference. */
  readonly clockStepped: (before: Date, after: Date) => JournalRecord;
  /** The machine was restarted after the record `before`. */
  readonly machineStarted: (before: JournalEntry) => JournalRecord;
  /** Records cannot be stored. This one waits in memory with the others. */
  readonly faulty: (fault: StoreError) => JournalRecord;
  readonly storesAgain: (report: OutageReport) => JournalRecord;
}

export interface JournalOptions {
  /** When left out, the journal appends no record about itself. */
  readonly messages?: JournalMessages;
  /** Identifies the start of the machine. Default: the kernel's boot id. */
  readonly bootId?: string;
  readonly clock?: Clock;
  readonly log?: (message: string, detail: object) => void;
  /** Entries that each log holds before the oldest are overwritten (OverWritePolicy WrapsWhenFull). */
  readonly caps?: Partial<Record<LogName, number>>;
  /** Records kept in memory while the store accepts none. Default 1000. */
  readonly pendingLimit?: number;
  /** Milliseconds without a failure after which the end of an outage is recorded. Default 10 s. */
  readonly calm?: number;
}

export interface PageQuery {
  readonly skip: number;
  readonly top: number;
  readonly newestFirst?: boolean;
  /** Only entries that follow this id, which need not exist any more. */
  readonly after?: number;
  readonly filter?: JournalFilter;
}

export interface JournalState {
  /** Why records cannot be stored now; null when they can. */
  readonly fault: StoreError | null;
  /** Start of the outage, and the records that it has cost so far. */
  readonly since: Date | null;
  readonly missing: number;
  /** Records that wait in memory to be stored. */
  readonly waiting: number;
  /** Records dropped since the start because memory was full. */
  readonly lost: number;
}

/** Entries per log before the oldest are overwritten. */
export const defaultCaps: Readonly<Record<LogName, number>> = {
  SEL: 4096,
  EventLog: 10_000,
  AuditLog: 10_000,
  PostCodes: 4096,
  Event: 10_000,
};
