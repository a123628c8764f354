/** Records of the journal, as appended and as stored. */

/**
 * The logs. `SEL` and `PostCodes` exist once per system, the others once. `Event` is not shown as a log: it holds events that
 * only subscribers receive, and records that a client removed from a log before every subscriber had received them.
 */
export type LogName = SystemLogName | 'EventLog' | 'AuditLog' | 'Event';
export type SystemLogName = 'SEL' | 'PostCodes';
export type Severity = 'OK' | 'Warning' | 'Critical';

/** One log as clients see it. */
export type LogRef =
  | { readonly log: SystemLogName; readonly system: string }
  | { readonly log: Exclude<LogName, SystemLogName>; readonly system?: string | null };

/** A record to append. */
export type JournalRecord = LogRef & {
  /** `Registry.Major.Minor.Key`. */
  readonly messageId: string;
  readonly args?: readonly string[];
  /** The message with its arguments filled in. */
  readonly message: string;
  readonly severity: Severity;
  /** URI of the resource of origin. */
  readonly origin?: string | null;
  /** Names the condition that this record opens or, with `resolves`, closes. */
  readonly condition?: string | null;
  readonly resolves?: boolean;
  /** Account and client address of the actor. */
  readonly user?: string | null;
  readonly address?: string | null;
  /** Further data, stored as JSON. */
  readonly detail?: unknown;
  /** Time of the event. Default: now. */
  readonly time?: Date;
  /** How far a foreign log has been imported with this record; stored in the same transaction. */
  readonly mark?: Mark;
};

export interface Mark {
  /** Identifies the foreign log. */
  readonly source: string;
  readonly mark: string;
}

/** A stored record. */
export interface JournalEntry {
  /** Rises with every record of any log, and is never used again. */
  readonly id: number;
  readonly log: LogName;
  readonly system: string | null;
  /** Wall clock. It may have been wrong; see `bootId` and `uptime`. */
  readonly time: Date;
  /** Start of the machine, and milliseconds since then: correct even when the wall clock was not. */
  readonly bootId: string;
  readonly uptime: number;
  readonly messageId: string;
  readonly args: readonly string[];
  readonly message: string;
  readonly severity: Severity;
  readonly origin: string | null;
  readonly condition: string | null;
  /** The condition has ended, or a client has marked the entry as resolved. */
  readonly resolved: boolean;
  readonly user: string | null;
  readonly address: string | null;
  readonly detail: unknown;
}
