/** Events in the words of the protocol (Event.v1_13_0). */
import { type EventFacts, eventTypeOf } from '../../events/subscription.ts';
import type { JournalEntry } from '../../journal/record.ts';
import { odataType } from '../generated/versions.ts';
import { isMessageKey, type Message, message, messageDefinition } from '../registries/messages.ts';
import type { JsonObject } from '../service/resource.ts';
import { link } from './common.ts';
import { eventLogEntryUri } from './uris.ts';

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

const payload = (id: string, context: string | null, records: readonly string[]): string => {
  const head = {
    '@odata.type': odataType.Event,
    Id: id,
    Name: 'Events',
    ...(context === null ? {} : { Context: context }),
    'Events@odata.count': records.length,
  };
  return `${JSON.stringify(head).slice(0, -1)},"Events":[${records.join(',')}]}`;
};

const service = '/redfish/v1/EventService';

/** Makes the bodies of deliveries; a record is put into words once, however many get it. */
export class EventWriter {
  readonly #manager: string;
  readonly #records = new WeakMap<JournalEntry, string>();

  /** @param manager id of the manager whose EventLog has the entries */
  constructor(manager: string) {
    this.#manager = manager;
  }

  /** The body of one delivery. `lost` puts before the events that some are missing. */
  payload(events: readonly JournalEntry[], context: string | null, lost: boolean): string {
    const id = String(events.at(-1)?.id ?? 0);
    const missing = lost ? [unwritten(message('Base.EventBufferExceeded', []), `${id}-lost`, service)] : [];
    const records = events.map((entry) => this.#record(entry));
    return payload(id, context, [...missing.map((each) => JSON.stringify(each)), ...records]);
  }

  #record(entry: JournalEntry): string {
    const known = this.#records.get(entry);
    if (known !== undefined) return known;
    const record = JSON.stringify(recordOf(this.#manager, entry));
    this.#records.set(entry, record);
    return record;
  }
}

/** A sign of life for one subscriber. */
export function heartbeatPayload(context: string | null): string {
  const id = `heartbeat-${Date.now()}`;
  const said = message('HeartbeatEvent.RedfishServiceFunctional', []);
  return payload(id, context, [JSON.stringify(unwritten(said, id, service))]);
}

/** What subscriptions are filtered by. */
export function eventFacts(typeOf: (uri: string) => string | null, entry: JournalEntry): EventFacts {
  const { messageId, severity, origin } = entry;
  return { messageId, severity, origin, resourceType: origin === null ? null : typeOf(origin) };
}
