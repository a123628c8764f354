/** Events in the words of the protocol (Event.v1_13_0). */
import { type EventFacts, eventTypeOf, type Subscription } from '../../events/subscription.ts';
import type { JournalEntry } from '../../journal/record.ts';
import { isMessageKey, type Message, message, messageDefinition } from '../../messages/messages.ts';
import { odataType } from '../generated/versions.ts';
import { link } from '../mapping/common.ts';
import type { Json, JsonObject } from '../service/json.ts';
import { eventLogEntryUri } from '../uris.ts';

/** What a client asked a test event to say beyond its message. */
export interface TestFacts {
  readonly EventId?: string;
  readonly EventTimestamp?: string;
  readonly EventGroupId?: number;
  readonly EventType?: string;
}

function recordOf(manager: string, entry: JournalEntry): JsonObject {
  const { id, messageId, args, severity, origin, time, log } = entry;
  const asked = entry.detail as { readonly test?: TestFacts } | null;
  const test = asked?.test ?? {};
  const parts = messageId.split('.');
  const key = `${parts[0]}.${parts.at(-1)}`;
  return {
    // Unique in any payload, so that a record is written once for all who get it.
    MemberId: String(id),
    EventType: test.EventType ?? eventTypeOf(messageId),
    EventId: test.EventId ?? String(id),
    EventGroupId: test.EventGroupId ?? id,
    EventTimestamp: test.EventTimestamp ?? time.toISOString(),
    MessageId: messageId,
    Message: entry.message,
    MessageArgs: args,
    MessageSeverity: severity,
    Severity: severity,
    ...(isMessageKey(key) ? { Resolution: messageDefinition(key).resolution } : {}),
    ...(origin === null ? {} : { OriginOfCondition: link(origin) }),
    ...(entry.user === null ? {} : { Username: entry.user }),
    ...(log === 'EventLog' ? { LogEntry: link(eventLogEntryUri(manager, id)) } : {}),
  };
}

/** The same of something that stands in no journal. */
const unwritten = (said: Message, id: string, origin: string): JsonObject => ({
  MemberId: id,
  EventType: 'Other',
  EventId: id,
  EventTimestamp: new Date().toISOString(),
  MessageId: said.MessageId,
  Message: said.Message,
  MessageArgs: said.MessageArgs,
  MessageSeverity: said.MessageSeverity,
  Severity: said.MessageSeverity,
  Resolution: said.Resolution,
  OriginOfCondition: link(origin),
});

const payload = (id: string, context: string | null, count: number, records: string): string => {
  const head = {
    '@odata.type': odataType.Event,
    Id: id,
    Name: 'Events',
    ...(context === null ? {} : { Context: context }),
    'Events@odata.count': count,
  };
  return `${JSON.stringify(head).slice(0, -1)},"Events":[${records}]}`;
};

const service = '/redfish/v1/EventService';

/** Bytes of one resource that comes with an event, and of all in one delivery; what would be more stays a link. */
const maxOrigin = 16 * 1024;
const maxOrigins = 256 * 1024;

/** Makes the bodies of deliveries; a record is put into words once, however many get it. */
export class EventWriter {
  readonly #manager: string;
  readonly #look: (uri: string) => JsonObject | undefined;
  readonly #records = new WeakMap<JournalEntry, string>();
  /** The records of the last delivery: most of those that follow bring the same. */
  #last: { readonly events: readonly JournalEntry[]; readonly records: string } = { events: [], records: '' };

  /**
   * @param manager id of the manager whose EventLog has the entries
   * @param look what anybody who may log in is shown of a resource
   */
  constructor(manager: string, look: (uri: string) => JsonObject | undefined) {
    this.#manager = manager;
    this.#look = look;
  }

  /** The body of one delivery. `lost` puts before the events that some are missing. */
  payload(events: readonly JournalEntry[], { context, includeOrigin }: Wish, lost: boolean): string {
    const id = String(events.at(-1)?.id ?? 0);
    const missing = lost ? [unwritten(message('Base.EventBufferExceeded', []), `${id}-lost`, service)] : [];
    const records = includeOrigin ? this.#withOrigins(events).join(',') : this.#joined(events);
    const all = [...missing.map((each) => JSON.stringify(each)), records].filter((each) => each !== '');
    return payload(id, context, missing.length + events.length, all.join(','));
  }

  #joined(events: readonly JournalEntry[]): string {
    const { events: before } = this.#last;
    const isSame = before.length === events.length && events.every((entry, at) => entry === before[at]);
    if (!isSame) this.#last = { events, records: events.map((entry) => this.#record(entry)).join(',') };
    return this.#last.records;
  }

  #record(entry: JournalEntry): string {
    const known = this.#records.get(entry);
    if (known !== undefined) return known;
    const record = JSON.stringify(recordOf(this.#manager, entry));
    this.#records.set(entry, record);
    return record;
  }

  /** Each with its origin as that is now (EventDestination.IncludeOriginOfCondition); what is gone stays a link. */
  #withOrigins(events: readonly JournalEntry[]): string[] {
    let room = maxOrigins;
    return events.map((entry) => {
      const whole = entry.origin === null ? undefined : this.#origin(entry.origin);
      const size = whole === undefined ? 0 : Buffer.byteLength(JSON.stringify(whole));
      if (whole === undefined || size > Math.min(maxOrigin, room)) return this.#record(entry);
      room -= size;
      return JSON.stringify({ ...recordOf(this.#manager, entry), OriginOfCondition: whole });
    });
  }

  /** A resource, or the object in one that a fragment points at (RFC 6901). */
  #origin(uri: string): JsonObject | undefined {
    const [path = '', pointer = ''] = uri.split('#');
    let found: Json | undefined;
    try {
      found = this.#look(path);
    } catch {
      // What cannot be shown now holds up no event: its URI says where it is.
      return undefined;
    }
    for (const name of pointer.split('/').slice(1)) {
      if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
      found = (found as JsonObject)[name];
    }
    return isObject(found) ? { '@odata.id': uri, ...found } : undefined;
  }
}

type Wish = Pick<Subscription, 'context' | 'includeOrigin'>;

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A sign of life for one subscriber. */
export function heartbeatPayload(context: string | null): string {
  const id = `heartbeat-${Date.now()}`;
  const said = message('HeartbeatEvent.RedfishServiceFunctional', []);
  return payload(id, context, 1, JSON.stringify(unwritten(said, id, service)));
}

/** What subscriptions are filtered by. */
export function eventFacts(typeOf: (uri: string) => string | null, entry: JournalEntry): EventFacts {
  const { messageId, severity, origin } = entry;
  return { messageId, severity, origin, resourceType: origin === null ? null : typeOf(origin) };
}
