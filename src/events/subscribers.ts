/** The subscriptions and the delivery to each. */
import type { JournalEntry } from '../journal/record.ts';
import { CursorStore } from './cursor-store.ts';
import { Delivery, type RetryRules } from './delivery.ts';
import type { EventLogReader } from './event-log-reader.ts';
import { newId } from './ids.ts';
import type { Destination, HubOptions, Report } from './options.ts';
import { reportText } from './report-text.ts';
import { Sender } from './sender.ts';
import { type EventFacts, type Subscription, wants } from './subscription.ts';
import { SubscriptionReader } from './subscription-reader.ts';
import { Subscriptions } from './subscriptions.ts';
import { type Waiting, WaitingReports } from './waiting.ts';

interface Subscriber {
  readonly id: string;
  subscription: Subscription;
  readonly delivery: Delivery;
  heartbeat: NodeJS.Timeout | undefined;
}

export interface SubscriberParts {
  readonly reader: EventLogReader;
  readonly factsOf: (event: JournalEntry) => EventFacts;
  /** Whether events are sent at all. */
  readonly enabled: () => boolean;
  readonly rules: () => RetryRules;
  /** Anything that clients see of a subscription has changed. */
  readonly changed: () => void;
}

export class Subscribers {
  readonly #options: HubOptions;
  readonly #parts: SubscriberParts;
  readonly #stored: Subscriptions;
  readonly #reports: WaitingReports;
  readonly #cursors: CursorStore;
  readonly #sender: Sender;
  readonly #subscribers = new Map<string, Subscriber>();

  /** @throws StoreError */
  constructor(options: HubOptions, parts: SubscriberParts) {
    this.#options = options;
    this.#parts = parts;
    this.#stored = new Subscriptions(options.store);
    this.#reports = new WaitingReports(options.store, options.log);
    this.#cursors = new CursorStore(this.#stored, options.log);
    this.#sender = new Sender({ render: options.messages.render, hostName: options.hostName });
    for (const { id, subscription, after, suspended } of this.#stored.list())
      this.#add(id, subscription, after, suspended);
  }

  get size(): number {
    return this.#subscribers.size;
  }

  /** Since the start: events that subscribers accepted, and attempts that failed. */
  get counts(): { readonly delivered: number; readonly failures: number } {
    return this.#sender.counts;
  }

  /** Lowest id that every subscriber has received; Infinity without subscribers. */
  get delivered(): number {
    return Math.min(...[...this.#subscribers.values()].map(({ delivery }) => delivery.after));
  }

  ids(): string[] {
    return [...this.#subscribers.keys()];
  }

  find(id: string): Destination | undefined {
    const subscriber = this.#subscribers.get(id);
    if (subscriber === undefined) return undefined;
    const { subscription, delivery } = subscriber;
    return { id, stream: null, subscription, state: delivery.state };
  }

  /** Adds a subscription to future events. @returns its id @throws StoreError */
  add(subscription: Subscription): string {
    const id = newId();
    const after = this.#parts.reader.newest;
    this.#stored.put({ id, subscription, after, suspended: false });
    this.#add(id, subscription, after, false);
    this.#parts.changed();
    return id;
  }

  /** Replaces a subscription and tries at once what failed before. @throws StoreError */
  replace(id: string, subscription: Subscription): void {
    const subscriber = this.#subscribers.get(id);
    if (subscriber === undefined) return;
    const { delivery } = subscriber;
    this.#stored.put({ id, subscription, after: delivery.after, suspended: delivery.state.suspended });
    subscriber.subscription = subscription;
    delivery.retryNow();
    this.#parts.changed();
  }

  /** @throws StoreError */
  remove(id: string): void {
    const subscriber = this.#subscribers.get(id);
    if (subscriber === undefined) return;
    this.#stored.delete(id);
    this.#subscribers.delete(id);
    subscriber.delivery.stop();
    clearInterval(subscriber.heartbeat);
    this.#reports.changed(() => this.#waiting());
    this.#parts.changed();
  }

  /** @throws StoreError */
  suspend(id: string): void {
    this.#setSuspended(id, true);
    this.#subscribers.get(id)?.delivery.suspend();
    this.#parts.changed();
  }

  /** Resumes delivery. `since` leaves out earlier events. @throws StoreError */
  resume(id: string, since?: Date): void {
    const subscriber = this.#subscribers.get(id);
    if (subscriber === undefined) return;
    this.#setSuspended(id, false);
    if (since !== undefined) this.#skipTo(subscriber, since);
    subscriber.delivery.resume();
    this.#parts.changed();
  }

  publish(report: Report): void {
    for (const { subscription, delivery } of this.#subscribers.values()) {
      const { format, metricReportDefinitions: named } = subscription;
      if (format === 'MetricReport' && (named.length === 0 || named.includes(report.definition)))
        delivery.report(reportText(report, subscription));
    }
  }

  wake(): void {
    for (const { delivery } of this.#subscribers.values()) delivery.wake();
  }

  close(): void {
    for (const { delivery, heartbeat } of this.#subscribers.values()) {
      delivery.stop();
      clearInterval(heartbeat);
    }
    this.#cursors.close();
    this.#reports.save(this.#waiting());
  }

  #add(id: string, subscription: Subscription, after: number, suspended: boolean): void {
    const { reader, factsOf, enabled, rules, changed } = this.#parts;
    const selected = (event: EventFacts) => wants(subscriber.subscription, event);
    const delivery = new Delivery(() => subscriber.subscription, suspended, {
      reader: new SubscriptionReader(reader, selected, factsOf, after),
      rules,
      enabled,
      send: (batch, signal) => this.#sender.events(subscriber.subscription, batch, signal),
      sendExtra: (body, signal) => this.#sender.extra(subscriber.subscription, body, signal),
      waiting: this.#reports.of(id),
      waitingChanged: () => this.#reports.changed(() => this.#waiting()),
      save: (cursor) => this.#cursors.set(id, cursor),
      changed,
      terminate: () => this.#giveUp(subscriber, 'the subscription is deleted', () => this.remove(id)),
      suspend: () =>
        this.#giveUp(subscriber, 'the subscription is suspended', () => this.#setSuspended(id, true)),
    });
    const subscriber: Subscriber = { id, subscription, delivery, heartbeat: undefined };
    this.#subscribers.set(id, subscriber);
    const { heartbeat } = subscription;
    if (heartbeat === null) return;
    const beat = () => delivery.beat(this.#options.messages.heartbeat(subscriber.subscription.context));
    subscriber.heartbeat = setInterval(beat, heartbeat * 60_000).unref();
  }

  /** Ends delivery by the subscription's retry policy. */
  #giveUp({ id, subscription }: Subscriber, outcome: string, act: () => void): void {
    const { log } = this.#options;
    log(`events cannot be delivered: ${outcome}`, {
      subscription: id,
      destination: subscription.destination,
    });
    try {
      act();
    } catch (error) {
      log('the state of a subscription cannot be stored', { error: String(error) });
    }
    this.#parts.changed();
  }

  #setSuspended(id: string, suspended: boolean): void {
    const subscriber = this.#subscribers.get(id);
    if (subscriber === undefined) return;
    const { subscription, delivery } = subscriber;
    this.#stored.put({ id, subscription, after: delivery.after, suspended });
  }

  /** Skips the events before a time. */
  #skipTo({ delivery }: Subscriber, since: Date): void {
    for (;;) {
      const events = this.#parts.reader.read(delivery.after, 256);
      const late = events.findIndex(({ time }) => time >= since);
      const before = late < 0 ? events.at(-1) : events[late - 1];
      if (before !== undefined) delivery.skipTo(before.id);
      if (late >= 0 || events.length === 0) return;
    }
  }

  #waiting(): Waiting {
    const all = [...this.#subscribers.values()].map(({ id, delivery }) => [id, delivery.waiting] as const);
    return new Map(all.filter(([, bodies]) => bodies.length > 0));
  }
}
