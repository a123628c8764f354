/** What the event hub needs, and what it shows. */
import type { Journal } from '../journal/journal.ts';
import type { JournalEntry } from '../journal/record.ts';
import type { Settings } from '../store/settings.ts';
import type { Store } from '../store/store.ts';
import type { DeliveryState } from './delivery.ts';
import type { SenderParts } from './sender.ts';
import type { EventStream } from './stream.ts';
import type { EventFacts, Subscription } from './subscription.ts';

/** A metric report to publish. */
export interface Report {
  /** URI of its definition. */
  readonly definition: string;
  /** The whole MetricReport. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Renders what is sent; the hub knows no Redfish. */
export interface EventMessages {
  readonly factsOf: (event: JournalEntry) => EventFacts;
  readonly render: SenderParts['render'];
  readonly heartbeat: (context: string | null) => string;
}

export interface HubOptions {
  readonly store: Store;
  readonly settings: Settings;
  readonly journal: Journal;
  readonly messages: EventMessages;
  readonly hostName: () => string;
  readonly log: (message: string, detail: object) => void;
}

/** One destination as clients see it: a subscription, or an open stream. */
export interface Destination {
  readonly id: string;
  readonly stream: EventStream | null;
  readonly subscription: Subscription;
  readonly state: DeliveryState;
}
