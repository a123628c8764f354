/** Event records: extracted from streams, webhooks and logs, and deduplicated. */
import type { Findings } from '../findings.ts';
import type { EventRecord as StandardRecord } from '../generated/types.ts';
import { isObject, type JsonObject } from '../json.ts';
import { messageKey } from '../messages.ts';

/** One event as the service sent it (DSP0266 "Eventing"); from a log, its LogEntry. */
export type EventRecord = Partial<StandardRecord> & JsonObject;

/** The records of a payload; a payload without `Events` is one record, such as a metric report. */
export function recordsOf(payload: unknown): EventRecord[] {
  if (!isObject(payload)) return [];
  if (!('Events' in payload)) return [payload as EventRecord];
  const { Events: list } = payload;
  return Array.isArray(list) ? (list.filter(isObject) as EventRecord[]) : [];
}

/** The records of the text of a stream's event; none for what is no JSON. */
export function parseRecords(text: string): EventRecord[] {
  try {
    return recordsOf(JSON.parse(text));
  } catch {
    return [];
  }
}

/** Records that are remembered at most: as many as services keep to send again, and some more. */
const mostKeys = 10_000;

/** Lets each event through once, whichever way and however often it comes. Memory is constant. */
export class Once {
  readonly #keys = new Set<string>();
  readonly #findings: Findings;
  readonly #uri: string;

  constructor(findings: Findings, uri: string) {
    this.#findings = findings;
    this.#uri = uri;
  }

  /** Whether the record has not come before. One that has neither id nor time cannot be told, and counts as new. */
  isNew(record: EventRecord): boolean {
    const { EventId: id, EventTimestamp: time, Created: created, MessageId: message } = record;
    if (typeof id !== 'string' || id === '') this.#findings.report('event-without-id', this.#uri);
    const when = time ?? created;
    if ((typeof id !== 'string' || id === '') && when === undefined) return true;
    const what = typeof message === 'string' ? messageKey(message) : '';
    // Ids begin anew after a restart of some services, so that the time belongs to the key.
    const key = typeof id === 'string' && id !== '' ? `${id} ${what} ${when}` : JSON.stringify(record);
    if (this.#keys.has(key)) return false;
    this.#keys.add(key);
    const oldest = this.#keys.values().next().value;
    if (this.#keys.size > mostKeys && oldest !== undefined) this.#keys.delete(oldest);
    return true;
  }
}
