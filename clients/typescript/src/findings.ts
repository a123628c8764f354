/** Deviations from Redfish that the library tolerates: counted, listed, and errors in strict mode. */
import { RedfishError } from './errors.ts';

/** Each tolerated deviation, and what the library does about it. The names are the same in every language. */
export const findingKinds = {
  'content-type': 'JSON arrived under another Content-Type: read as JSON',
  'json-bom': 'the body begins with a byte order mark: skipped',
  'error-not-json': 'an error was answered without JSON: status and text are reported',
  'session-without-location':
    'login was answered without Location: the session URI is taken from the body, if there',
  'session-unavailable': 'sessions are missing or give no token: Basic authentication is used',
  'location-foreign-host': 'Location names another host: its path is used on the host that was asked',
  'location-missing': 'the answer lacks Location: the resource is looked for in the body',
  'members-null': 'Members is null or absent: read as empty',
  'members-count': 'Members@odata.count differs from the number of members',
  'member-without-id': 'a member lacks @odata.id: passed on as it is',
  'member-not-found': 'a member leads nowhere: left out',
  'member-unreadable': 'a member cannot be read: left out',
  'next-link-loop': 'nextLink leads to a page that was read before: reading ends',
  'expand-refused': '$expand is refused although it is advertised: members are read singly',
  'expand-partial': 'an expanded member lacks required properties: read again singly',
  'select-refused': '$select is refused although it is advertised: whole resources are read',
  'filter-refused': '$filter is refused although it is advertised: filtered here',
  'etag-form': 'If-Match with the current ETag was refused: another form of it is sent',
  'write-ignored': 'a written property has not the value that was sent',
  'type-mismatch': 'a value has another type than its schema says: converted, or undefined',
  'date-form': 'a date is not written as DSP0266 wants it: converted, or undefined',
  'monitor-missing': 'a task was accepted without a monitor',
  'monitor-vanished': 'the task monitor vanished: the task itself is read',
  'event-without-id': 'an event lacks EventId: told apart by its content',
  'stream-reset': 'the event stream ended: resumed',
} as const;

export type FindingKind = keyof typeof findingKinds;

export interface Finding {
  readonly kind: FindingKind;
  /** Where it was first seen. */
  readonly uri: string;
  readonly detail: string;
  readonly count: number;
}

/** Findings of one client, counted by kind and URI; at most 1,000 are kept apart. */
export class Findings {
  readonly #found = new Map<string, { kind: FindingKind; uri: string; detail: string; count: number }>();
  readonly #strict: boolean;

  constructor(strict: boolean) {
    this.#strict = strict;
  }

  /** Counts a deviation. @throws RedfishError `protocol` in strict mode */
  report(kind: FindingKind, uri: string, detail = ''): void {
    if (this.#strict)
      throw new RedfishError(
        'protocol',
        `${uri}: ${findingKinds[kind]}${detail && ` (${detail})`} [strict: ${kind}]`,
        { uri },
      );
    const key = `${kind} ${uri}`;
    const known = this.#found.get(key);
    if (known) known.count += 1;
    else if (this.#found.size < 1000) this.#found.set(key, { kind, uri, detail, count: 1 });
  }

  /** A copy, in the order of first sight. */
  list(): Finding[] {
    return [...this.#found.values()].map((finding) => ({ ...finding }));
  }
}
