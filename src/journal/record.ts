/**
 * The logs. `SEL` and `PostCodes` exist once for each system; the others once. `Event` is shown to nobody as a log: it holds what is
 * told to subscribers and then forgotten, and what was removed from a log before everybody had been told.
 */
export type LogName = SystemLogName | 'EventLog' | 'AuditLog' | 'Event';
export type SystemLogName = 'SEL' | 'PostCodes';
export type Severity = 'OK' | 'Warning' | 'Critical';

/** One log as clients see it. */
export type LogRef =
  | { readonly log: SystemLogName; readonly system: string }
  | { readonly log: Exclude<LogName, SystemLogName>; readonly system?: string | null };

/** What an appender tells the journal. */
export type JournalRecord = LogRef & {
  /** `Registry.Major.Minor.Key`. */
  readonly messageId: string;
  readonly args?: readonly string[];
  /** The message with its arguments filled in. */
  readonly message: string;
  readonly severity: Severity;
  /** URI of the resource that it comes from. */
  readonly origin?: string | null;
  /** Names the condition that this record opens or, with `resolves`, closes. */
  readonly condition?: string | null;
  readonly resolves?: boolean;
  /** Who did it, and from where. */
  readonly user?: string | null;
  readonly address?: string | null;
  /** Anything further, as JSON. */
  readonly detail?: unknown;
  /** When it happened, if not now. */
  readonly time?: Date;
  /** How far the log of somebody else has been taken over with this record: kept if it is, and only then. */
  readonly mark?: Mark;
};

export interface Mark {
  /** Whose log it is. */
  readonly source: string;
  readonly mark: string;
}

/** A record as it is stored. */
export interface JournalEntry {
  /** Rises with every record of any log, for the life of the store. */
  readonly id: number;
  readonly log: LogName;
  readonly system: string | null;
  /** Wall clock; it may have been wrong, see `bootId` and `uptime`. */
  readonly time: Date;
  /** The start of the machine during which it happened, and milliseconds since then: true when the clock was not. */
  readonly bootId: string;
  readonly uptime: number;
  readonly messageId: string;
  readonly args: readonly string[];
  readonly message: string;
  readonly severity: Severity;
  readonly origin: string | null;
  readonly condition: string | null;
  /** The condition is over, or somebody has dealt with the entry. */
  readonly resolved: boolean;
  readonly user: string | null;
  readonly address: string | null;
  readonly detail: unknown;
}
